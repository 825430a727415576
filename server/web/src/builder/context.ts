// What every part of the builder works with.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { DraftStore } from '../stores/draft.ts';
import type { Presence } from '../stores/presence.ts';
import type { Reasons } from '../stores/reasons.ts';
import type { Session } from '../stores/session.ts';
import type { ViewStore } from '../stores/view.ts';
import type { Wishes } from '../stores/wishes.ts';
import { notTaken } from '../words/builder.ts';
import type { BuilderProps } from './props.ts';

export type Builder = {
  props: BuilderProps;
  draft: DraftStore;
  view: ViewStore;
  wishes: Wishes;
  session: Session;
  presence: Presence;
  reasons: Reasons;
};

export const BuilderContext = createContext<Builder | null>(null);

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext);
  if (!builder) throw new Error('a part of the builder stands outside of it');
  return builder;
}

export const notTakenId = 'not-taken'; // of the bar that says why

type Off = { disabled: boolean; title?: string; 'aria-describedby'?: string };

// For each control that changes the draft: off, with the reason, while no changes are taken.
export function useOff(): Off {
  const { value: paused } = useBuilder().draft.paused;
  if (paused === null) return { disabled: false };
  return { disabled: true, title: notTaken(paused), 'aria-describedby': notTakenId };
}
