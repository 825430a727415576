// The draft's codes as a treegrid of which only the rows in view exist.
import { useSignalEffect } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { SectionRow, StickySection } from '../components/section-row.tsx';
import { headerOf, moveInRow, rowOf, rowsToShow } from '../components/tree-grid.ts';
import { TreeRow } from '../components/tree-row.tsx';
import { useVisibleRows } from '../components/virtual-rows.ts';
import type { Rows } from '../engine/rows.ts';
import { type Sign, status } from '../engine/statuses.ts';
import { flag, hasChildren, parentsOf, type Tree } from '../engine/tree.ts';
import { isFiltering } from '../stores/filter.ts';
import { hidden, initials, notTaken } from '../words/builder.ts';
import * as words from '../words.ts';
import { decideCode, decideSection } from './actions.ts';
import { BulkBar } from './bulk.tsx';
import { type Builder, useBuilder } from './context.ts';
import { EffectTip } from './effect-tip.tsx';
import { FilterBar } from './filter-bar.tsx';
import { actOnTreeKey } from './keys.ts';
import { useNamesAt } from './people.tsx';

type Click = TargetedEvent<HTMLElement, MouseEvent>;

// `from`: the row that had the focus before, which the press itself moves.
function click(builder: Builder, event: Click, from: number): void {
  const { view, session } = builder;
  const sticky = (event.target as Element).closest<HTMLElement>('[data-header]');
  const row = sticky ? Number(sticky.dataset.header) : rowOf(event.target);
  if (row < 0 || !(event.target instanceof Element)) return;
  const code = view.codeAt(row);
  const button = event.target.closest<HTMLElement>('button');
  if (!sticky) view.focus.value = row;
  // After a press by hand, keys go on from the row.
  if (event.detail > 0) event.target.closest<HTMLElement>('[data-row]')?.focus();
  if (button?.dataset.sign) decideCode(builder, code, button.dataset.sign as Sign);
  else if (button?.dataset.section) {
    decideSection(builder, -1 - code, button.dataset.section as Sign);
  } else if (button?.dataset.home === '') view.goTo(code);
  else if (button) view.setOpen(row, !view.isOpen(row));
  else if (event.ctrlKey || event.metaKey) view.selection.toggle(code, row);
  else if (event.shiftKey) {
    view.selection.extendTo(row, Math.max(0, from), (at) => view.codeAt(at));
  } else if (from === row) session.pane.value = 'detail';
}

function whyNot(paused: string | null): string {
  return paused === null ? '' : notTaken(paused);
}

function CodeRow({ row, rows, tree, height }: RowContext) {
  const { draft, view, reasons, props } = useBuilder();
  void draft.version.value;
  void draft.terms?.arrived.value;
  const code = rows.code[row] as number;
  const own = draft.statuses.bytes[code] as number;
  const text = tree.codes[code] as string;
  const flags = tree.flags[code] as number;
  const homeParent = view.homeParent(code);
  const here = useNamesAt(text);
  const hiddenCount = rows.isOpen[row] ? view.hiddenBelow(code) : 0;
  const by = draft.flashed.value.get(code);
  const isDecided = own === status.included || own === status.excluded;
  const deciders = [...draft.statuses.deciders(code)].map((at) => draft.termOf(at) ?? '');
  return (
    <TreeRow
      row={row}
      top={row * height}
      level={rows.depth[row] as number}
      place={rows.positionInSet[row] as number}
      of={rows.setSize[row] as number}
      code={text}
      term={draft.termOf(code) ?? ''}
      own={own}
      sentence={words.statusSentence(own, deciders)}
      below={view.below(code)}
      places={parentsOf(tree, code).length}
      alsoUnder={rows.isRepeat[row] && homeParent >= 0 ? (draft.termOf(homeParent) ?? '') : ''}
      isOpen={hasChildren(tree, code) && !view.isList.value ? rows.isOpen[row] === 1 : null}
      isFocused={view.focus.value === row}
      isSelected={view.selection.codes.value.has(code)}
      isBetween={(flags & flag.between) !== 0}
      isDimmed={isFiltering(view.filter.value) && !view.isMatch(code)}
      isAssumed={(flags & flag.assumed) !== 0}
      isFlashed={draft.flashed.value.has(code)}
      isInactive={(flags & (flag.active | flag.unknown)) === 0}
      mayDecide={draft.isMine}
      whyNot={whyNot(draft.paused.value)}
      problem={draft.refusals.value.get(text) ?? ''}
      by={by && by !== props.me ? initials(by) : ''}
      here={here}
      hidden={hiddenCount > 0 ? hidden(hiddenCount) : ''}
      reason={isDecided ? (reasons.byCode.value?.get(text) ?? '') : ''}
    />
  );
}

type RowContext = { row: number; rows: Rows; tree: Tree; height: number };

function Header({ row, rows, tree, height }: RowContext) {
  const { draft, view } = useBuilder();
  const section = -1 - (rows.code[row] as number);
  return (
    <SectionRow
      row={row}
      top={row * height}
      title={tree.sections[section]?.title ?? ''}
      count={words.number(view.sectionCount(section))}
      isFocused={view.focus.value === row}
      mayDecide={draft.isMine}
      whyNot={whyNot(draft.paused.value)}
    />
  );
}

function Sticky({ rows, tree, row }: { rows: Rows; tree: Tree; row: number }) {
  const { view, draft } = useBuilder();
  if ((rows.code[row] ?? -1) < 0) return null;
  const header = headerOf(rows, row);
  const section = -1 - (rows.code[header] as number);
  return (
    <StickySection
      row={header}
      title={tree.sections[section]?.title ?? ''}
      count={words.number(view.sectionCount(section))}
      mayDecide={draft.isMine}
      whyNot={whyNot(draft.paused.value)}
    />
  );
}

function TreeGrid({ rows, tree }: { rows: Rows; tree: Tree }) {
  const builder = useBuilder();
  const { view, props } = builder;
  const scroller = useRef<HTMLDivElement>(null);
  const { top, first, after, rowHeight, scrollTo } = useVisibleRows(scroller, rows.length);
  const focus = view.focus.value;
  const focusBefore = useRef(-1);
  useSignalEffect(() => scrollTo(view.focus.value));
  useLayoutEffect(() => {
    const { current: grid } = scroller;
    const { activeElement: active } = document;
    const isHere = grid?.contains(active) && active?.closest('[data-row]');
    if (isHere && rowOf(active) !== focus) {
      grid?.querySelector<HTMLElement>(`[data-row="${focus}"]`)?.focus({ preventScroll: true });
    }
  });
  // A page that has just opened has the focus nowhere, and keys would do nothing.
  useEffect(() => {
    const { activeElement: active } = document;
    if (active !== null && active !== document.body) return;
    scroller.current
      ?.querySelector<HTMLElement>(`[data-row="${view.focus.value}"]`)
      ?.focus({ preventScroll: true });
  }, []);
  return (
    <div
      ref={scroller}
      class="tree-grid"
      role="treegrid"
      aria-label={`Codes of ${props.name}`}
      aria-rowcount={rows.length}
      aria-multiselectable="true"
      onPointerDown={() => {
        focusBefore.current = view.focus.value;
      }}
      // With Shift, browsers would select the text between.
      onMouseDown={(event) => {
        if (event.shiftKey) event.preventDefault();
      }}
      onClick={(event) => click(builder, event, event.detail > 0 ? focusBefore.current : focus)}
      // Screen readers move the focus themselves.
      onFocusIn={({ target }) => {
        if (target instanceof HTMLElement && target.dataset.row) view.focus.value = rowOf(target);
      }}
      onKeyDown={(event) => {
        if (!moveInRow(event)) actOnTreeKey(builder, event);
      }}
    >
      <div role="presentation" class="tree-rows" style={{ height: `${rows.length * rowHeight}px` }}>
        <Sticky rows={rows} tree={tree} row={top} />
        {rowsToShow(first, after, focus, rows.length).map((row) =>
          (rows.code[row] as number) < 0 ? (
            <Header key={row} row={row} rows={rows} tree={tree} height={rowHeight} />
          ) : (
            <CodeRow key={row} row={row} rows={rows} tree={tree} height={rowHeight} />
          ),
        )}
      </div>
    </div>
  );
}

function NoRows({ isEmpty }: { isEmpty: boolean }) {
  return (
    <div class="tree-empty">
      {isEmpty ? (
        <>
          <strong>{words.emptyTitle}</strong>
          <p>{words.emptyText}</p>
        </>
      ) : (
        <p>{words.nothingShown}</p>
      )}
    </div>
  );
}

export function TreePane() {
  const { draft, view } = useBuilder();
  const { value: tree } = draft.tree;
  const { value: rows } = view.rows;
  if (!tree || !rows) return <div class="tree-pane" />;
  return (
    <div class="tree-pane">
      <FilterBar />
      {rows.length > 0 ? <TreeGrid rows={rows} tree={tree} /> : <NoRows isEmpty={!tree.count} />}
      <EffectTip />
      <BulkBar />
    </div>
  );
}
