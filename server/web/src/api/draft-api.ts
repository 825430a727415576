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

export type SearchQuery = {
  text: string;
  mode: SearchMode;
  types: readonly string[];
  isActiveOnly?: boolean;
};

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

// Somebody who has a draft of the codelist open.
export type Person = { username: string; name: string; version: string; code: string | null };

export type MadeStep = {
  position: number;
  time: string;
  actor: string | null;
  mine: boolean;
  command: string;
  reason?: string;
  changed_count?: number;
  updates_count?: number;
  updates?: [code: string, sign: Sign][];
  search?: { term?: string; code?: string };
};

// Of the codelist's history.
export type PastEvent = {
  position: number;
  type: string;
  version?: string;
  reason?: string;
  step?: number;
  updates?: [code: string, sign: Sign][];
};

export type Concept = {
  synonyms: string[];
  links: { kind: string; code: string; term: string; active: boolean }[];
};

type ByCode = { code: string };
type ByTerm = { term: string; mode: string };

type Limits = { types?: readonly string[]; active?: true };

function asBody({ text, mode, types, isActiveOnly }: SearchQuery): (ByCode | ByTerm) & Limits {
  const by = mode === 'code' ? { code: text } : { term: text, mode };
  return {
    ...by,
    ...(types.length > 0 ? { types } : {}),
    ...(isActiveOnly ? { active: true as const } : {}),
  };
}

function asParameters(query: SearchQuery): URLSearchParams {
  const { types, active, ...by } = asBody(query);
  const parameters = new URLSearchParams(by as Record<string, string>);
  for (const type of types ?? []) parameters.append('type', type);
  if (active) parameters.set('active', 'true');
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

  // `only_here`: the codes that would leave the draft with the search.
  codesOfSearch(id: number): Promise<Result<{ codes: string[]; only_here?: string[] }>> {
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

  // One's own last step, or this one.
  undo(key: string, step?: number): Promise<Result<Changed>> {
    const body = step === undefined ? { mine: true } : { mine: true, step };
    return this.client.write('POST', `${this.path}/undo`, { body, key });
  }

  steps(options?: ReadOptions): Promise<Result<{ undo: MadeStep[] }>> {
    return this.client.json(`${this.path}/steps`, options);
  }

  // `codelist`: "organisation/example/asthma".
  history(
    codelist: string,
    after: number,
    options?: ReadOptions,
  ): Promise<Result<{ events: PastEvent[]; next: number | null }>> {
    const path = codelist.split('/').map(encodeURIComponent).join('/');
    return this.client.json(`/codelists/${path}/history?after=${after}&limit=1000`, options);
  }

  bePresent(code: string | null): Promise<Result<{ people: Person[]; read_only: string | null }>> {
    return this.client.write('PUT', `${this.path}/presence`, { body: { code } });
  }

  types(): Promise<Result<{ types: { title: string; codes: number }[] }>> {
    return this.client.json(`/releases/${encodeURIComponent(this.release)}/types`);
  }

  // `base`: the position that the person has seen.
  redo(base: number, key: string): Promise<Result<Changed>> {
    return this.client.write('POST', `${this.path}/redo`, { body: { base_position: base }, key });
  }

  story(code: string, options?: ReadOptions): Promise<Result<CodeStory>> {
    return this.client.json(`${this.path}/codes/${encodeURIComponent(code)}`, options);
  }

  // The code in the release.
  concept(code: string, options?: ReadOptions): Promise<Result<Concept>> {
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
