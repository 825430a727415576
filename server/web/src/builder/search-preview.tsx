// What a search would find, before it is added: hits, and what to do about too many.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Concept, Hit, Matches, SearchQuery } from '../api/draft-api.ts';
import { Mark } from '../components/mark.tsx';
import type { Sign } from '../engine/statuses.ts';
import { narrower, tooMany } from '../words/builder.ts';
import * as words from '../words.ts';
import { useBuilder, useOff } from './context.ts';
import { DidYouMean } from './did-you-mean.tsx';

const draftTakesMax = 20_000;
const typesTriedMax = 6;
const typesOfferedMax = 3;
const successor = /REPLACED BY|SAME AS|EQUIVALENT|ALTERNATIVE|MOVED TO|WAS A|REFERS TO/;

type Narrow = { title: string; count: number };

// The types of the first hits, and how much each alone would bring.
function useNarrowTypes(query: SearchQuery, hits: readonly Hit[], isNeeded: boolean) {
  const { draft } = useBuilder();
  const narrow = useSignal<readonly Narrow[]>([]);
  useEffect(() => {
    narrow.value = [];
    if (!isNeeded) return;
    const abort = new AbortController();
    const titles = [...new Set(hits.flatMap(({ types }) => types))].slice(0, typesTriedMax);
    const ask = async (title: string): Promise<Narrow[]> => {
      const result = await draft.api.matches({ ...query, types: [title] }, 1, abort.signal);
      const count = result.ok ? (result.data.with_descendants_count ?? 0) : 0;
      return count > 0 && count <= draftTakesMax ? [{ title, count }] : [];
    };
    Promise.all(titles.map(ask)).then(
      (found) => {
        const fitting = found.flat().sort((one, other) => one.count - other.count);
        narrow.value = fitting.slice(0, typesOfferedMax);
      },
      () => {}, // a newer text has replaced this one
    );
    return () => abort.abort();
  }, [hits, isNeeded]);
  return narrow;
}

type PreviewProps = {
  matches: Matches;
  query: SearchQuery;
  change: (query: SearchQuery) => void;
};

function TooMany({ matches, query, change }: PreviewProps) {
  const whole = matches.with_descendants_count ?? 0;
  const narrow = useNarrowTypes(query, matches.hits, whole > draftTakesMax);
  if (whole <= draftTakesMax) return null;
  return (
    <div class="too-many" role="alert">
      <p>{tooMany(query.text, whole)}</p>
      {narrow.value.length > 0 && (
        <>
          <p>{narrower}</p>
          <div class="buttons">
            {narrow.value.map(({ title, count }) => (
              <button
                key={title}
                type="button"
                class="secondary"
                onClick={() => change({ ...query, types: [title] })}
              >
                {title} {words.number(count)}
              </button>
            ))}
          </div>
        </>
      )}
    </div>
  );
}

// A code that its system has retired: what took its place, to add on request.
function Successors({ hit }: { hit: Hit }) {
  const { draft, wishes } = useBuilder();
  const off = useOff();
  const concept = useSignal<Concept | null>(null);
  useEffect(() => {
    concept.value = null;
    void draft.api.concept(hit.code).then((result) => {
      if (result.ok) concept.value = result.data;
    });
  }, [hit.code]);
  const links = concept.value?.links.filter(({ kind, active }) => active && successor.test(kind));
  return (
    <div class="successors">
      <p>
        <strong>{hit.term}</strong> is inactive.{' '}
        {links?.length === 0 && 'The release names no code in its place.'}
      </p>
      {links?.map(({ code, term, kind }) => (
        <p key={code}>
          <span class="link-kind">{kind.toLowerCase()}</span> {term} <code>{code}</code>
          {draft.isMine && (
            <button
              type="button"
              class="secondary"
              {...off}
              onClick={() => void wishes.decideCodes([code], '+')}
            >
              + Include it
            </button>
          )}
        </p>
      ))}
    </div>
  );
}

function HitRow({ hit, ticked }: { hit: Hit; ticked: Signal<ReadonlySet<string>> }) {
  const { draft } = useBuilder();
  void draft.version.value;
  const ordinal = draft.tree.value?.ordinalOf.get(hit.code);
  const toggle = () => {
    const codes = new Set(ticked.value);
    if (!codes.delete(hit.code)) codes.add(hit.code);
    ticked.value = codes;
  };
  return (
    <li>
      <label class="hit">
        <input type="checkbox" checked={ticked.value.has(hit.code)} onChange={toggle} />
        <span class="hit-term">
          {hit.term} {!hit.active && <span class="row-chip">inactive</span>}
          {hit.matched && hit.matched !== hit.term && <span class="hit-match">{hit.matched}</span>}
        </span>
        {ordinal !== undefined && <Mark of={draft.statuses.bytes[ordinal] as number} />}
        <code>{hit.code}</code>
      </label>
    </li>
  );
}

export function Preview({ matches, query, change }: PreviewProps) {
  const { draft, wishes } = useBuilder();
  const off = useOff();
  const ticked = useSignal<ReadonlySet<string>>(new Set());
  const addTicked = (sign: Sign) => void wishes.decideCodes([...ticked.value], sign);
  if (matches.total === 0) {
    return (
      <>
        <p class="preview-note">{words.noHits(query.text)}</p>
        <DidYouMean query={query} change={change} />
      </>
    );
  }
  const { total, new_count, with_descendants_count, hits } = matches;
  const only = total === 1 ? hits[0] : undefined;
  return (
    <div>
      <p class="preview-note" role="status">
        {words.found(total, new_count, with_descendants_count)}
      </p>
      <TooMany matches={matches} query={query} change={change} />
      {only && !only.active && <Successors hit={only} />}
      {ticked.value.size > 0 && draft.isMine && (
        <div class="buttons">
          <button type="button" class="secondary" {...off} onClick={() => addTicked('+')}>
            + Include {ticked.value.size}
          </button>
          <button type="button" class="secondary" {...off} onClick={() => addTicked('-')}>
            − Exclude {ticked.value.size}
          </button>
        </div>
      )}
      <ul class="hits">
        {hits.map((hit) => (
          <HitRow key={hit.code} hit={hit} ticked={ticked} />
        ))}
      </ul>
    </div>
  );
}
