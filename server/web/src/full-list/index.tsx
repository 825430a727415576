// The full list of a version: all its rows, of which only those in view exist.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { shownStatuses } from '../stores/filter.ts';
import type { Question, RowsStore } from '../stores/rows.ts';
import { list as words } from '../words/version.ts';
import { number } from '../words.ts';
import { addressOf, ways } from './address.ts';
import type { FullListProps } from './props.ts';
import { RowsTable } from './table.tsx';

type ListProps = { store: RowsStore; props: FullListProps };

const typingPauseMs = 120;
const busyAfterMs = 200;

const wayNames: Record<string, string> = {
  included: 'Included',
  excluded: 'Excluded',
  undecided: 'Undecided',
  conflict: 'In conflict',
  all: 'All',
};

function countOf(way: string, counts: number[]): number {
  const statuses: readonly number[] =
    way in shownStatuses ? shownStatuses[way as keyof typeof shownStatuses] : [...counts.keys()];
  return statuses.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

// The ways that show codes; none where all codes are of one way, which is shown.
function waysOf({ counts }: FullListProps, { show }: Question): string[] {
  const some: string[] = ways.filter((way) => countOf(way, counts) > 0);
  return some.length <= 2 && some.includes(show) ? [] : some;
}

function ask({ store, props }: ListProps, question: Question): void {
  history.replaceState(null, '', addressOf(question, props));
  void store.ask(question);
}

function Ways(list: ListProps) {
  const { store, props } = list;
  const question = store.question.value;
  const shown = waysOf(props, question);
  if (shown.length === 0) return null;
  return (
    <nav class="segments" aria-label="Which codes">
      {shown.map((way) => (
        <a
          key={way}
          href={addressOf({ ...question, show: way }, props)}
          aria-current={way === question.show ? 'true' : undefined}
          onClick={(event) => {
            event.preventDefault();
            ask(list, { ...question, show: way });
          }}
        >
          {wayNames[way]} <span class="number">{number(countOf(way, props.counts))}</span>
        </a>
      ))}
    </nav>
  );
}

function Types(list: ListProps) {
  const { store, props } = list;
  const question = store.question.value;
  if (props.types.length < 2) return null;
  return (
    <select
      aria-label="Type"
      value={question.type}
      onChange={(event) => ask(list, { ...question, type: event.currentTarget.value })}
    >
      <option value="">{words.allTypes}</option>
      {props.types.map(([title, count]) => (
        <option key={title} value={title}>
          {title} ({number(count)})
        </option>
      ))}
    </select>
  );
}

function Filter(list: ListProps) {
  const { store } = list;
  const question = store.question.value;
  const typed = useSignal(question.text);
  useEffect(() => {
    if (typed.value === store.question.value.text) return;
    const timer = setTimeout(
      () => ask(list, { ...store.question.value, text: typed.value }),
      typingPauseMs,
    );
    return () => clearTimeout(timer);
  }, [typed.value]);
  useEffect(() => {
    typed.value = question.text;
  }, [question.text]);
  return (
    <input
      class="list-filter"
      type="text"
      value={typed.value}
      aria-label={words.filter}
      placeholder={words.filter}
      autocomplete="off"
      spellcheck={false}
      maxLength={100}
      onInput={(event) => {
        typed.value = event.currentTarget.value;
      }}
    />
  );
}

function Busy({ store }: { store: RowsStore }) {
  const isLong = useSignal(false);
  const isBusy = store.isBusy.value;
  useEffect(() => {
    const timer = setTimeout(
      () => {
        isLong.value = isBusy;
      },
      isBusy ? busyAfterMs : 0,
    );
    return () => clearTimeout(timer);
  }, [isBusy]);
  return <div class={isLong.value ? 'busy-line is-busy' : 'busy-line'} />;
}

function Count({ store, props }: ListProps) {
  const total = store.shown.value?.total ?? 0;
  const all = countOf(store.question.value.show, props.counts);
  return (
    <p class="rows-count" role="status">
      {words.shown(total, all)}
    </p>
  );
}

function Nothing(list: ListProps) {
  const { store } = list;
  const question = store.question.value;
  return (
    <div class="empty">
      <p>{words.none}</p>
      <button
        type="button"
        class="secondary"
        onClick={() => ask(list, { ...question, text: '', type: '', show: 'all' })}
      >
        {words.clear}
      </button>
    </div>
  );
}

export function FullList(list: ListProps) {
  const { store, props } = list;
  const { value: shown } = store.shown;
  const total = shown?.total ?? 0;
  const servers = useRef(shown); // begins where the server's rows did
  const problem = store.problem.value;
  return (
    <>
      <div class="list-bar">
        <Ways {...list} />
        <Filter {...list} />
        <Types {...list} />
        <Count {...list} />
      </div>
      <Busy store={store} />
      {problem !== null && (
        <p class="notice notice-problem" role="alert">
          {problem}{' '}
          <button type="button" class="secondary" onClick={() => store.retry()}>
            {words.again}
          </button>
        </p>
      )}
      {total === 0 ? (
        <Nothing {...list} />
      ) : (
        <RowsTable
          {...list}
          startRow={shown === servers.current ? props.firstRow : 0}
          ask={(sort) => ask(list, { ...store.question.value, sort })}
        />
      )}
    </>
  );
}
