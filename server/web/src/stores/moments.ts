// A walk through a codelist's life: the moments that there are, the one that is shown, and the
// codes as they were then.
import { batch, signal } from '@preact/signals';
import { DraftApi } from '../api/draft-api.ts';
import { type HistoryApi, type Moment, pastClient } from '../api/history-api.ts';
import { sentenceOf } from '../api/problem.ts';
import { type Clock, systemClock } from './clock.ts';
import { DraftStore } from './draft.ts';
import type { StepStorage } from './queue.ts';
import { ViewStore } from './view.ts';

// While the slider moves, only the moments where it rests are asked for.
const pauseMs = 120;

export type Past = { hash: string; draft: DraftStore; view: ViewStore };

// Nothing is decided in the past.
const noStorage: StepStorage = { save: async () => {}, remove: async () => {} };

export class MomentsStore {
  readonly positions = signal<readonly number[]>([]);
  readonly index = signal(0);
  readonly moment = signal<Moment | null>(null);
  readonly past = signal<Past | null>(null);
  readonly problem = signal<string | null>(null);
  private readonly api: HistoryApi;
  private readonly clock: Clock;
  private cancelPause = () => {};
  private asked = 0; // the position that was asked for last
  private reading: Promise<void> = Promise.resolve();

  constructor(api: HistoryApi, clock: Clock = systemClock) {
    this.api = api;
    this.clock = clock;
  }

  // Begins at the last commit up to `at`, or at the newest one.
  async load(at: number | null): Promise<void> {
    const result = await this.api.moments();
    if (!result.ok) {
      this.problem.value = sentenceOf(result.problem);
      return;
    }
    const { positions } = result.data;
    const after = at === null ? -1 : positions.findIndex((position) => position > at);
    this.positions.value = positions;
    this.index.value = Math.max(0, (after < 0 ? positions.length : after) - 1);
    await this.show();
  }

  get position(): number {
    return this.positions.value[this.index.value] ?? 0;
  }

  get isNewest(): boolean {
    return this.index.value === this.positions.value.length - 1;
  }

  goTo(index: number): void {
    const last = this.positions.value.length - 1;
    this.index.value = Math.max(0, Math.min(last, index));
    this.cancelPause();
    this.cancelPause = this.clock.after(pauseMs, () => void this.show());
  }

  // Moments that were passed meanwhile are left out.
  private show(): Promise<void> {
    const { position } = this;
    this.asked = position;
    this.reading = this.reading.then(() =>
      this.asked === position ? this.read(position) : undefined,
    );
    return this.reading;
  }

  private async read(position: number): Promise<void> {
    const result = await this.api.moment(position);
    if (!result.ok) {
      this.problem.value = sentenceOf(result.problem);
      return;
    }
    const { version } = result.data;
    const { value: before } = this.past;
    let past: Past | null = null;
    if (version && before?.hash === version.hash) {
      past = before;
      await before.draft.refresh(0);
    } else if (version) {
      past = this.open(version.hash, version.release, before);
      await past.draft.load();
    }
    batch(() => {
      this.moment.value = result.data;
      this.past.value = past;
      this.problem.value = past?.draft.loadProblem.value ?? null;
    });
  }

  private open(hash: string, release: string, before: Past | null): Past {
    const api = new DraftApi(
      pastClient(() => this.asked),
      hash,
      release,
    );
    const draft = new DraftStore({ api, storage: noStorage, canEdit: false, clock: this.clock });
    return { hash, draft, view: new ViewStore(draft, before?.view.remember() ?? null) };
  }
}
