// The sentences of the upgrade page.
import type { Group, Suggestion, UpgradedCode } from '../engine/upgrade.ts';
import { codes, counted, number } from '../words.ts';

export const groupTitles: Record<Group, string> = { new: 'New', gone: 'Gone', changed: 'Changed' };

export const groupHints: Record<Group, string> = {
  new: 'Found by the searches, or below codes of the list. Their statuses follow from the hierarchy until you confirm them.',
  gone: 'Retired, or not in this release. Records made before it still hold these codes, so they stay in the list unless you leave them out.',
  changed: 'Moved, renamed, or with another status. Only those with a new status need a decision.',
};

export const settled = (done: number, all: number) =>
  `${number(done)} of ${counted(all, 'code', 'codes')} settled`;

export const saveLabel = (open: number) =>
  open === 0 ? 'Save for review' : `Save for review: ${number(open)} left`;

export const nothingHere = 'No code of this list is like that.';
export const groupSettled = 'Every code here is settled.';
export const saving = 'Saving …';
export const toDecide = (count: number) => `${number(count)} to decide`;
export const moreRows = (count: number) => `Show more: ${codes(count)} left`;

export function suggestionName({ term }: UpgradedCode, suggestion: Suggestion): string {
  if (suggestion.kind === 'confirm') return `Confirm ${term}`;
  if (suggestion.kind === 'exclude') return `Leave out ${term}`;
  if (suggestion.kind === 'keep') return `Keep ${term}`;
  return `Take the successor ${suggestion.successor.term}`;
}

export const successorReason = (term: string) => `Successor of ${term}`;

const listOf = new Intl.ListFormat('en-GB');
const named = (names: string[]) => listOf.format(names);

export function storyOf(
  code: UpgradedCode,
  terms: Record<string, string>,
  searches: ReadonlyMap<number, string>,
): string {
  const termsOf = (list: string[] = []) => named(list.map((one) => terms[one] ?? one));
  const matched = (code.matched_by ?? []).map((id) => `“${searches.get(id) ?? ''}”`);
  const has = (change: string) => code.changes.includes(change);
  const parts = [
    matched.length > 0 ? `found by ${named(matched)}` : '',
    code.below?.length ? `below ${termsOf(code.below)}` : '',
    has('inactive') ? 'retired' : '',
    has('removed') ? 'not in this release' : '',
    has('renamed') ? `was called ${code.term_before ?? ''}` : '',
    has('moved')
      ? `moved from ${termsOf(code.parents_before)} to ${termsOf(code.parents_after)}`
      : '',
    has('no_longer_matched') ? 'no longer found by its searches' : '',
  ];
  return parts.filter(Boolean).join(' · ');
}

export type Rest = { confirm: number; successors: number; keep: number; exclude: number };

export function restSentences({ confirm, successors, keep, exclude }: Rest): string[] {
  return [
    confirm > 0 ? `Confirms the statuses of ${codes(confirm)}.` : '',
    successors > 0
      ? `Takes ${counted(successors, 'successor', 'successors')}; the retired codes stay beside them.`
      : '',
    keep > 0 ? `Keeps ${counted(keep, 'retired code', 'retired codes')} without a successor.` : '',
    exclude > 0
      ? `Leaves out ${counted(exclude, 'retired code', 'retired codes')} that the list had excluded.`
      : '',
  ].filter(Boolean);
}

export const keyHint = '↑↓ move · ⏎ accept · + include · − leave out · r reason · n next · u undo';
