// The rows in view as a table in a scroller, which is as high as if all rows were there.
import { useSignal } from '@preact/signals';
import type { RefObject, TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { codeHistory } from '../components/code-history.ts';
import { copyText } from '../components/copy.ts';
import { isPlainClick } from '../components/links.ts';
import { Mark } from '../components/mark.tsx';
import { rowsToShow } from '../components/tree-grid.ts';
import { useVisibleRows } from '../components/virtual-rows.ts';
import { statusOf } from '../engine/statuses.ts';
import { flag } from '../engine/tree.ts';
import type { ListedRow, RowsStore } from '../stores/rows.ts';
import { list as words } from '../words/version.ts';
import { addressOf } from './address.ts';
import type { FullListProps } from './props.ts';

type ListProps = {
  store: RowsStore;
  props: FullListProps;
  startRow: number; // of what is shown now
  ask: (sort: string) => void;
};

const copiedForMs = 1_500;
const failedForMs = 5_000;

const hasTypes = ({ types }: FullListProps) => types.length > 1;

function SortTitle({ title, sort, list }: { title: string; sort: string; list: ListProps }) {
  const { store, props, ask } = list;
  const sorted = store.shown.value?.question.sort || props.usualSort;
  return (
    <th scope="col" aria-sort={sorted === sort ? 'ascending' : undefined}>
      <a
        href={addressOf({ ...store.question.value, sort }, props)}
        onClick={(event) => {
          if (!isPlainClick(event)) return;
          event.preventDefault();
          ask(sort);
        }}
      >
        {title}
      </a>
    </th>
  );
}

function Titles({ list }: { list: ListProps }) {
  const { props } = list;
  return (
    <thead>
      <tr>
        <SortTitle title={words.titles.code} sort="code" list={list} />
        <SortTitle title={words.titles.term} sort="term" list={list} />
        {props.columns.map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
        {hasTypes(props) && <th scope="col">{words.titles.type}</th>}
        {!props.isTable && <SortTitle title={words.titles.status} sort="status" list={list} />}
      </tr>
    </thead>
  );
}

function Chips({ flags, type }: { flags: number; type: string | null }) {
  if (type === null || flags & flag.active) return null;
  return <span class="row-chip">{flags & flag.unknown ? words.unknown : words.inactive}</span>;
}

type RowProps = {
  number: number;
  listed: ListedRow | undefined;
  props: FullListProps;
  isFocused: boolean;
  told: string; // what has become of its code's copy
  keptAt: number | null; // the pixel of a row that is out of view
};

// Also of a row that is not here yet, so that keys can go there.
function Code({ number, listed, isFocused, told }: Omit<RowProps, 'props' | 'keptAt'>) {
  const code = listed?.row[0];
  return (
    <td class="mono">
      <button
        type="button"
        class="code-copy"
        title={code && words.copy(code)}
        aria-label={code ? undefined : words.waiting(number + 1)}
        tabIndex={isFocused ? 0 : -1}
        data-number={number}
      >
        {code ?? '…'}
      </button>
      {told && (
        <span class="copy-told" aria-hidden="true">
          {told}
        </span>
      )}
    </td>
  );
}

function Row({ number, listed, props, isFocused, told, keptAt }: RowProps) {
  const [, term, status, type, flags] = listed?.row ?? ['', '', '', null, 0];
  const styles = [listed ? '' : 'row-waiting', keptAt === null ? '' : 'row-kept'];
  return (
    <tr
      aria-rowindex={number + 2}
      class={styles.filter(Boolean).join(' ')}
      style={{ top: keptAt === null ? '' : `${keptAt}px` }}
    >
      <Code number={number} listed={listed} isFocused={isFocused} told={told} />
      <td class="term">
        <div class="term-line">
          {listed && (
            <a
              class="term-link"
              {...codeHistory(props.history, listed.row[0], term ?? '')}
              tabIndex={isFocused ? 0 : -1}
            >
              {term === null ? <span class="hint">{words.noTerm}</span> : term}
            </a>
          )}
          <Chips flags={flags} type={type} />
        </div>
      </td>
      {props.columns.map((title, at) => (
        <td key={title} class="more">
          {listed?.cells[at]}
        </td>
      ))}
      {hasTypes(props) && <td class="type">{type}</td>}
      {!props.isTable && <td class="status">{listed && <Mark of={statusOf(status)} />}</td>}
    </tr>
  );
}

function numberOf(target: EventTarget | null): number | null {
  const number = target instanceof Element ? target.closest('button')?.dataset.number : undefined;
  return number === undefined ? null : Number(number);
}

const steps: Record<string, (from: number, page: number, last: number) => number> = {
  ArrowDown: (from) => from + 1,
  ArrowUp: (from) => from - 1,
  PageDown: (from, page) => from + page,
  PageUp: (from, page) => from - page,
  Home: () => 0,
  End: (_from, _page, last) => last,
};

function isInside({ current }: RefObject<HTMLElement | null>): boolean {
  return current?.contains(document.activeElement) ?? false;
}

// What has become of the last copy: beside its code for a while, and for screen readers.
function useCopying() {
  const last = useSignal<{ number: number; words: string } | null>(null);
  const spoken = useSignal('');
  async function copy(number: number, code: string): Promise<void> {
    const isCopied = await copyText(code);
    const told = { number, words: isCopied ? words.copiedShort : words.copyFailedShort };
    last.value = told;
    spoken.value = isCopied ? words.copied(code) : words.copyFailed(code);
    setTimeout(
      () => {
        if (last.value === told) last.value = null;
      },
      isCopied ? copiedForMs : failedForMs,
    );
  }
  return { last, spoken, copy };
}

export function RowsTable(list: ListProps) {
  const { store, props, startRow } = list;
  const scroller = useRef<HTMLElement>(null);
  const shown = store.shown.value;
  const total = shown?.total ?? 0;
  const rows = useVisibleRows(scroller, total);
  const focus = useSignal(startRow);
  const moved = useSignal(0); // grows with each key
  const isOwed = useRef(false); // the focus, to the row that is to have it
  const { last, spoken, copy } = useCopying();
  const { first, after, rowHeight } = rows;
  void moved.value;
  // The row that has the focus may be gone after this.
  if (isInside(scroller) && numberOf(document.activeElement) !== null) isOwed.current = true;

  useLayoutEffect(() => store.want(first, after), [first, after, shown]);
  useLayoutEffect(() => {
    rows.beginAt(startRow);
    focus.value = startRow;
  }, [shown]);
  useLayoutEffect(() => {
    const { activeElement } = document;
    if (activeElement !== document.body && !isInside(scroller)) isOwed.current = false;
    if (!isOwed.current) return;
    const button = scroller.current?.querySelector<HTMLElement>(`[data-number="${focus.value}"]`);
    if (!button) return;
    isOwed.current = false;
    if (button !== activeElement) button.focus({ preventScroll: true });
  });

  function click(event: TargetedEvent<HTMLElement, MouseEvent>): void {
    const number = numberOf(event.target);
    const code = number === null ? undefined : store.row(number)?.row[0];
    if (number === null || code === undefined) return;
    focus.value = number;
    void copy(number, code);
  }

  function press(event: TargetedEvent<HTMLElement, KeyboardEvent>): void {
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const next = step(focus.value, Math.max(1, rows.rowsInView - 2), total - 1);
    focus.value = Math.max(0, Math.min(total - 1, next));
    rows.scrollTo(focus.value);
    isOwed.current = true; // keys also come from the titles
    moved.value++;
  }

  return (
    <>
      <section
        ref={scroller}
        class="list-scroller"
        aria-label={words.name}
        tabIndex={0}
        onClick={click}
        onKeyDown={press}
        // Screen readers move the focus themselves.
        onFocusIn={({ target }) => {
          focus.value = numberOf(target) ?? focus.value;
        }}
      >
        <div
          class="list-rows"
          style={{
            paddingTop: `${first * rowHeight}px`,
            paddingBottom: `${Math.max(0, total - after) * rowHeight}px`,
          }}
        >
          <table class="codes" aria-rowcount={total + 1}>
            <Titles list={list} />
            <tbody>
              {rowsToShow(first, after, focus.value, total).map((number) => (
                <Row
                  key={number}
                  number={number}
                  listed={store.row(number)}
                  props={props}
                  isFocused={number === focus.value}
                  told={number === last.value?.number ? last.value.words : ''}
                  keptAt={number < first || number >= after ? number * rowHeight : null}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <p class="visually-hidden" role="status">
        {spoken.value}
      </p>
    </>
  );
}
