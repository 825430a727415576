// The resources of one draft.
import type { Sign } from '../engine/statuses.ts';
import type { Client, ReadOptions, Result } from './client.ts';

export type SearchMode =
  | 'words'
  | 'contains'
  | 'code'
  | 'phrase'
  | 'starts_with'
  | 'regex'
  | 'code_prefix'
  | 'code_range';

export type Search = {
  id: number;
  mode: string;
  slug: string;
  term?: string;
  code?: string;
  types?: string[];
  codes_count: number;
};

export type SearchQuery = { text: string; mode: SearchMode; types: string[] };

export type Hit = {
  code: string;
  term: string;
  matched: string | null;
  active: boolean;
  types: string[];
  status?: string | null;
};

export type Matches = {
  total: number;
  hits: Hit[];
  new_count?: number;
  with_descendants_count?: number;
};

export type Changed = { position: number };

export type Decided = {
  status: Sign;
  position: number;
  time: string;
  actor: string | null;
  reason?: string;
};

export type Decider = { code: string } & Partial<Decided>;

export type CodeStory = { deciders: Decider[]; decisions: Decided[]; searches: Search[] };

type ByCode = { code: string };
type ByTerm = { term: string; mode: string };

function asBody({ text, mode, types }: SearchQuery): (ByCode | ByTerm) & { types?: string[] } {
  const by = mode === 'code' ? { code: text } : { term: text, mode };
  return types.length > 0 ? { ...by, types } : by;
}

function asParameters(query: SearchQuery): URLSearchParams {
  const { types, ...by } = asBody(query);
  const parameters = new URLSearchParams(by as Record<string, string>);
  for (const type of types ?? []) parameters.append('type', type);
  return parameters;
}

export class DraftApi {
  readonly hash: string;
  private readonly client: Client;
  private readonly release: string;
  private readonly path: string;

  constructor(client: Client, hash: string, release: string) {
    this.client = client;
    this.hash = hash;
    this.release = release;
    this.path = `/versions/${encodeURIComponent(hash)}`;
  }

  renewToken(): Promise<void> {
    return this.client.renewToken();
  }

  tree(options?: ReadOptions): Promise<Result<ArrayBuffer>> {
    return this.client.bytes(`${this.path}/tree`, 'application/vnd.codelog.tree', options);
  }

  statuses(options?: ReadOptions): Promise<Result<ArrayBuffer>> {
    return this.client.bytes(`${this.path}/statuses`, 'application/vnd.codelog.statuses', options);
  }

  terms(block: number | 'all', options?: ReadOptions): Promise<Result<string>> {
    return this.client.text(`${this.path}/tree/terms?block=${block}`, options);
  }

  searches(options?: ReadOptions): Promise<Result<{ searches: Search[]; position: number }>> {
    return this.client.json(`${this.path}/searches`, options);
  }

  codesOfSearch(id: number): Promise<Result<{ codes: string[] }>> {
    return this.client.json(`${this.path}/searches/${id}`);
  }

  addSearch(query: SearchQuery, key: string): Promise<Result<Changed & { added: string[] }>> {
    return this.client.write('POST', `${this.path}/searches`, { body: asBody(query), key });
  }

  removeSearch(
    id: number,
    key: string,
  ): Promise<Result<Changed & { changed: Record<string, string | null> }>> {
    return this.client.write('DELETE', `${this.path}/searches/${id}`, { key });
  }

  matches(query: SearchQuery, limit: number, signal: AbortSignal): Promise<Result<Matches>> {
    const parameters = asParameters(query);
    parameters.set('limit', String(limit));
    return this.client.json(`${this.path}/matches?${parameters}`, { signal });
  }

  decide<Answer>(
    body: { updates: [string, Sign][]; reason?: string; base_position: number },
    key: string,
  ): Promise<Result<Answer>> {
    const whole = { ...body, answer: 'crc' };
    return this.client.write('PATCH', `${this.path}/statuses`, { body: whole, key });
  }

  undo(key: string): Promise<Result<Changed>> {
    return this.client.write('POST', `${this.path}/undo`, { body: { mine: true }, key });
  }

  // `base`: the position that the person has seen.
  redo(base: number, key: string): Promise<Result<Changed>> {
    return this.client.write('POST', `${this.path}/redo`, { body: { base_position: base }, key });
  }

  story(code: string, options?: ReadOptions): Promise<Result<CodeStory>> {
    return this.client.json(`${this.path}/codes/${encodeURIComponent(code)}`, options);
  }

  // The code in the release.
  concept(code: string, options?: ReadOptions): Promise<Result<{ synonyms: string[] }>> {
    const release = encodeURIComponent(this.release);
    return this.client.json(`/releases/${release}/codes/${encodeURIComponent(code)}`, options);
  }

  giveReason(step: number, reason: string, key: string): Promise<Result<Changed>> {
    return this.client.write('POST', `${this.path}/reasons`, { body: { step, reason }, key });
  }

  confirm(
    codes: string[] | undefined,
    key: string,
  ): Promise<Result<Changed & { confirmed: string[] }>> {
    const body = codes ? { codes } : {};
    return this.client.write('POST', `${this.path}/assumptions`, { body, key });
  }

  save(key: string): Promise<Result<Changed & { hash: string }>> {
    return this.client.write('POST', `${this.path}/save`, { body: {}, key });
  }

  discard(key: string): Promise<Result<Changed & { deleted: { codelist: boolean } }>> {
    return this.client.write('POST', `${this.path}/discard`, { body: {}, key });
  }
}
