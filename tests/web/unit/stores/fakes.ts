// A clock that stands until a test moves it, and a server for one draft.
import type { Client, Result, WriteOptions } from '../../../../server/web/src/api/client.ts';
import { DraftApi } from '../../../../server/web/src/api/draft-api.ts';
import { noAnswer, problemOf } from '../../../../server/web/src/api/problem.ts';
import { crc32Text } from '../../../../server/web/src/engine/crc32.ts';
import { type Sign, Statuses } from '../../../../server/web/src/engine/statuses.ts';
import { decodeTree } from '../../../../server/web/src/engine/tree-format.ts';
import type { Clock } from '../../../../server/web/src/stores/clock.ts';
import type { Step, StepStorage } from '../../../../server/web/src/stores/queue.ts';

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

export class FakeClock implements Clock {
  private time = 0;
  private waiting: { at: number; run: () => void }[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.time + ms, run };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== entry);
    };
  }

  async pass(ms: number): Promise<void> {
    this.time += ms;
    const due = this.waiting.filter(({ at }) => at <= this.time);
    this.waiting = this.waiting.filter(({ at }) => at > this.time);
    for (const { run } of due) run();
    await settle();
  }
}

export class MemoryStorage implements StepStorage {
  readonly steps = new Map<string, Step>();

  async save(step: Step): Promise<void> {
    this.steps.set(step.key, step);
  }

  async remove(key: string): Promise<void> {
    this.steps.delete(key);
  }
}

export const refusal = (status: number, body: object = {}): Result<never> => ({
  ok: false,
  problem: status === 0 ? noAnswer : problemOf(status, body),
});

type Update = [code: string, sign: Sign];
type Patch = { updates: Update[]; base_position: number };
type Write = { method: string; path: string; key: string | undefined; body: unknown };

// What a DraftApi needs of a client, over a draft in memory. `refusals` answer the next writes.
export class FakeServer {
  readonly writes: Write[] = [];
  readonly refusals: Result<never>[] = [];
  readonly statuses: Statuses;
  position = 10;
  reads = 0;
  private readonly treeBytes: ArrayBuffer;
  private readonly done = new Map<string, unknown>();
  private readonly history: [number, Sign][][] = [];

  constructor(treeBytes: ArrayBuffer) {
    this.treeBytes = treeBytes;
    const tree = decodeTree(treeBytes);
    this.statuses = new Statuses(tree, new Uint8Array(tree.count));
  }

  get api(): DraftApi {
    const client = {
      bytes: async (path: string) =>
        this.answer(path.endsWith('/tree') ? this.treeBytes : this.statuses.bytes.slice().buffer),
      text: async () => this.answer(this.statuses.tree.codes.join('\n')),
      json: async () => this.answer({ searches: [], position: this.position }),
      write: async (method: string, path: string, options: WriteOptions) =>
        this.write(method, path, options),
    };
    return new DraftApi(client as unknown as Client, 'abcd1234', 'test_release');
  }

  // Somebody else's decision.
  decide(updates: Update[]): void {
    this.statuses.apply(updates.map(([code, sign]) => [this.ordinal(code), sign]));
    this.position++;
  }

  private ordinal(code: string): number {
    return this.statuses.tree.ordinalOf.get(code) ?? -1;
  }

  private answer<T>(data: T): Result<T> {
    this.reads++;
    const headers = new Headers({ 'Codelog-Shape': this.statuses.tree.shape });
    return { ok: true, status: 200, headers, data };
  }

  private write(method: string, path: string, { body, key }: WriteOptions): Result<unknown> {
    this.writes.push({ method, path, key, body });
    const refused = this.refusals.shift();
    if (refused) return refused;
    const repeated = this.done.get(key ?? '');
    if (!repeated) this.act(path, body as Patch, key ?? '');
    return { ok: true, status: 200, headers: new Headers(), data: this.done.get(key ?? '') };
  }

  private act(path: string, body: Patch, key: string): void {
    if (path.endsWith('/undo')) {
      this.statuses.apply(this.history.pop() ?? []);
      this.position++;
    } else {
      const before = body.updates.map(([code]): [number, Sign] => [
        this.ordinal(code),
        this.statuses.signOf(this.ordinal(code)),
      ]);
      this.history.push(before);
      this.decide(body.updates);
    }
    const statuses_crc = crc32Text(this.statuses.bytes);
    const { shape } = this.statuses.tree;
    this.done.set(key, { position: this.position, changed_count: 1, statuses_crc, shape });
  }
}
