// How far a report on a release is, asked again and again: soon while it grows, ever later while it
// does not, and not while nobody looks.
import type { Result } from '../api/client.ts';
import { isPassing } from '../api/problem.ts';
import { type Clock, systemClock } from './clock.ts';

export type Progress = { running: boolean; done: number; total: number };

type Options = {
  ask(): Promise<Result<{ progress: Progress | null }>>;
  show(progress: Progress): void;
  ended(): void;
  isSeen(): boolean;
  clock?: Clock;
};

const pauseFirstMs = 700;
const pauseMaxMs = 20_000;

export class ReportProgress {
  private readonly options: Options;
  private readonly clock: Clock;
  private pauseMs = pauseFirstMs;
  private done = -1;
  private isPaused = false;

  constructor(options: Options) {
    this.options = options;
    this.clock = options.clock ?? systemClock;
  }

  async follow(): Promise<void> {
    this.isPaused = !this.options.isSeen();
    if (this.isPaused) return;
    const answer = await this.options.ask();
    if (!answer.ok && !isPassing(answer.problem)) return;
    const progress = answer.ok ? answer.data.progress : undefined;
    if (progress === null) return; // not for this reader
    if (progress && !progress.running) return this.options.ended();
    if (progress) this.options.show(progress);
    const hasGrown = progress !== undefined && progress.done !== this.done;
    this.done = progress?.done ?? this.done;
    this.pauseMs = hasGrown ? pauseFirstMs : Math.min(2 * this.pauseMs, pauseMaxMs);
    this.clock.after(this.pauseMs, () => void this.follow());
  }

  // Somebody looks at the page again.
  seen(): void {
    if (!this.isPaused) return;
    this.pauseMs = pauseFirstMs;
    void this.follow();
  }
}
