// What a newer release does to a draft's codes, and which of them somebody has to decide. Pure; the
// same rules as server/web/versions/upgraded_codes.h.

export type Successor = { relation: string; code: string; term: string; active: boolean };

// As the API shows it.
export type UpgradedCode = {
  code: string;
  term: string;
  changes: string[];
  status_before: string | null;
  status_after: string;
  matched_by?: number[];
  below?: string[];
  term_before?: string;
  parents_before?: string[];
  parents_after?: string[];
  successors?: Successor[];
};

export const groups = ['new', 'gone', 'changed'] as const;
export type Group = (typeof groups)[number];

export type UpgradeState = {
  statuses: ReadonlyMap<string, string>;
  waiting: ReadonlySet<string>; // assumed, and not confirmed yet
  decided: ReadonlySet<string>; // by somebody, in this draft
};

export const isIncluded = (status: string | undefined) => status === '+' || status === '(+)';

export function groupOf({ status_before, changes }: UpgradedCode): Group {
  if (status_before === null) return 'new';
  return changes.includes('inactive') || changes.includes('removed') ? 'gone' : 'changed';
}

function activeSuccessors({ successors }: UpgradedCode): Successor[] {
  return (successors ?? []).filter(({ active }) => active);
}

export function isOpen(code: UpgradedCode, state: UpgradeState): boolean {
  const status = state.statuses.get(code.code);
  if (status === undefined) return false;
  if (status === '?' || status === '!' || state.waiting.has(code.code)) return true;
  if (groupOf(code) !== 'gone' || !isIncluded(status)) return false;
  if (state.decided.has(code.code)) return false;
  return !activeSuccessors(code).some((next) => isIncluded(state.statuses.get(next.code)));
}

export type Update = [code: string, sign: '+' | '-'];

// What these decisions and confirmations do, before the server says what follows from them.
export function stateAfter(
  state: UpgradeState,
  { updates, confirmed }: { updates: readonly Update[]; confirmed: readonly string[] },
): UpgradeState {
  if (updates.length + confirmed.length === 0) return state;
  const statuses = new Map(state.statuses);
  const waiting = new Set(state.waiting);
  const decided = new Set(state.decided);
  for (const [code, sign] of updates) {
    statuses.set(code, sign);
    waiting.delete(code);
    decided.add(code);
  }
  for (const code of confirmed) waiting.delete(code);
  return { statuses, waiting, decided };
}

// What a tick does: the status that follows from the hierarchy is confirmed; a retired code that
// was included stays, beside its successor; one that was excluded stays excluded.
export type Suggestion =
  | { kind: 'confirm' }
  | { kind: 'successor'; successor: Successor }
  | { kind: 'keep' }
  | { kind: 'exclude' };

export function suggestionFor(code: UpgradedCode, state: UpgradeState): Suggestion | null {
  if (state.waiting.has(code.code)) return { kind: 'confirm' };
  if (groupOf(code) !== 'gone') return null;
  if (!isIncluded(code.status_before ?? undefined)) return { kind: 'exclude' };
  const [successor] = activeSuccessors(code);
  return successor ? { kind: 'successor', successor } : { kind: 'keep' };
}

export function updatesOf(code: UpgradedCode, suggestion: Suggestion): Update[] {
  if (suggestion.kind === 'confirm') return [];
  if (suggestion.kind === 'exclude') return [[code.code, '-']];
  const own: Update = [code.code, '+'];
  return suggestion.kind === 'keep' ? [own] : [[suggestion.successor.code, '+'], own];
}
