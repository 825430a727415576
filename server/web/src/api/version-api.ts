// What people read of a version, and of a codelist's versions.
import type { Client, ReadOptions, Result } from './client.ts';
import type { Counts } from './counts.ts';

export type CodeRow = [
  code: string,
  term: string | null,
  status: string,
  type: string | null,
  flags: number,
];

export type RowsQuery = {
  text: string;
  show: string;
  type: string;
  sort: string;
  offset: number;
  limit: number;
};

export type RowsAnswer = { total: number; rows: CodeRow[]; cells?: string[][] };

export type TypeCounts = { title: string; codes_count: number; counts: Counts };
export type Composition = { codes_count: number; counts: Counts; types: TypeCounts[] };

export type IcicleNode = {
  parent: number | null;
  code: string | null; // null: a section
  title: string;
  codes_count: number;
  included_count: number;
  cut: boolean;
};

export type VersionSize = {
  hash: string;
  tag: string | null;
  release: string;
  created_at: string;
  included_count: number;
};

export class VersionApi {
  private readonly client: Client;
  private readonly path: string;

  constructor(client: Client, hash: string) {
    this.client = client;
    this.path = `/versions/${encodeURIComponent(hash)}`;
  }

  rows(query: RowsQuery, options?: ReadOptions): Promise<Result<RowsAnswer>> {
    const { text, show, type, sort, offset, limit } = query;
    const parameters = new URLSearchParams({ offset: String(offset), limit: String(limit) });
    if (text) parameters.set('q', text);
    if (show !== 'all') parameters.set('status', show);
    if (type) parameters.set('type', type);
    if (sort) parameters.set('sort', sort);
    return this.client.json(`${this.path}/rows?${parameters}`, options);
  }

  composition(): Promise<Result<Composition>> {
    return this.client.json(`${this.path}/composition`);
  }

  icicle(under: string | null): Promise<Result<{ nodes: IcicleNode[] }>> {
    const below = under === null ? '' : `&under=${encodeURIComponent(under)}`;
    return this.client.json(`${this.path}/icicle?nodes_max=400${below}`);
  }

  tree(): Promise<Result<ArrayBuffer>> {
    return this.client.bytes(`${this.path}/tree`, 'application/vnd.codelog.tree');
  }

  statuses(): Promise<Result<ArrayBuffer>> {
    return this.client.bytes(`${this.path}/statuses`, 'application/vnd.codelog.statuses');
  }

  terms(block: number | 'all'): Promise<Result<string>> {
    return this.client.text(`${this.path}/tree/terms?block=${block}`);
  }
}

// `resource`: "/codelists/organisation/…/…"
export function readSizes(
  client: Client,
  resource: string,
): Promise<Result<{ versions: VersionSize[] }>> {
  return client.json(`${resource}/sizes`);
}
