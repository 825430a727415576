// When a search finds nothing: what would find something.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { DraftApi, SearchMode, SearchQuery } from '../api/draft-api.ts';
import { likeWord, longWords, nearestWord } from '../engine/spelling.ts';
import { allTypes, didYouMean } from '../words/builder.ts';
import * as words from '../words.ts';
import { useBuilder } from './context.ts';

const wordsTriedMax = 4;
const descriptionsMax = 50;
const byTerm: readonly SearchMode[] = ['words', 'contains', 'phrase', 'starts_with'];

type Suggestion = { query: SearchQuery; name: string; total: number };

class Suggestions {
  private readonly api: DraftApi;
  private readonly query: SearchQuery;
  private readonly signal: AbortSignal;

  constructor(api: DraftApi, query: SearchQuery, signal: AbortSignal) {
    this.api = api;
    this.query = query;
    this.signal = signal;
  }

  async find(): Promise<Suggestion[]> {
    const { query } = this;
    const text = await this.respell();
    const mode = query.mode === 'words' ? 'contains' : 'words';
    const found = await Promise.all([
      this.count({ ...query, text }, text),
      this.count({ ...query, mode }, mode),
      this.count({ ...query, types: [], isActiveOnly: false }, allTypes),
    ]);
    return found.flat();
  }

  private async count(query: SearchQuery, name: string): Promise<Suggestion[]> {
    if (JSON.stringify(query) === JSON.stringify(this.query)) return [];
    const result = await this.api.matches(query, 1, this.signal);
    const total = result.ok ? result.data.total : 0;
    return total > 0 ? [{ query, name, total }] : [];
  }

  // With each word that the release does not have replaced by one that it has.
  private async respell(): Promise<string> {
    const tried = longWords(this.query.text).slice(0, wordsTriedMax);
    const changes = await Promise.all(
      tried.map(async (word) => [word, await this.respellWord(word)] as const),
    );
    return changes.reduce((text, [word, other]) => text.replace(word, other), this.query.text);
  }

  private async respellWord(word: string): Promise<string> {
    const known = await this.api.matches({ text: word, mode: 'words', types: [] }, 1, this.signal);
    if (!known.ok || known.data.total > 0) return word;
    const like: SearchQuery = { text: likeWord(word), mode: 'regex', types: [] };
    const result = await this.api.matches(like, descriptionsMax, this.signal);
    if (!result.ok) return word;
    const texts = result.data.hits.map(({ matched, term }) => matched ?? term);
    return nearestWord(word, texts) ?? word;
  }
}

type DidYouMeanProps = { query: SearchQuery; change: (query: SearchQuery) => void };

export function DidYouMean({ query, change }: DidYouMeanProps) {
  const { draft } = useBuilder();
  const suggestions = useSignal<readonly Suggestion[]>([]);
  useEffect(() => {
    suggestions.value = [];
    if (!byTerm.includes(query.mode)) return;
    const abort = new AbortController();
    new Suggestions(draft.api, query, abort.signal).find().then(
      (found) => {
        suggestions.value = found;
      },
      () => {}, // a newer text has replaced this one
    );
    return () => abort.abort();
  }, [JSON.stringify(query)]);
  if (suggestions.value.length === 0) return null;
  return (
    <div class="did-you-mean" role="status">
      <p>{didYouMean}</p>
      {suggestions.value.map(({ query: other, name, total }) => (
        <button key={name} type="button" class="secondary" onClick={() => change(other)}>
          {name} {words.number(total)}
        </button>
      ))}
    </div>
  );
}
