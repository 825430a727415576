// A draft that is brought to a newer release: what the release does, and what has been decided.
import type { Update, UpgradedCode } from '../engine/upgrade.ts';
import type { Client, Result } from './client.ts';

export type Preview = {
  codes: UpgradedCode[];
  searches: { id: number; term?: string; code?: string }[];
  parent_terms: Record<string, string>;
};
export type Answer = { position: number; changed?: Record<string, string | null> };

export class UpgradeApi {
  private readonly client: Client;
  private readonly path: string;

  constructor(client: Client, draft: string) {
    this.client = client;
    this.path = `/versions/${encodeURIComponent(draft)}`;
  }

  preview(source: string, release: string): Promise<Result<Preview>> {
    const query = new URLSearchParams({ release });
    return this.client.json(`/versions/${encodeURIComponent(source)}/upgrade?${query}`);
  }

  statuses(minPosition: number): Promise<Result<{ statuses: Record<string, string> }>> {
    return this.client.json(this.path, { minPosition });
  }

  waiting(minPosition: number): Promise<Result<{ assumptions: { code: string }[] }>> {
    return this.client.json(`${this.path}/assumptions`, { minPosition });
  }

  confirm(codes: string[], key: string): Promise<Result<Answer>> {
    return this.client.write('POST', `${this.path}/assumptions`, { body: { codes }, key });
  }

  decide(updates: Update[], reason: string, key: string): Promise<Result<Answer>> {
    const body = reason ? { updates, reason } : { updates };
    return this.client.write('PATCH', `${this.path}/statuses`, { body, key });
  }

  undo(step: number, key: string): Promise<Result<Answer>> {
    return this.client.write('POST', `${this.path}/undo`, { body: { mine: true, step }, key });
  }

  giveReason(step: number, reason: string, key: string): Promise<Result<Answer>> {
    return this.client.write('POST', `${this.path}/reasons`, { body: { step, reason }, key });
  }

  // After a log-in in another tab.
  renewToken(): Promise<void> {
    return this.client.renewToken();
  }

  save(key: string): Promise<Result<Answer>> {
    return this.client.write('POST', `${this.path}/save`, { body: {}, key });
  }
}
