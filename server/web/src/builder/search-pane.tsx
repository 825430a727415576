// Searching the release: above the searches in a wide window, else above the tree. What is typed is
// looked up at once; Enter adds what it finds to the draft.
import { batch, type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Matches, SearchMode, SearchQuery } from '../api/draft-api.ts';
import { useBuilder, useOff } from './context.ts';
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

// "code:195967001" is a search by code, whichever radio is chosen.
function queryOf({ text, by, mode, types, isActiveOnly }: SearchForm): SearchQuery {
  const typed = text.value.trim();
  const code = typed.replace(codePrefix, '');
  if (by.value === 'code') return { text: code, mode: mode.value, types: [] };
  if (code !== typed) return { text: code, mode: 'code', types: [] };
  return {
    text: typed,
    mode: mode.value,
    types: types.value,
    isActiveOnly: isActiveOnly.value,
  };
}

function ModeRow({ form }: { form: SearchForm }) {
  const { draft } = useBuilder();
  const off = useOff();
  const { by, mode } = form;
  const choose = (kind: 'term' | 'code') => {
    by.value = kind;
    mode.value = kind === 'term' ? 'words' : 'code';
  };
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
      <button type="submit" class="secondary" {...off} disabled={!draft.mayDecide}>
        Search
      </button>
    </div>
  );
}

function HowToMatch({ form: { by, mode } }: { form: SearchForm }) {
  const modes = by.value === 'term' ? termModes : codeModes;
  return (
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
  const off = useOff();
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
  const change = (next: SearchQuery) => {
    batch(() => {
      form.text.value = next.text;
      form.mode.value = next.mode;
      form.types.value = next.types;
      form.isActiveOnly.value = next.isActiveOnly ?? false;
    });
    document.getElementById('code-search')?.focus();
  };
  const label = `Search ${props.codingSystem}`;
  return (
    <search class="code-search">
      <form onSubmit={(event) => void add(event)}>
        <div class="search-field">
          <input
            id="code-search"
            type="search"
            aria-label={label}
            placeholder={label}
            autocomplete="off"
            spellcheck={false}
            {...off}
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
        <div class="search-more">
          <div class="search-how">
            <HowToMatch form={form} />
            {form.by.value === 'term' && <SearchLimitFields limits={form} />}
          </div>
          {matches.value && <Preview matches={matches.value} query={query} change={change} />}
        </div>
      </form>
    </search>
  );
}
