// A codelist's past: its moments, and how busy its days were.
import { Client, type Result } from './client.ts';
import type { Counts } from './counts.ts';

export type Deed = { type: string; text?: string; codes_count: number; changed_count: number };

type MomentVersion = {
  hash: string;
  tag: string | null;
  status: string;
  release: string;
  counts: Counts;
};

export type Moment = {
  position: number;
  time: string | null;
  actor: string | null;
  deeds: Deed[];
  version: MomentVersion | null;
  since: { hash: string; tag: string | null; added_count: number; removed_count: number } | null;
};

export type Activity = { today: string; days: [date: string, commits: number][] };

export class HistoryApi {
  private readonly client: Client;
  private readonly path: string;

  // `codelist`: "organisation/SLUG/CODELIST" or "user/NAME/CODELIST"
  constructor(client: Client, codelist: string) {
    this.client = client;
    this.path = `/codelists/${codelist.split('/').map(encodeURIComponent).join('/')}/history`;
  }

  moments(): Promise<Result<{ positions: number[] }>> {
    return this.client.json(`${this.path}/moments`);
  }

  moment(position: number): Promise<Result<Moment>> {
    return this.client.json(`${this.path}/moments/${position}`);
  }

  activity(): Promise<Result<Activity>> {
    return this.client.json(`${this.path}/activity`);
  }
}

// All its answers are those of a moment: of the one that counts when the request begins.
export function pastClient(position: () => number): Client {
  return new Client({
    fetch: (input, init) => {
      const address = new URL(String(input), location.href);
      address.searchParams.set('as_of', String(position()));
      return fetch(address, init);
    },
  });
}
