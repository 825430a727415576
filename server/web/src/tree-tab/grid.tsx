// The rows in view of a tree that is only read.
import { useSignalEffect } from '@preact/signals';
import type { RefObject, TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { codeHistory } from '../components/code-history.ts';
import { SectionRow, StickySection } from '../components/section-row.tsx';
import { headerOf, moveInRow, rowOf, rowsToShow } from '../components/tree-grid.ts';
import { moveTo, treeActs } from '../components/tree-keys.ts';
import { TreeRow } from '../components/tree-row.tsx';
import { useVisibleRows } from '../components/virtual-rows.ts';
import type { Rows } from '../engine/rows.ts';
import { flag, hasChildren, parentsOf, type Tree } from '../engine/tree.ts';
import { isFiltering } from '../stores/filter.ts';
import type { TreeSource, ViewStore } from '../stores/view.ts';
import { tree as words } from '../words/version.ts';
import { number, statusSentence } from '../words.ts';
import type { Ways } from './ways.ts';

export type GridProps = {
  source: TreeSource;
  view: ViewStore;
  name: string; // of what has the codes
  ways?: Ways;
  history?: string; // the address of the codelist's history, to which terms lead
};
type ShownProps = GridProps & { rows: Rows; tree: Tree };
type RowProps = ShownProps & { row: number; height: number };

function CodeRow({ row, rows, tree, height, source, view, history }: RowProps) {
  void source.version.value;
  void source.terms?.arrived.value;
  const code = rows.code[row] as number;
  const own = source.statuses.bytes[code] as number;
  const flags = tree.flags[code] as number;
  const homeParent = view.homeParent(code);
  const deciders = [...source.statuses.deciders(code)].map((at) => source.termOf(at) ?? '');
  return (
    <TreeRow
      row={row}
      top={row * height}
      level={rows.depth[row] as number}
      place={rows.positionInSet[row] as number}
      of={rows.setSize[row] as number}
      code={tree.codes[code] as string}
      term={source.termOf(code) ?? ''}
      own={own}
      sentence={statusSentence(own, deciders)}
      below={view.below(code)}
      places={parentsOf(tree, code).length}
      alsoUnder={rows.isRepeat[row] && homeParent >= 0 ? (source.termOf(homeParent) ?? '') : ''}
      isOpen={hasChildren(tree, code) ? rows.isOpen[row] === 1 : null}
      isFocused={view.focus.value === row}
      isSelected={false}
      isBetween={(flags & flag.between) !== 0}
      isDimmed={isFiltering(view.filter.value) && !view.isMatch(code)}
      isAssumed={false}
      isFlashed={false}
      isInactive={(flags & (flag.active | flag.unknown)) === 0}
      mayDecide={false}
      problem=""
      history={
        history === undefined
          ? undefined
          : codeHistory(history, tree.codes[code] as string, source.termOf(code) ?? '')
      }
    />
  );
}

function Header({ row, rows, tree, height, view }: RowProps) {
  const section = -1 - (rows.code[row] as number);
  return (
    <SectionRow
      row={row}
      top={row * height}
      title={tree.sections[section]?.title ?? ''}
      count={number(view.sectionCount(section))}
      isFocused={view.focus.value === row}
      mayDecide={false}
    />
  );
}

function Sticky({ rows, tree, view, row }: ShownProps & { row: number }) {
  if ((rows.code[row] ?? -1) < 0) return null;
  const header = headerOf(rows, row);
  const section = -1 - (rows.code[header] as number);
  return (
    <StickySection
      row={header}
      title={tree.sections[section]?.title ?? ''}
      count={number(view.sectionCount(section))}
      mayDecide={false}
    />
  );
}

type Keyed = { view: ViewStore; ways: Ways | undefined; page: number };

function goHome({ view, ways }: Pick<Keyed, 'view' | 'ways'>, row: number): void {
  if (ways) ways.goHome(row);
  else view.goTo(view.codeAt(row));
}

const acts: Record<string, (keyed: Keyed) => void> = {
  ArrowDown: ({ view }) => moveTo(view, view.focus.value + 1),
  ArrowUp: ({ view }) => moveTo(view, view.focus.value - 1),
  PageDown: ({ view, page }) => moveTo(view, view.focus.value + page),
  PageUp: ({ view, page }) => moveTo(view, view.focus.value - page),
  Enter: (keyed) => {
    const { view } = keyed;
    const row = view.focus.value;
    if (view.rows.value?.isRepeat[row]) goHome(keyed, row);
    else view.setOpen(row, !view.isOpen(row));
  },
  Backspace: ({ ways }) => ways?.goBack(),
};

function press(keyed: Keyed, event: TargetedEvent<HTMLElement, KeyboardEvent>): void {
  if (moveInRow(event) || event.altKey || event.ctrlKey || event.metaKey) return;
  const { key } = event;
  if (Object.hasOwn(acts, key)) acts[key]?.(keyed);
  else if (Object.hasOwn(treeActs, key)) treeActs[key]?.(keyed.view, event);
  else return;
  event.preventDefault();
}

function click({ view, ways }: GridProps, event: TargetedEvent<HTMLElement, MouseEvent>): void {
  if (!(event.target instanceof Element)) return;
  const sticky = event.target.closest<HTMLElement>('[data-header]');
  const row = sticky ? Number(sticky.dataset.header) : rowOf(event.target);
  if (row < 0) return;
  view.focus.value = row;
  event.target.closest<HTMLElement>('[data-row]')?.focus();
  const button = event.target.closest<HTMLElement>('button');
  if (button?.dataset.home !== undefined) goHome({ view, ways }, row);
  else if (button) view.setOpen(row, !view.isOpen(row));
}

function isInside({ current }: RefObject<HTMLElement | null>): boolean {
  const row = document.activeElement?.closest('[data-row]') ?? null;
  return row !== null && (current?.contains(row) ?? false);
}

// Nothing before the tree is here.
export function TreeGrid(grid: GridProps) {
  const { value: tree } = grid.source.tree;
  const { value: rows } = grid.view.rows;
  return tree && rows && <ShownGrid {...grid} tree={tree} rows={rows} />;
}

function ShownGrid(grid: ShownProps) {
  const { view, ways, rows, name } = grid;
  const scroller = useRef<HTMLDivElement>(null);
  const { top, first, after, rowHeight, rowsInView, scrollTo } = useVisibleRows(
    scroller,
    rows.length,
  );
  const focus = view.focus.value;
  // The row that has the focus may be gone after this.
  const hadFocus = isInside(scroller);
  useSignalEffect(() => scrollTo(view.focus.value));
  // A jump by a button leaves the focus there; the keys take it along.
  useLayoutEffect(() => {
    if (!hadFocus || rowOf(document.activeElement) === focus) return;
    scroller.current
      ?.querySelector<HTMLElement>(`[data-row="${focus}"]`)
      ?.focus({ preventScroll: true });
  });
  return (
    <div
      ref={scroller}
      class="tree-grid tree-read"
      role="treegrid"
      aria-label={words.codesOf(name)}
      aria-rowcount={rows.length}
      aria-readonly="true"
      style={{ '--rows': rows.length }}
      onClick={(event) => click(grid, event)}
      // Screen readers move the focus themselves.
      onFocusIn={({ target }) => {
        if (target instanceof HTMLElement && target.dataset.row) view.focus.value = rowOf(target);
      }}
      onKeyDown={(event) => press({ view, ways, page: Math.max(1, rowsInView - 2) }, event)}
    >
      <div role="presentation" class="tree-rows" style={{ height: `${rows.length * rowHeight}px` }}>
        <Sticky {...grid} row={top} />
        {rowsToShow(first, after, focus, rows.length).map((row) =>
          (rows.code[row] as number) < 0 ? (
            <Header key={row} {...grid} row={row} height={rowHeight} />
          ) : (
            <CodeRow key={row} {...grid} row={row} height={rowHeight} />
          ),
        )}
      </div>
    </div>
  );
}
