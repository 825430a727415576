// What one visit of the builder has besides the draft: open dialogs, the sticky reason, the pane
// that a narrow window shows, and waiting steps of an earlier tab.
import { signal } from '@preact/signals';
import type { Sign } from '../engine/statuses.ts';
import type { Step } from './queue.ts';

export type Bulk = { title: string; codes: readonly number[]; sign: Sign; withBelow: boolean };
export type OpenDialog = 'palette' | 'keys' | 'discard' | 'reason' | null;

export class Session {
  readonly dialog = signal<OpenDialog>(null);
  readonly bulk = signal<Bulk | null>(null);
  readonly reason = signal('');
  readonly pane = signal<'tree' | 'side' | 'detail'>('tree');
  readonly left = signal<readonly Step[]>([]);
  readonly said = signal(''); // for the live region
}
