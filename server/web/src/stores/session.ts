// What one visit of the builder has besides the draft: the open dialog, the sticky reason and
// earlier ones, the pane that a narrow window shows, and waiting steps of an earlier tab.
import { effect, signal } from '@preact/signals';
import type { Search } from '../api/draft-api.ts';
import type { Sign } from '../engine/statuses.ts';
import type { Step } from './queue.ts';

export type Bulk = { title: string; codes: readonly number[]; sign: Sign; withBelow: boolean };
export type Removal = { search: Search; leaving: readonly string[] };
export type DialogName =
  | 'palette'
  | 'keys'
  | 'discard'
  | 'reason'
  | 'review'
  | 'tidy'
  | 'steps'
  | 'paste'
  | 'map';

const singleKeysName = 'builder single keys';
const reasonsName = 'builder reasons';
const reasonsMax = 8;

export class Session {
  readonly dialog = signal<DialogName | null>(null);
  readonly bulk = signal<Bulk | null>(null);
  readonly removal = signal<Removal | null>(null);
  readonly reason = signal('');
  readonly reasons = signal<readonly string[]>([]); // earlier ones, the last first
  readonly pane = signal<'tree' | 'side' | 'detail'>('tree');
  readonly left = signal<readonly Step[]>([]);
  readonly said = signal(''); // for the live region
  readonly wantsLogIn = signal(false); // the dialog, while the session has ended
  readonly singleKeys = signal(true); // letters and signs act in the tree

  // Keeps what should last from one visit to the next.
  remember(storage: Storage): void {
    this.singleKeys.value = storage.getItem(singleKeysName) !== 'off';
    this.reasons.value = (storage.getItem(reasonsName) ?? '').split('\n').filter(Boolean);
    effect(() => storage.setItem(singleKeysName, this.singleKeys.value ? 'on' : 'off'));
    effect(() => storage.setItem(reasonsName, this.reasons.value.join('\n')));
  }

  noteReason(reason: string): void {
    const others = this.reasons.value.filter((other) => other !== reason);
    this.reasons.value = [reason, ...others].slice(0, reasonsMax);
  }
}
