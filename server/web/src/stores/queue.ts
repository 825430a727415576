// Steps that wait for the server, in order, one request at a time. A step that gets no answer is
// sent again with the same key, so it acts once; the person can go on working.
import { signal } from '@preact/signals';
import type { Result } from '../api/client.ts';
import { isPassing, noAnswer, type Problem } from '../api/problem.ts';
import type { Sign } from '../engine/statuses.ts';
import { type Clock, systemClock } from './clock.ts';

export type Step = {
  key: string;
  version: string; // the draft's hash
  at: number; // milliseconds since 1970
  base: number; // position that the person saw
  updates: [code: string, sign: Sign][];
  reason: string;
};

export type Taken = {
  position: number;
  changed_count: number;
  statuses_crc: string;
  shape: string;
};

type QueueState =
  | { kind: 'idle' }
  | { kind: 'sending' }
  | { kind: 'waiting'; until: number; problem: Problem }
  | { kind: 'signed-out' }
  | { kind: 'stopped'; problem: Problem };

export type StepStorage = {
  save(step: Step): Promise<void>;
  remove(key: string): Promise<void>;
};

// The next step waits until a step that was taken or refused is dealt with.
type QueueOptions<S extends { key: string }, T> = {
  send(step: S): Promise<Result<T>>;
  taken(step: S, answer: T): void | Promise<void>;
  refused(step: S, problem: Problem): void | Promise<void>;
  stopped(problem: Problem): void;
  isEnding?(problem: Problem, step: S): boolean;
  signedOut?(): void;
  storage?: { save(step: S): Promise<void>; remove(key: string): Promise<void> };
  clock?: Clock;
};

const waitFirstMs = 1_000;
const waitMaxMs = 30_000;
const endings = [403, 404, 410, 412];

// Whether the version is no draft any more, or not for this person.
export function isEnding({ status, changed }: Problem): boolean {
  return endings.includes(status) || (status === 409 && !changed);
}

export class Queue<S extends { key: string } = Step, T = Taken> {
  readonly steps = signal<readonly S[]>([]);
  readonly state = signal<QueueState>({ kind: 'idle' });
  private readonly options: QueueOptions<S, T>;
  private readonly clock: Clock;
  private readonly attempted = new Set<string>();
  private waitMs = waitFirstMs;
  private cancelRetry = () => {};

  constructor(options: QueueOptions<S, T>) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
  }

  add(step: S): void {
    this.steps.value = [...this.steps.value, step];
    void this.options.storage?.save(step);
    if (this.state.value.kind === 'idle') void this.sendNext();
  }

  // Asks again at once: the person wishes so, the network is back, or somebody has logged in.
  retry(): void {
    const { kind } = this.state.value;
    if (kind !== 'waiting' && kind !== 'signed-out') return;
    this.cancelRetry();
    void this.sendNext();
  }

  // Asks no more until retry(): the server has said that it takes nothing.
  hold(): void {
    this.cancelRetry();
  }

  // The last step, taken back if the server cannot have seen it.
  takeBackUnsent(): S | null {
    const last = this.steps.value.at(-1);
    if (!last || this.attempted.has(last.key)) return null;
    this.drop(last);
    return last;
  }

  // Steps that were meant for what has now come otherwise.
  dropWhere(isLost: (step: S) => boolean): void {
    for (const step of this.steps.value.filter(isLost)) this.drop(step);
  }

  private drop(step: S): void {
    this.steps.value = this.steps.value.filter(({ key }) => key !== step.key);
    this.attempted.delete(step.key);
    void this.options.storage?.remove(step.key);
  }

  // After a fault of ours, the steps still wait: they are tried again, and the fault is seen.
  private async sendNext(): Promise<void> {
    try {
      await this.sendAll();
    } catch (fault) {
      this.waitAndRetry(noAnswer);
      throw fault;
    }
  }

  private async sendAll(): Promise<void> {
    for (let step = this.steps.value[0]; step; step = this.steps.value[0]) {
      this.state.value = { kind: 'sending' };
      this.attempted.add(step.key);
      const result = await this.options.send(step);
      if (result.ok) {
        this.waitMs = waitFirstMs;
        this.drop(step);
        await this.options.taken(step, result.data);
      } else if (!(await this.goesOn(step, result.problem))) {
        return;
      }
    }
    this.state.value = { kind: 'idle' };
  }

  // Whether the steps after this one can be sent now.
  private async goesOn(step: S, problem: Problem): Promise<boolean> {
    const { status } = problem;
    if (isPassing(problem)) {
      this.waitAndRetry(problem);
      return false;
    }
    if (status === 401) {
      this.state.value = { kind: 'signed-out' };
      this.options.signedOut?.();
      return false;
    }
    if ((this.options.isEnding ?? isEnding)(problem, step)) {
      this.state.value = { kind: 'stopped', problem };
      this.options.stopped(problem);
      return false;
    }
    this.drop(step);
    await this.options.refused(step, problem);
    return true;
  }

  private waitAndRetry(problem: Problem): void {
    const until = this.clock.now() + this.waitMs;
    this.state.value = { kind: 'waiting', until, problem };
    this.cancelRetry = this.clock.after(this.waitMs, () => void this.sendNext());
    this.waitMs = Math.min(2 * this.waitMs, waitMaxMs);
  }
}
