// Searching the release. What is typed is looked up at once; Enter adds what it finds to the draft.
import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Matches, SearchMode, SearchQuery } from '../api/draft-api.ts';
import { useBuilder } from './context.ts';
import { SearchLimitFields, type SearchLimits, useSearchLimits } from './search-limits.tsx';
import { Preview } from './search-preview.tsx';

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

type SearchForm = SearchLimits & {
  text: Signal<string>;
  by: Signal<'term' | 'code'>;
  mode: Signal<SearchMode>;
};

function queryOf({ text, by, mode, types, isActiveOnly }: SearchForm): SearchQuery {
  const typed = text.value.trim();
  if (by.value === 'code') return { text: typed, mode: mode.value, types: [] };
  if (codePrefix.test(typed)) {
    return { text: typed.replace(codePrefix, ''), mode: 'code', types: [] };
  }
  return {
    text: typed,
    mode: mode.value,
    types: types.value,
    isActiveOnly: isActiveOnly.value,
  };
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

function usePreview(query: SearchQuery): Signal<Matches | null> {
  const { draft } = useBuilder();
  const matches = useSignal<Matches | null>(null);
  const { text } = query;
  useEffect(() => {
    if (text.length < 2) {
      matches.value = null;
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(async () => {
      try {
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
  }, [JSON.stringify(query)]);
  return matches;
}

export function SearchPane() {
  const { draft, wishes, session, props } = useBuilder();
  const form: SearchForm = {
    text: useSignal(''),
    by: useSignal<'term' | 'code'>('term'),
    mode: useSignal<SearchMode>('words'),
    ...useSearchLimits(props.codingSystem),
  };
  const query = queryOf(form);
  const matches = usePreview(query);
  const add = async (event: Event) => {
    event.preventDefault();
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
      {form.by.value === 'term' && <SearchLimitFields limits={form} />}
      {matches.value && (
        <Preview
          matches={matches.value}
          query={query}
          keepType={(title) => {
            form.types.value = [title];
          }}
        />
      )}
    </form>
  );
}
