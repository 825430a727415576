// Who else has the draft open, and at which code. A heartbeat every 20 seconds tells the server of
// us; its answer also says whether changes are taken at the moment.
import { signal } from '@preact/signals';
import type { Person } from '../api/draft-api.ts';
import type { DraftStore } from './draft.ts';

const beatEveryMs = 20_000;
const beatEveryMsPaused = 5_000; // to go on soon after changes are taken again
const restMs = 1_500; // the focus rests on a row before others are told

export class Presence {
  readonly others = signal<readonly Person[]>([]);
  private readonly draft: DraftStore;
  private readonly me: string;
  private code: string | null = null;
  private cancel = () => {};

  constructor(draft: DraftStore, me: string) {
    this.draft = draft;
    this.me = me;
  }

  // Not at once: first the draft itself is read.
  start(): void {
    this.beatAfter(restMs);
  }

  // The code that we look at now.
  look(code: string | null): void {
    if (code === this.code) return;
    this.code = code;
    this.beatAfter(restMs);
  }

  // Also when a change was refused because the server takes none: then it says why.
  async beat(): Promise<void> {
    this.beatAfter(this.draft.paused.value === null ? beatEveryMs : beatEveryMsPaused);
    if (document.visibilityState !== 'visible' || this.draft.signedOut.value) return;
    const result = await this.draft.api.bePresent(this.code);
    if (result.ok) {
      this.take(result.data.people);
      this.draft.pause(result.data.read_only);
    } else if (result.problem.status === 401) {
      this.draft.signedOut.value = true;
    }
  }

  take(people: readonly Person[]): void {
    const { hash } = this.draft.api;
    this.others.value = people.filter(
      ({ username, version }) => username !== this.me && version === hash,
    );
  }

  private beatAfter(ms: number): void {
    this.cancel();
    this.cancel = this.draft.clock.after(ms, () => void this.beat());
  }
}
