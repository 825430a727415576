// The rows in view of a tree that is only read.
import { useSignalEffect } from '@preact/signals';
import type { RefObject, TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { SectionRow, StickySection } from '../components/section-row.tsx';
import { headerOf, moveInRow, rowOf, rowsToShow } from '../components/tree-grid.ts';
import { TreeRow } from '../components/tree-row.tsx';
import { useVisibleRows } from '../components/virtual-rows.ts';
import type { Rows } from '../engine/rows.ts';
import { flag, hasChildren, parentsOf, type Tree } from '../engine/tree.ts';
import { isFiltering } from '../stores/filter.ts';
import type { ViewStore } from '../stores/view.ts';
import { number, statusSentence } from '../words.ts';
import type { TreeTabProps } from './index.tsx';
import type { Ways } from './ways.ts';

type GridProps = TreeTabProps & { rows: Rows; tree: Tree };
type RowProps = GridProps & { row: number; height: number };

function CodeRow({ row, rows, tree, height, source, view }: RowProps) {
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

function Sticky({ rows, tree, view, row }: GridProps & { row: number }) {
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

type Keyed = { view: ViewStore; ways: Ways; page: number };
type Act = (keyed: Keyed, event: KeyboardEvent) => void;

function move({ view }: Keyed, to: number): void {
  const last = (view.rows.value?.length ?? 0) - 1;
  view.focus.value = Math.max(0, Math.min(last, to));
}

function openOrEnter(keyed: Keyed): void {
  const { view } = keyed;
  const row = view.focus.value;
  if (!view.isOpen(row)) view.setOpen(row, true);
  else if ((view.rows.value?.parent[row + 1] ?? -1) === row) move(keyed, row + 1);
}

function closeOrLeave(keyed: Keyed): void {
  const { view } = keyed;
  const row = view.focus.value;
  if (view.codeAt(row) >= 0 && view.isOpen(row)) view.setOpen(row, false);
  else move(keyed, view.rows.value?.parent[row] ?? row);
}

const acts: Record<string, Act> = {
  ArrowDown: (keyed) => move(keyed, keyed.view.focus.value + 1),
  ArrowUp: (keyed) => move(keyed, keyed.view.focus.value - 1),
  PageDown: (keyed) => move(keyed, keyed.view.focus.value + keyed.page),
  PageUp: (keyed) => move(keyed, keyed.view.focus.value - keyed.page),
  Home: (keyed) => move(keyed, 0),
  End: (keyed) => move(keyed, Number.MAX_SAFE_INTEGER),
  ArrowRight: openOrEnter,
  ArrowLeft: closeOrLeave,
  '*': ({ view }, event) =>
    view.setOpenBelow(view.focus.value, !(event.shiftKey && event.code !== 'Digit8')),
  o: ({ view }) => view.goToNextPlace(view.focus.value),
  Enter: ({ view, ways }) => {
    const row = view.focus.value;
    if (view.rows.value?.isRepeat[row]) ways.goHome(row);
    else view.setOpen(row, !view.isOpen(row));
  },
  Backspace: ({ ways }) => ways.goBack(),
};

function press(keyed: Keyed, event: TargetedEvent<HTMLElement, KeyboardEvent>): void {
  if (moveInRow(event) || event.altKey || event.ctrlKey || event.metaKey) return;
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act(keyed, event);
}

function click({ view, ways }: GridProps, event: TargetedEvent<HTMLElement, MouseEvent>): void {
  if (!(event.target instanceof Element)) return;
  const sticky = event.target.closest<HTMLElement>('[data-header]');
  const row = sticky ? Number(sticky.dataset.header) : rowOf(event.target);
  if (row < 0) return;
  view.focus.value = row;
  event.target.closest<HTMLElement>('[data-row]')?.focus();
  const button = event.target.closest<HTMLElement>('button');
  if (button?.dataset.home !== undefined) ways.goHome(row);
  else if (button) view.setOpen(row, !view.isOpen(row));
}

function isInside({ current }: RefObject<HTMLElement | null>): boolean {
  const row = document.activeElement?.closest('[data-row]') ?? null;
  return row !== null && (current?.contains(row) ?? false);
}

export function TreeGrid(grid: GridProps) {
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
      aria-label={`Codes of ${name}`}
      aria-rowcount={rows.length}
      aria-readonly="true"
      style={{ '--rows': rows.length }}
      onClick={(event) => click(grid, event)}
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
