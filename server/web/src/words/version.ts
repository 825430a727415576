// The sentences of a version's page.
import { codes, counted, number } from '../words.ts';

const rows = (count: number) => counted(count, 'row', 'rows');

export const list = {
  name: 'Codes',
  which: 'Which codes',
  ways: {
    included: 'Included',
    excluded: 'Excluded',
    undecided: 'Undecided',
    conflict: 'In conflict',
    all: 'All',
  } as Record<string, string>,
  titles: { code: 'Code', term: 'Term', type: 'Type', status: 'Status' },
  filter: 'Filter terms and codes',
  allTypes: 'All types',
  copy: (code: string) => `Copy ${code}`,
  copied: (code: string) => `${code} is copied.`,
  copiedShort: 'copied',
  copyFailed: (code: string) => `${code} could not be copied. Select it and copy it.`,
  copyFailedShort: 'not copied: select it, and copy it',
  waiting: (row: number) => `Row ${number(row)} is on its way`,
  noTerm: 'term not available',
  inactive: 'inactive',
  unknown: 'not in this release',
  none: 'No code of this version is like that.',
  clear: 'Show all',
  again: 'Try again',
  shown: (total: number, all: number) =>
    total === all ? rows(all) : `${number(total)} of ${rows(all)}`,
};

export const codeHistory = (term: string) => `${term}: why, and its history`;
export const notWhole =
  'These are only some of the rows: the server could not be asked for the others.';

export const tree = {
  openAll: 'Open all',
  closeAll: 'Close all',
  filter: 'Filter the tree',
  none: 'No code of this version is like that.',
  back: 'Back to where you were',
  codesOf: (name: string) => `Codes of ${name}`,
  again: 'Try again',
};

const percent = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 0 });

// "94 %", but never 0 % of something and never 100 % of less than all.
export function share(part: number, all: number): string {
  const exact = all === 0 ? 0 : part / all;
  const shown = part > 0 && part < all ? Math.min(0.99, Math.max(0.01, exact)) : exact;
  return percent.format(shown).replace('%', '\u202f%');
}

export const picture = {
  asTable: 'As a table',
  asPicture: 'Hide the table',
};

export const composition = {
  name: 'Codes by type',
  // "934 of 1,204 included codes are of the type Disorder (78 %), 200 of Finding."
  finding(types: { title: string; included: number }[], included: number): string {
    const [first, second] = types;
    if (!first || included === 0) return 'No code is included.';
    if (first.included === included) {
      return `All ${counted(included, 'included code is', 'included codes are')} ${first.title}.`;
    }
    const all = counted(included, 'included code', 'included codes');
    const head = `${number(first.included)} of ${all}`;
    const rest =
      second && second.included > 0 ? `, ${number(second.included)} ${second.title}` : '';
    return `${head} are ${first.title} (${share(first.included, included)})${rest}.`;
  },
  others: (count: number) => counted(count, 'other type', 'other types'),
  included: 'Included',
  excluded: 'Excluded',
  type: 'Type',
};

export const icicle = {
  name: 'Map of the hierarchy',
  all: 'All codes',
  path: 'Way down the hierarchy',
  finding: (title: string, count: number, all: number, included: number) =>
    `${title}, with what is below it, has ${number(count)} of ${codes(all)} ` +
    `(${share(count, all)}); ${share(included, count)} of these are included.`,
  cell: (title: string, count: number, included: number) =>
    `${title}, ${codes(count)}, ${share(included, count)} included`,
  hint: 'Wider is more codes; the line below a name shows the share included.',
  part: 'Part',
  codes: 'Codes',
  included: 'Included',
};

export const sizes = {
  name: 'Included codes, version by version',
  finding(first: number, firstDay: string, last: number, lastDay: string): string {
    const change = last - first;
    const from = `From ${number(first)} on ${firstDay} to ${number(last)} on ${lastDay}`;
    if (change === 0) return `${from}: as many as before.`;
    return `${from}: ${number(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'}.`;
  },
  version: 'Version',
  day: 'Created',
  release: 'Release',
  codes: 'Included codes',
  newRelease: 'a newer release',
};

export const copying = {
  done: 'Copied',
  failed: 'Select the text and copy it.',
  addressFailed: 'Copy it from the address bar.',
};
