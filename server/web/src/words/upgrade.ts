// The sentences of the upgrade page.
import type { Group, Suggestion, UpgradedCode } from '../engine/upgrade.ts';
import { codes, counted, number } from '../words.ts';

export const groupTitles: Record<Group, string> = { new: 'New', gone: 'Gone', changed: 'Changed' };

export const groupHints: Record<Group, string> = {
  new:
    'Found by the searches, or below codes of the list. ' +
    'Their statuses follow from the hierarchy until you confirm them.',
  gone:
    'Retired, or not in this release. Records made before it still hold these codes, ' +
    'so they stay in the list unless you leave them out.',
  changed: 'Moved, renamed, or with another status. Only those with a new status need a decision.',
};

export const whichCodes = 'Which codes';
export const settled = (done: number, all: number) =>
  `${number(done)} of ${counted(all, 'code', 'codes')} settled`;
export const toDecide = (count: number) => `${number(count)} to decide`;
export const nothingHere = 'No code of this list is like that.';
export const needsSign =
  'Nothing is suggested here: include the code with +, or exclude it with −.';
export const groupSettled = 'Every code here is settled.';
export const moreRows = (count: number) => `Show more: ${codes(count)} left`;

export const undo = 'Undo';
export const acceptRest = 'Accept the rest';
export const saving = 'Saving …';
export const saveLabel = (open: number) =>
  open === 0 ? 'Save for review' : `Save for review: ${number(open)} left`;
export const notAllSettled = (open: number) =>
  `${counted(open, 'code is', 'codes are')} open again. Nothing was saved for review.`;

export const triedAgain = 'Codelog tries again until the server answers. You can go on.';
export const tryNow = 'Try now';
export const signedOut = 'You are no longer logged in.';
export const logIn = 'Log in in a new tab';
export const stopped = 'This draft cannot be changed any more:';

// A row.
export const openRow = 'to decide';
export const settledRow = 'settled';
export const becomes = 'becomes';
export const retiredToo = 'retired, too';
export const inTheList = 'in the list';
export const confirm = 'Confirm';
export const takeSuccessor = 'Take the successor';
export const include = (keeps: boolean) => (keeps ? 'Keep' : 'Include');
export const exclude = (isGone: boolean) => (isGone ? 'Leave out' : 'Exclude');
export const onCode = (verb: string, term: string) => `${verb} ${term}`;
export const successorName = (successor: string, code: string) =>
  `${takeSuccessor} ${successor} of ${code}`;
export const reasonOf = (term: string, reason: string) =>
  `Reason for ${term}${reason ? `: ${reason}` : ''}`;
export const reasonButton = (reason: string) => (reason ? `“${reason}”` : 'Reason …');

export const reasonDialog = {
  title: 'Reason',
  label: (term: string) => `For your decision on ${term}`,
  give: 'Give the reason',
  cancel: 'Cancel',
};
export const restDialog = {
  title: 'Accept the rest?',
  accept: 'Accept them',
  cancel: 'Not now',
};

export const successorReason = (term: string) => `Successor of ${term}`;
export const successorsReason = 'Successors of retired codes';

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

export type Rest = Record<Suggestion['kind'], number>;

export function restSentences({ confirm, successor, keep, exclude }: Rest): string[] {
  const successors = counted(successor, 'successor', 'successors');
  const retired = (count: number) => counted(count, 'retired code', 'retired codes');
  return [
    confirm > 0 ? `Confirms the statuses of ${codes(confirm)}.` : '',
    successor > 0 ? `Takes ${successors}; the retired codes stay beside them.` : '',
    keep > 0 ? `Keeps ${retired(keep)} without a successor.` : '',
    exclude > 0 ? `Leaves out ${retired(exclude)} that the list excluded.` : '',
  ].filter(Boolean);
}

export const keys: [key: string, word: string][] = [
  ['↑ ↓', 'move'],
  ['⏎', 'accept'],
  ['+', 'include'],
  ['−', 'leave out'],
  ['r', 'reason'],
  ['n', 'next to decide'],
  ['u', 'undo'],
  ['1 2 3', 'new, gone, changed'],
];

export const reportProgress = (done: number, total: number) =>
  `The report is being made: ${number(done)} of ${counted(total, 'version', 'versions')} compared.`;
