// A slider through the list's life on its history page: when, who and what, the strip, and the
// tree as it was. The address keeps the moment.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { useMemo } from 'preact/hooks';
import { Client } from '../api/client.ts';
import { excludedOf, includedOf, inOrder } from '../api/counts.ts';
import { HistoryApi, type Moment } from '../api/history-api.ts';
import { Mark } from '../components/mark.tsx';
import { Strip } from '../components/strip.tsx';
import { status } from '../engine/statuses.ts';
import { MomentsStore, type Past } from '../stores/moments.ts';
import { TreeGrid } from '../tree-tab/grid.tsx';
import { Ways } from '../tree-tab/ways.ts';
import * as words from '../words/history.ts';
import { position as positionWords } from '../words.ts';

type Props = {
  codelist: string;
  name: string;
  at: number | null;
  canRestore: boolean;
};

const ticksMax = 160;

function Ticks({ count }: { count: number }) {
  if (count < 2 || count > ticksMax) return null;
  const places = Array.from({ length: count }, (_, at) => (at / (count - 1)) * 1000);
  return (
    <svg class="slider-ticks" viewBox="0 0 1000 6" preserveAspectRatio="none" aria-hidden="true">
      {places.map((x) => (
        <path key={x} d={`M${x} 0V6`} />
      ))}
    </svg>
  );
}

function valueText(store: MomentsStore): string {
  const { value: moment } = store.moment;
  const position = positionWords(store.position);
  if (!moment || moment.position !== store.position) return position;
  const when = moment.time ? `, ${words.minute(moment.time)}` : '';
  return `${position}${when}, ${words.happened(moment)}`;
}

function Slider({ store }: { store: MomentsStore }) {
  const { value: index } = store.index;
  const { length } = store.positions.value;
  return (
    <div class="slider-row">
      <button
        type="button"
        class="secondary"
        disabled={index === 0}
        aria-label={words.earlier}
        onClick={() => store.goTo(index - 1)}
      >
        ◀
      </button>
      <div class="slider">
        <Ticks count={length} />
        <input
          type="range"
          min={0}
          max={Math.max(0, length - 1)}
          value={index}
          aria-label={words.slider}
          aria-valuetext={valueText(store)}
          onInput={(event) => store.goTo(Number(event.currentTarget.value))}
        />
      </div>
      <button
        type="button"
        class="secondary"
        disabled={store.isNewest}
        aria-label={words.later}
        onClick={() => store.goTo(index + 1)}
      >
        ▶
      </button>
    </div>
  );
}

function CountsLine({ moment, isNewest }: { moment: Moment; isNewest: boolean }) {
  const { version, since } = moment;
  if (!version) return <p class="hint">{words.noVersion}</p>;
  const { counts } = version;
  const open = counts['?'] + counts['!'];
  return (
    <p class="counts">
      <span>
        <span class="mono">{version.tag ?? version.hash}</span> {version.status}
      </span>
      <span>
        <Mark of={status.included} silent />
        {words.included(includedOf(counts))}
      </span>
      <span>
        <Mark of={status.excluded} silent />
        {words.excluded(excludedOf(counts))}
      </span>
      {open > 0 && (
        <span>
          <Mark of={status.undecided} silent />
          {words.undecided(open)}
        </span>
      )}
      {since && !isNewest && (
        <span class="since">
          {words.since(since.tag ?? since.hash)} <b>{words.added(since.added_count)}</b>{' '}
          <b>{words.removed(since.removed_count)}</b>
        </span>
      )}
    </p>
  );
}

function TreeThen({ past: { draft, view }, name }: { past: Past; name: string }) {
  const ways = useMemo(() => new Ways(view), []);
  const { value: rows } = view.rows;
  if (!rows) return null;
  return (
    <div class="moment-tree">
      {rows.length === 0 ? (
        <p class="empty">{words.noCodes}</p>
      ) : (
        <TreeGrid source={draft} view={view} ways={ways} name={name} />
      )}
    </div>
  );
}

function Head({ store, props }: { store: MomentsStore; props: Props }) {
  const { value: moment } = store.moment;
  if (!moment) return null;
  return (
    <p class="moment-head">
      <a class="mono" href={`#${moment.position}`}>
        {positionWords(moment.position)}
      </a>
      {moment.time && <time dateTime={moment.time}>{words.minute(moment.time)}</time>}
      <span>{words.happened(moment)}</span>
      <a href={`../proof/${moment.position}/`}>{words.proof}</a>
      {props.canRestore && !store.isNewest && moment.position !== props.at && (
        <a href={`?at=${moment.position}#restore`}>{words.restore}</a>
      )}
    </p>
  );
}

function TimeSlider({ store, props }: { store: MomentsStore; props: Props }) {
  const { value: moment } = store.moment;
  const { value: past } = store.past;
  return (
    <>
      <Slider store={store} />
      <Head store={store} props={props} />
      {moment?.version && <Strip counts={inOrder(moment.version.counts)} />}
      {moment && <CountsLine moment={moment} isNewest={store.isNewest} />}
      {store.problem.value && (
        <p class="empty" role="status">
          {store.problem.value}
        </p>
      )}
      {past && <TreeThen key={past.hash} past={past} name={props.name} />}
    </>
  );
}

// The address of the moment; and what the server's page offers for another moment is hidden.
function keepAddress(store: MomentsStore, first: number): void {
  effect(() => {
    const { value: moment } = store.moment;
    if (!moment) return;
    const address = new URL(location.href);
    if (store.isNewest) address.searchParams.delete('at');
    else address.searchParams.set('at', String(moment.position));
    if (address.href !== location.href) history.replaceState(history.state, '', address);
    const restore = document.getElementById('restore');
    if (restore) restore.hidden = moment.position !== first;
  });
}

export async function mount(element: HTMLElement, props: Props): Promise<void> {
  const store = new MomentsStore(new HistoryApi(new Client(), props.codelist));
  await store.load(props.at);
  // The server's own words stay if there is nothing better.
  if (!store.moment.value) return;
  keepAddress(store, store.position);
  element.replaceChildren();
  render(<TimeSlider store={store} props={props} />, element);
}
