// A draft as it is on the screen: the statuses that the server confirmed, and the steps that wait
// for it applied on top. The server answers each step with a checksum of all statuses; if it is
// another than ours, its statuses replace the confirmed ones, and the waiting steps are applied
// again.
import { batch, computed, type ReadonlySignal, signal } from '@preact/signals';
import type { DraftApi, Search } from '../api/draft-api.ts';
import { type Problem, sentenceOf } from '../api/problem.ts';
import { crc32Text } from '../engine/crc32.ts';
import {
  compare,
  type Decision,
  type Sign,
  Statuses,
  statusesCount,
  type Touched,
} from '../engine/statuses.ts';
import { flag, type Tree } from '../engine/tree.ts';
import { decodeTree, TreeFormatError } from '../engine/tree-format.ts';
import { type Clock, systemClock } from './clock.ts';
import { newKey } from './key.ts';
import type { CommitNews } from './live.ts';
import { Queue, type Step, type StepStorage, type Taken } from './queue.ts';
import { Terms } from './terms.ts';
import type { Told } from './told.ts';

// What may happen to a draft without changing which searches it has.
const aboutStatuses = ['StatusesChanged', 'ReasonGiven'];
const endings: Record<string, string> = {
  VersionSavedForReview: 'saved it for review',
  VersionDeleted: 'discarded it',
};

type TwoSides = { code: string; mine: Sign; theirs: Sign };
export type Conflict = { step: Step; codes: TwoSides[] };

type Expected = { crc: string; touched: Touched; after: Uint8Array };

export type DraftOptions = { api: DraftApi; storage: StepStorage; canEdit: boolean; clock?: Clock };

const flashMs = 4_000;
const readAgainMs = 2_000;
const loadAttemptsMax = 3;

function positionOf(headers: Headers): number {
  return Number(headers.get('Codelog-Position') ?? 0);
}

function signIn(status: string | null | undefined): Sign {
  return status === '+' || status === '-' ? status : '?';
}

function isAssumed(flags: number): boolean {
  return (flags & flag.assumed) !== 0;
}

export class DraftStore {
  readonly tree = signal<Tree | null>(null);
  readonly version = signal(0); // grows whenever a status changes
  readonly position = signal(0);
  readonly searches = signal<readonly Search[]>([]);
  readonly told = signal<Told | null>(null);
  readonly readOnly = signal<string | null>(null);
  readonly conflicts = signal<readonly Conflict[]>([]);
  readonly refusals = signal<ReadonlyMap<string, string>>(new Map());
  readonly loadProblem = signal<string | null>(null);
  readonly notice = signal<string | null>(null); // why the last wish was not granted
  // Codes that others have just decided, and who did.
  readonly flashed = signal<ReadonlyMap<number, string>>(new Map());
  readonly paused = signal<string | null>(null); // why the server takes no changes at the moment
  readonly signedOut = signal(false);
  readonly isBusy = signal(false);
  readonly counts = computed(() => this.countStatuses());
  readonly assumed = computed(() => this.tree.value?.flags.filter(isAssumed).length ?? 0);
  readonly queue: Queue;
  readonly canEdit: boolean;
  readonly api: DraftApi;
  lastTaken = 0; // position of the last of our steps
  reconciled = 0; // how often the checksums differed
  readonly clock: Clock;
  private readonly storage: StepStorage;
  private readonly expected = new Map<string, Expected>();
  private confirmed: Uint8Array = new Uint8Array();
  private statusesNow: Statuses | null = null;
  private termsNow: Terms | null = null;

  constructor({ api, storage, canEdit, clock = systemClock }: DraftOptions) {
    this.api = api;
    this.clock = clock;
    this.storage = storage;
    this.canEdit = canEdit;
    this.queue = new Queue({
      send: ({ updates, reason, base, key }) =>
        api.decide<Taken>({ updates, base_position: base, ...(reason ? { reason } : {}) }, key),
      taken: (step, answer) => this.taken(step, answer),
      refused: (step, problem) => this.refused(step, problem),
      stopped: (problem) => {
        this.readOnly.value = sentenceOf(problem);
      },
      signedOut: () => {
        this.signedOut.value = true;
      },
      storage,
      clock,
    });
  }

  get statuses(): Statuses {
    if (!this.statusesNow) throw new Error('the draft is not loaded');
    return this.statusesNow;
  }

  // Whether this person makes this draft, though perhaps not at this moment.
  get isMine(): boolean {
    return this.canEdit && this.readOnly.value === null && this.tree.value !== null;
  }

  get mayDecide(): boolean {
    return this.isMine && this.paused.value === null;
  }

  pause(why: string | null): void {
    const wasPaused = this.paused.value !== null;
    this.paused.value = why;
    if (why !== null) this.queue.hold();
    if (wasPaused && why === null) this.queue.retry();
  }

  termOf(code: number): string | undefined {
    return this.termsNow?.of(code);
  }

  get terms(): Terms | null {
    return this.termsNow;
  }

  codeOf(ordinal: number): string {
    return this.tree.value?.codes[ordinal] ?? '';
  }

  async load(minPosition = 0): Promise<void> {
    for (let attempt = 0; attempt < loadAttemptsMax; attempt++) {
      const { lastTaken } = this;
      const options = { minPosition: Math.max(minPosition, lastTaken) };
      const [tree, statuses, searches] = await Promise.all([
        this.api.tree(options),
        this.api.statuses(options),
        this.api.searches(options),
      ]);
      if (!tree.ok || !statuses.ok || !searches.ok) {
        const failed = [tree, statuses, searches].find((result) => !result.ok);
        this.loadProblem.value = failed && !failed.ok ? sentenceOf(failed.problem) : '';
        return;
      }
      if (this.lastTaken === lastTaken && this.take(tree.data, statuses, searches.data)) return;
    }
    this.loadProblem.value = 'The draft changes faster than it can be read.';
  }

  // False if the tree and the statuses are of different moments.
  private take(
    treeBytes: ArrayBuffer,
    statuses: { data: ArrayBuffer; headers: Headers },
    { searches, position }: { searches: Search[]; position: number },
  ): boolean {
    try {
      const tree = decodeTree(treeBytes);
      if (!this.isOfShape(statuses.headers, tree)) return false;
      const bytes = new Uint8Array(statuses.data);
      batch(() => {
        this.confirmed = bytes;
        this.statusesNow = new Statuses(tree, bytes);
        if (tree.shape !== this.tree.value?.shape) {
          this.termsNow = new Terms(tree.count, (block) => this.api.terms(block));
        }
        this.tree.value = tree;
        this.searches.value = searches;
        this.reached(position, positionOf(statuses.headers));
        this.loadProblem.value = null;
        this.rebase();
      });
    } catch (error) {
      if (!(error instanceof TreeFormatError)) throw error;
      this.loadProblem.value = error.message;
    }
    return true;
  }

  private isOfShape(headers: Headers, tree: Tree): boolean {
    const shape = headers.get('Codelog-Shape');
    return shape === null || shape === tree.shape;
  }

  decide(decisions: readonly Decision[], reason = ''): void {
    const { tree } = this;
    if (!this.mayDecide || !tree.value || decisions.length === 0) return;
    const step: Step = {
      key: newKey(),
      version: this.api.hash,
      at: this.clock.now(),
      base: this.position.value,
      updates: decisions.map(([code, sign]) => [this.codeOf(code), sign]),
      reason,
    };
    const touched = this.applyStep(step);
    const effect = compare(touched, this.statuses.bytes);
    batch(() => {
      this.told.value = { kind: 'decided', decisions, effect, reason };
      this.notice.value = null;
      this.refusals.value = new Map();
      this.version.value++;
    });
    this.queue.add(step);
  }

  // Somebody has logged in again, perhaps in another tab.
  async goOnSignedIn(): Promise<void> {
    await this.api.renewToken();
    this.signedOut.value = false;
    this.queue.retry();
  }

  whenSignedIn(): Promise<void> {
    return this.when(this.signedOut, (isOut) => !isOut);
  }

  // Steps that an earlier tab could not save.
  resend(steps: readonly Step[]): void {
    for (const step of steps) {
      this.applyStep(step);
      this.queue.add(step);
    }
    this.version.value++;
  }

  forget(steps: readonly Step[]): void {
    for (const { key } of steps) void this.storage.remove(key);
  }

  private applyStep(step: Step): Touched {
    const decisions = step.updates.flatMap(([code, sign]): Decision[] => {
      const ordinal = this.tree.value?.ordinalOf.get(code);
      return ordinal === undefined ? [] : [[ordinal, sign]];
    });
    const touched = this.statuses.apply(decisions);
    const after = touched.codes.map((code) => this.statuses.bytes[code] as number);
    this.expected.set(step.key, {
      crc: crc32Text(this.statuses.bytes),
      touched,
      after: Uint8Array.from(after),
    });
    return touched;
  }

  private async taken(step: Step, { position, statuses_crc, shape }: Taken): Promise<void> {
    const expected = this.expected.get(step.key);
    this.expected.delete(step.key);
    this.reached(position);
    this.lastTaken = position;
    if (expected?.crc === statuses_crc) {
      expected.touched.codes.forEach((code, at) => {
        this.confirmed[code] = expected.after[at] as number;
      });
    }
    // The step brought codes or let some go, or some are no longer assumed: only the server knows.
    if (shape !== this.tree.value?.shape || this.assumed.value > 0) return this.load(position);
    if (expected?.crc === statuses_crc) return;
    this.reconciled++;
    await this.refresh();
  }

  private refused(step: Step, problem: Problem): void {
    this.expected.delete(step.key);
    const detail = sentenceOf(problem);
    batch(() => {
      if (problem.changed) {
        const { changed } = problem;
        const codes = step.updates.flatMap(([code, mine]): TwoSides[] =>
          Object.hasOwn(changed, code) ? [{ code, mine, theirs: signIn(changed[code]) }] : [],
        );
        this.conflicts.value = [...this.conflicts.value, { step, codes }];
        this.reached(problem.position ?? 0);
      } else {
        this.refusals.value = new Map(step.updates.map(([code]) => [code, detail]));
        this.notice.value = detail;
      }
      this.rebase();
    });
    if (problem.changed) void this.refresh();
  }

  // Reads the statuses again, and the tree too if its codes are others now.
  async refresh(minPosition = this.position.value, by = ''): Promise<void> {
    const { value: tree } = this.tree;
    const { lastTaken } = this;
    const result = await this.api.statuses({ minPosition });
    if (!tree) return;
    // A step was taken meanwhile: these statuses may be older than it.
    if (this.lastTaken !== lastTaken) return this.refresh();
    if (!result.ok) {
      this.clock.after(readAgainMs, () => void this.refresh(minPosition, by));
      return;
    }
    if (!this.isOfShape(result.headers, tree)) return this.load(minPosition);
    batch(() => {
      this.flashChanges(new Uint8Array(result.data), by);
      this.reached(minPosition, positionOf(result.headers));
      this.rebase();
    });
  }

  reached(...positions: number[]): void {
    this.position.value = Math.max(this.position.value, ...positions);
  }

  // A commit on the codelist: ours are known by then, others' are read.
  async hear({ position, events }: CommitNews): Promise<void> {
    await this.whenSaved();
    if (position <= this.position.value) return;
    const own = events.filter(({ version }) => version === this.api.hash);
    const ending = own.find(({ type }) => Object.hasOwn(endings, type));
    if (ending) {
      this.readOnly.value = `${ending.actor ?? 'Somebody'} ${endings[ending.type]}.`;
    }
    if (own.length === 0) {
      this.reached(position);
    } else if (own.every(({ type }) => aboutStatuses.includes(type))) {
      await this.refresh(position, own[0]?.actor ?? '');
    } else if (ending?.type !== 'VersionDeleted') {
      await this.load(position);
    }
  }

  private flashChanges(bytes: Uint8Array, by: string): void {
    const changed = new Map<number, string>();
    for (let code = 0; code < bytes.length; code++) {
      if (bytes[code] !== this.confirmed[code] && bytes[code] !== this.statuses.bytes[code]) {
        changed.set(code, by);
      }
    }
    this.confirmed = bytes;
    if (changed.size === 0) return;
    this.flashed.value = changed;
    this.clock.after(flashMs, () => {
      if (this.flashed.value === changed) this.flashed.value = new Map();
    });
  }

  // What is confirmed, and on it the steps that wait.
  private rebase(): void {
    this.statuses.load(this.confirmed);
    for (const step of this.queue.steps.value) this.applyStep(step);
    this.version.value++;
  }

  // The last step, if the server cannot have seen it yet.
  takeBackUnsent(): boolean {
    const unsent = this.queue.takeBackUnsent();
    if (!unsent) return false;
    this.expected.delete(unsent.key);
    batch(() => {
      this.told.value = { kind: 'undone' };
      this.rebase();
    });
    return true;
  }

  whenSaved(): Promise<void> {
    return this.when(this.queue.steps, (steps) => steps.length === 0);
  }

  private when<T>(state: ReadonlySignal<T>, isSo: (value: T) => boolean): Promise<void> {
    if (isSo(state.value)) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = state.subscribe((value) => {
        if (!isSo(value)) return;
        resolve();
        queueMicrotask(() => stop());
      });
    });
  }

  dropConflict(conflict: Conflict): void {
    this.conflicts.value = this.conflicts.value.filter((other) => other !== conflict);
  }

  // The same step again, now that the person has seen the other's.
  insist(conflict: Conflict): void {
    this.dropConflict(conflict);
    const decisions = conflict.step.updates.flatMap(([code, sign]): Decision[] => {
      const ordinal = this.tree.value?.ordinalOf.get(code);
      return ordinal === undefined ? [] : [[ordinal, sign]];
    });
    this.decide(decisions, conflict.step.reason);
  }

  private countStatuses(): number[] {
    const counts = new Array<number>(statusesCount).fill(0);
    const { value: tree } = this.tree;
    void this.version.value;
    if (!tree) return counts;
    this.statuses.bytes.forEach((status, code) => {
      if ((tree.flags[code] as number) & flag.between) return;
      counts[status] = (counts[status] as number) + 1;
    });
    return counts;
  }
}
