// The last step of a person, for the undo bar to put into words.
import type { Decision, Effect, Sign } from '../engine/statuses.ts';

export type Told =
  | { kind: 'decided'; decisions: readonly Decision[]; effect: Effect; reason: string }
  | { kind: 'added'; sign: Sign; count: number }
  | { kind: 'confirmed'; count: number }
  | { kind: 'undone' }
  | { kind: 'redone' }
  | { kind: 'searched'; text: string; added: number }
  | { kind: 'search-removed'; text: string; left: number };
