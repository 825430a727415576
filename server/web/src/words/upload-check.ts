// What the check of an upload says.
import { counted, number } from '../words.ts';

export const rows = (count: number) => counted(count, 'row', 'rows');
export const codesIn = 'codes in';
export const fine = (count: number) => `${number(count)} fine`;
export const toLookAt = (count: number) => `${number(count)} to look at`;
export const takeAll = (count: number) =>
  count === 1 ? 'Take the suggestion' : `Take all ${number(count)} suggestions`;
export const leaveOutRest = (count: number) =>
  count === 1
    ? 'Leave out the row that is open'
    : `Leave out the ${number(count)} rows that are open`;
export const download = 'Download the problems';
export const checking = 'Looking at the codes…';
export const allFine = 'Every code is in the release.';
export const leaveOut = 'Leave out';
export const leftOut = 'Left out';
export const choose = 'choose…';
export const showAll = (count: number) => `Show all ${number(count)}`;
export const tableTitle = 'Rows to look at';
export const heads = {
  row: 'Row',
  line: 'Line',
  given: 'As given',
  wrong: 'What is wrong',
  instead: 'Instead',
} as const;

export const stillOpen = (count: number) =>
  `${counted(count, 'row needs', 'rows need')} a decision: take a suggestion, or leave it out.`;
export const allSettled = 'All is settled. The file is sent as it is now.';
export const notSent = (count: number) =>
  count === 1
    ? 'Nothing is sent yet: this row needs a decision.'
    : `Nothing is sent yet: this row and ${number(count - 1)} more need a decision.`;
export const onlyFirst = (shown: number, all: number, isTyped: boolean) =>
  `The first ${number(shown)} of ${number(all)} problems. These are too many to settle here: ` +
  (isTyped ? 'mend the lines above.' : 'mend the file, and choose it again.');
export const failed = (why: string) => `${why} The codes are looked at when the form is sent.`;
export const told = (rowsCount: number, problems: number) =>
  `${rows(rowsCount)}, ${problems > 0 ? toLookAt(problems) : allFine}`;
export const suggested = (code: string, term: string, because: string) =>
  `${code} ${term} (${because})`;
export const converted = (encoding: string) => `The file is in ${encoding}, and is sent in UTF-8.`;
export const ofTheFile = (detail: string) => `The file ${detail}.`;
export const blank = '(no code)';
export const problemsFile = 'problems.csv';
export const problemsHead = ['row', 'given', 'kind', 'what is wrong', 'suggestions'];
