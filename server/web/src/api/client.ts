// Requests to /api/v2. The browser's cache keeps what has an ETag and asks whether it still holds.
import { noAnswer, type Problem, problemOf } from './problem.ts';

export type Result<T> =
  | { ok: true; status: number; data: T; headers: Headers }
  | { ok: false; problem: Problem };

export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type WriteOptions = { body?: unknown; key?: string };
export type ReadOptions = { minPosition?: number; signal?: AbortSignal };

const answerWithinMs = 30_000;

export type ClientOptions = { fetch?: typeof fetch; csrfToken?: () => string };

function tokenOfPage(): string {
  return document.querySelector<HTMLMetaElement>('meta[name=csrf-token]')?.content ?? '';
}

export class Client {
  private readonly fetcher: typeof fetch;
  private readonly csrfToken: () => string;

  constructor({ fetch: fetcher, csrfToken }: ClientOptions = {}) {
    this.fetcher = fetcher ?? ((input, init) => fetch(input, init));
    this.csrfToken = csrfToken ?? tokenOfPage;
  }

  async json<T>(path: string, options: ReadOptions = {}): Promise<Result<T>> {
    return this.read(path, options, 'application/json', async (answer) => await answer.json());
  }

  async bytes(path: string, type: string, options: ReadOptions = {}): Promise<Result<ArrayBuffer>> {
    return this.read(path, options, type, (answer) => answer.arrayBuffer());
  }

  async text(path: string, options: ReadOptions = {}): Promise<Result<string>> {
    return this.read(path, options, 'text/plain', (answer) => answer.text());
  }

  // A write with a key acts once, however often it is sent.
  async write<T>(
    method: Method,
    path: string,
    { body, key }: WriteOptions = {},
  ): Promise<Result<T>> {
    const headers = new Headers({ Accept: 'application/json', 'X-CSRFToken': this.csrfToken() });
    if (key) headers.set('Idempotency-Key', key);
    if (body !== undefined) headers.set('Content-Type', 'application/json');
    const init: RequestInit = { method, headers };
    if (body !== undefined) init.body = JSON.stringify(body);
    return this.send(path, init, async (answer) => await answer.json());
  }

  // After a new log-in the page's token is another; the page itself knows it.
  async renewToken(): Promise<void> {
    const meta = document.querySelector<HTMLMetaElement>('meta[name=csrf-token]');
    try {
      const page = await (await this.fetcher(location.pathname)).text();
      const token = page.match(/<meta name="csrf-token" content="([^"]*)"/)?.[1];
      if (meta && token) meta.content = token;
    } catch {
      // Without an answer the old token stays, and the next request tells.
    }
  }

  private read<T>(
    path: string,
    { minPosition, signal }: ReadOptions,
    type: string,
    bodyOf: (answer: Response) => Promise<T>,
  ): Promise<Result<T>> {
    const joined = path.includes('?') ? '&' : '?';
    const address = minPosition ? `${path}${joined}min_position=${minPosition}` : path;
    const init: RequestInit = { headers: { Accept: type } };
    if (signal) init.signal = signal;
    return this.send(address, init, bodyOf);
  }

  private async send<T>(
    path: string,
    init: RequestInit,
    bodyOf: (answer: Response) => Promise<T>,
  ): Promise<Result<T>> {
    const tooLate = AbortSignal.timeout(answerWithinMs);
    const signal = init.signal ? AbortSignal.any([init.signal, tooLate]) : tooLate;
    try {
      const answer = await this.fetcher(`/api/v2${path}`, {
        ...init,
        signal,
        credentials: 'same-origin',
      });
      if (!answer.ok) return { ok: false, problem: await readProblem(answer) };
      return {
        ok: true,
        status: answer.status,
        data: await bodyOf(answer),
        headers: answer.headers,
      };
    } catch (error) {
      if (init.signal?.aborted) throw error;
      return { ok: false, problem: noAnswer };
    }
  }
}

async function readProblem(answer: Response): Promise<Problem> {
  try {
    return problemOf(answer.status, await answer.json());
  } catch {
    return problemOf(answer.status, null);
  }
}
