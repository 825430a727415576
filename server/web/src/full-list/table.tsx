// The rows in view as a table in a scroller, which is as high as if all rows were there.
import { useSignal } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { copyText } from '../components/copy.ts';
import { Mark } from '../components/mark.tsx';
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

const hasTypes = ({ types }: FullListProps) => types.length > 1;

function SortTitle({ title, sort, list }: { title: string; sort: string; list: ListProps }) {
  const { store, props, ask } = list;
  const question = store.question.value;
  const isSorted = (question.sort || props.usualSort) === sort;
  return (
    <th scope="col" aria-sort={isSorted ? 'ascending' : undefined}>
      <a
        href={addressOf({ ...question, sort }, props)}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
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
        <SortTitle title="Code" sort="code" list={list} />
        <SortTitle title="Term" sort="term" list={list} />
        {props.columns.map((title) => (
          <th key={title} scope="col">
            {title}
          </th>
        ))}
        {hasTypes(props) && <th scope="col">Type</th>}
        {!props.isTable && <SortTitle title="Status" sort="status" list={list} />}
      </tr>
    </thead>
  );
}

function Chips({ flags, type }: { flags: number; type: string | null }) {
  if (type === null || flags & flag.active) return null;
  return <span class="row-chip">{flags & flag.unknown ? words.unknown : words.inactive}</span>;
}

type RowProps = { number: number; listed: ListedRow | undefined; props: FullListProps };
type FocusProps = { isFocused: boolean; isCopied: boolean };

function Row({ number, listed, props, isFocused, isCopied }: RowProps & FocusProps) {
  if (!listed) {
    return (
      <tr aria-rowindex={number + 2} class="row-waiting">
        <td class="mono">…</td>
        <td class="term" />
      </tr>
    );
  }
  const [code, term, status, type, flags] = listed.row;
  return (
    <tr aria-rowindex={number + 2}>
      <td class="mono">
        <button
          type="button"
          class={isCopied ? 'code-copy is-copied' : 'code-copy'}
          title={words.copy(code)}
          tabIndex={isFocused ? 0 : -1}
          data-number={number}
        >
          {code}
        </button>
      </td>
      <td class="term">
        {term === null ? <span class="hint">{words.noTerm}</span> : term}
        <Chips flags={flags} type={type} />
      </td>
      {props.columns.map((title, at) => (
        <td key={title} class="more">
          {listed.cells[at]}
        </td>
      ))}
      {hasTypes(props) && <td class="type">{type}</td>}
      {!props.isTable && (
        <td class="status">
          <Mark of={statusOf(status)} />
        </td>
      )}
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

export function RowsTable(list: ListProps) {
  const { store, props, startRow } = list;
  const scroller = useRef<HTMLElement>(null);
  const shown = store.shown.value;
  const total = shown?.total ?? 0;
  const rows = useVisibleRows(scroller, total);
  const focus = useSignal(startRow);
  const moved = useSignal(0); // grows when the keys move the focus
  const copied = useSignal<number | null>(null);
  const told = useSignal('');
  const { first, after } = rows;

  useLayoutEffect(() => store.want(first, after), [first, after, shown]);
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = startRow * rows.rowHeight;
    focus.value = startRow;
  }, [shown]);
  useLayoutEffect(() => {
    if (scroller.current) scroller.current.scrollTop = (rows.top || startRow) * rows.rowHeight;
  }, [rows.rowHeight]);
  useLayoutEffect(() => {
    if (moved.value === 0) return;
    scroller.current
      ?.querySelector<HTMLElement>(`[data-number="${focus.value}"]`)
      ?.focus({ preventScroll: true });
  }, [moved.value, store.arrived.value, first]);

  async function copy(number: number, code: string): Promise<void> {
    if (!(await copyText(code))) return;
    copied.value = number;
    told.value = words.copied(code);
    setTimeout(() => {
      if (copied.value === number) copied.value = null;
    }, 1_500);
  }

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
    moved.value++;
  }

  const numbers = Array.from({ length: Math.max(0, after - first) }, (_, at) => first + at);
  const before = first * rows.rowHeight;
  return (
    <>
      <section
        ref={scroller}
        class="list-scroller"
        aria-label={words.name}
        tabIndex={0}
        onClick={click}
        onKeyDown={press}
      >
        <div
          style={{
            paddingTop: `${before}px`,
            paddingBottom: `${Math.max(0, total - after) * rows.rowHeight}px`,
          }}
        >
          <table class="codes" aria-rowcount={total + 1}>
            <Titles list={list} />
            <tbody>
              {numbers.map((number) => (
                <Row
                  key={number % 128}
                  number={number}
                  listed={store.row(number)}
                  props={props}
                  isFocused={number === focus.value}
                  isCopied={number === copied.value}
                />
              ))}
            </tbody>
          </table>
        </div>
      </section>
      <p class="visually-hidden" role="status">
        {told.value}
      </p>
    </>
  );
}
