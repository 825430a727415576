// Searching the release. What is typed is looked up at once; Enter adds what it finds to the draft.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Hit, Matches, SearchMode, SearchQuery } from '../api/draft-api.ts';
import { Mark } from '../components/mark.tsx';
import type { Sign } from '../engine/statuses.ts';
import * as words from '../words.ts';
import { useBuilder } from './context.ts';

const pauseMs = 120;
const hitsMax = 30;
const codePrefix = /^code:\s*/i;

const termModes: [mode: SearchMode, words: string][] = [
  ['words', 'words'],
  ['contains', 'contains'],
  ['phrase', 'phrase'],
  ['starts_with', 'starts with'],
  ['regex', 'regex'],
];
const codeModes: [mode: SearchMode, words: string][] = [
  ['code', 'this code'],
  ['code_prefix', 'starts with'],
  ['code_range', 'range'],
];

export type SearchForm = {
  text: Signal<string>;
  by: Signal<'term' | 'code'>;
  mode: Signal<SearchMode>;
};

function queryOf({ text, by, mode }: SearchForm): SearchQuery {
  const typed = text.value.trim();
  if (by.value === 'term' && codePrefix.test(typed)) {
    return { text: typed.replace(codePrefix, ''), mode: 'code', types: [] };
  }
  return { text: typed, mode: mode.value, types: [] };
}

function ModeRow({ form }: { form: SearchForm }) {
  const { by, mode } = form;
  const choose = (kind: 'term' | 'code') => {
    by.value = kind;
    mode.value = kind === 'term' ? 'words' : 'code';
  };
  const modes = by.value === 'term' ? termModes : codeModes;
  return (
    <div class="search-modes">
      {(['term', 'code'] as const).map((kind) => (
        <label key={kind} class="mode">
          <input
            type="radio"
            name="search-by"
            checked={by.value === kind}
            onChange={() => choose(kind)}
          />
          {kind === 'term' ? 'Term' : 'Code'}
        </label>
      ))}
      <select
        aria-label="How to match"
        value={mode.value}
        onChange={({ currentTarget }) => {
          mode.value = currentTarget.value as SearchMode;
        }}
      >
        {modes.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit" class="secondary">
        Search
      </button>
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
          {hit.term}
          {hit.matched && hit.matched !== hit.term && <span class="hit-match">{hit.matched}</span>}
        </span>
        {ordinal !== undefined && <Mark of={draft.statuses.bytes[ordinal] as number} />}
        <code>{hit.code}</code>
      </label>
    </li>
  );
}

function Preview({ matches, query }: { matches: Matches; query: SearchQuery }) {
  const { wishes } = useBuilder();
  const ticked = useSignal<ReadonlySet<string>>(new Set());
  const addTicked = (sign: Sign) => void wishes.decideCodes([...ticked.value], sign);
  if (matches.total === 0) return <p class="preview-note">{words.noHits(query.text)}</p>;
  const { total, new_count, with_descendants_count, hits } = matches;
  return (
    <div class="preview">
      <p class="preview-note" role="status">
        {words.found(total, new_count, with_descendants_count)}
      </p>
      {ticked.value.size > 0 && (
        <div class="buttons">
          <button type="button" class="secondary" onClick={() => addTicked('+')}>
            + Include {ticked.value.size}
          </button>
          <button type="button" class="secondary" onClick={() => addTicked('-')}>
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

function usePreview(form: SearchForm): Signal<Matches | null> {
  const { draft } = useBuilder();
  const matches = useSignal<Matches | null>(null);
  const { text, mode } = queryOf(form);
  useEffect(() => {
    if (text.length < 2) {
      matches.value = null;
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const query = { text, mode, types: [] };
        const result = await draft.api.matches(query, hitsMax, abort.signal);
        matches.value = result.ok ? result.data : null;
      } catch {
        // A newer text has replaced this one.
      }
    }, pauseMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text, mode]);
  return matches;
}

export function SearchPane() {
  const { draft, wishes, session, props } = useBuilder();
  const form: SearchForm = {
    text: useSignal(''),
    by: useSignal<'term' | 'code'>('term'),
    mode: useSignal<SearchMode>('words'),
  };
  const matches = usePreview(form);
  const add = async (event: Event) => {
    event.preventDefault();
    const query = queryOf(form);
    if (query.text === '') return;
    if (!(await wishes.addSearch(query))) return;
    form.text.value = '';
    session.pane.value = 'tree';
    document.querySelector<HTMLElement>('[role=treegrid] [tabindex="0"]')?.focus();
  };
  const label = `Search ${props.codingSystem}`;
  return (
    <form class="code-search" onSubmit={(event) => void add(event)}>
      <div class="search-field">
        <input
          id="code-search"
          type="search"
          aria-label={label}
          placeholder={label}
          autocomplete="off"
          spellcheck={false}
          disabled={!draft.mayDecide}
          value={form.text.value}
          onInput={({ currentTarget }) => {
            form.text.value = currentTarget.value;
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') form.text.value = '';
          }}
        />
        <kbd>/</kbd>
      </div>
      <ModeRow form={form} />
      {matches.value && <Preview matches={matches.value} query={queryOf(form)} />}
    </form>
  );
}
