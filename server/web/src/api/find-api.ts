// Finding things on the whole site.
import type { Client, ReadOptions, Result } from './client.ts';
import type { Counts } from './counts.ts';

export type FoundCodelist = {
  owner: string;
  slug: string;
  name: string;
  owner_name: string;
  coding_system: string;
  counts: Counts;
  codes_count: number;
  signoffs_count: number;
  newest: { hash: string; tag: string | null; updated_at: string };
  has_code: boolean;
};

export type FoundCode = {
  code: string;
  term: string;
  matched: string;
  coding_system: string;
  release: string;
  active: boolean;
  codelists_count: number;
};

export type FoundOwner = { owner: string; name: string; codelists_count: number };

export type Found = {
  codelists_total: number;
  codelists: FoundCodelist[];
  codes: FoundCode[];
  people: FoundOwner[];
};

const entriesPerKind = 6;

export class FindApi {
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  find(text: string, options: ReadOptions): Promise<Result<Found>> {
    const query = new URLSearchParams({ q: text, limit: String(entriesPerKind) });
    return this.client.json(`/find?${query}`, options);
  }
}
