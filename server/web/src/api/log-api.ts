// What the site publishes of its signed log.
import type { Client, Result } from './client.ts';

export type ConsistencyAnswer = { from: number; to: number; proof: string[] };

export class LogApi {
  private readonly client: Client;
  private readonly fetcher: typeof fetch;

  constructor(client: Client, fetcher: typeof fetch = (input, init) => fetch(input, init)) {
    this.client = client;
    this.fetcher = fetcher;
  }

  // The proof of a commit, with its bytes.
  proof(position: number): Promise<Result<string>> {
    return this.client.text(`/commits/${position}/proof`);
  }

  consistency(from: number, to: number): Promise<Result<ConsistencyAnswer>> {
    return this.client.json(`/log/consistency?from=${from}&to=${to}`);
  }

  // Nothing without an answer.
  async verifierKey(): Promise<string | null> {
    return (await this.file('/log/verifier-key'))?.text() ?? null;
  }

  async checkpoint(): Promise<string | null> {
    return (await this.file('/log/checkpoint'))?.text() ?? null;
  }

  async download(path: string): Promise<Uint8Array | null> {
    const answer = await this.file(path);
    return answer && new Uint8Array(await answer.arrayBuffer());
  }

  private async file(path: string): Promise<Response | null> {
    try {
      // What an earlier visit was told must not answer for the server.
      const answer = await this.fetcher(path, { cache: 'no-store', credentials: 'same-origin' });
      return answer.ok ? answer : null;
    } catch {
      return null;
    }
  }
}
