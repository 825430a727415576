// Every sentence that a script says. Numbers have thin groups; plurals follow the language's rules.
import { type Effect, type Sign, status } from './engine/statuses.ts';

const language = 'en-GB';
const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language);

export function number(value: number): string {
  return numbers.format(value);
}

export function position(value: number): string {
  return numbers.format(value).replaceAll(',', '\u2009');
}

export function counted(value: number, one: string, many: string): string {
  return `${number(value)} ${plurals.select(value) === 'one' ? one : many}`;
}

const days = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', year: 'numeric' });

export function day(time: string): string {
  return days.format(new Date(time));
}

const times = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit' });

// Today only the time, else also the day.
export function timeOfDay(time: string): string {
  const moment = new Date(time);
  const isToday = moment.toDateString() === new Date().toDateString();
  return isToday ? times.format(moment) : `${times.format(moment)}, ${days.format(moment)}`;
}

export const showAll = 'Show all';
export const codes = (count: number) => counted(count, 'code', 'codes');
export const decisions = (count: number) => counted(count, 'decision', 'decisions');

const statusWords: Record<number, string> = {
  [status.included]: 'included',
  [status.includedAbove]: 'included',
  [status.excluded]: 'excluded',
  [status.excludedAbove]: 'excluded',
  [status.undecided]: 'undecided',
  [status.conflict]: 'in conflict',
};

export function statusWord(own: number): string {
  return statusWords[own] ?? '';
}

export function statusSentence(own: number, deciders: string[]): string {
  const names = new Intl.ListFormat(language).format(deciders);
  const word = statusWord(own);
  if (own === status.conflict) return names ? `${word}: ${names} disagree` : word;
  const isAbove = own === status.includedAbove || own === status.excludedAbove;
  return isAbove && names ? `${word} through ${names}` : word;
}

// "Excludes 37 codes: 12 undecided, 3 in conflict, 22 included"
export function effectSentence(verb: string, effect: Effect): string {
  if (effect.changed === 0) return 'Changes nothing';
  const groups: [string, number][] = [
    ['undecided', effect.before[status.undecided] ?? 0],
    ['in conflict', effect.before[status.conflict] ?? 0],
    [
      'included',
      (effect.before[status.included] ?? 0) + (effect.before[status.includedAbove] ?? 0),
    ],
    [
      'excluded',
      (effect.before[status.excluded] ?? 0) + (effect.before[status.excludedAbove] ?? 0),
    ],
  ];
  const parts = groups.filter(([, count]) => count > 0);
  const list = parts.map(([word, count]) => `${number(count)} ${word}`).join(', ');
  return `${verb} ${codes(effect.changed)}: ${list}`;
}

export const commands = { '+': 'Include', '-': 'Exclude', '?': 'Clear' } as const;
export const verbs = { '+': 'Includes', '-': 'Excludes', '?': 'Clears' } as const;
export const done = { '+': 'Included', '-': 'Excluded', '?': 'Cleared' } as const;

export const notSaved = (count: number) =>
  `${counted(count, 'decision is', 'decisions are')} not saved yet.`;
export const notSavedYet = (count: number) => `${number(count)} not saved yet`;
export const tryingAgain = (seconds: number) =>
  `Trying again in ${counted(seconds, 'second', 'seconds')}. You can go on.`;
export const savedAt = (at: number) => `Saved · ${position(at)}`;
export const allSaved = (at: number) => `All is saved at ${position(at)}.`;

export function cannotSave(undecided: number, conflicts: number, assumed: number): string {
  const parts = [
    undecided > 0 ? `${counted(undecided, 'code is', 'codes are')} undecided` : '',
    conflicts > 0 ? `${counted(conflicts, 'code is', 'codes are')} in conflict` : '',
    assumed > 0 ? `${counted(assumed, 'status is', 'statuses are')} assumed` : '',
  ];
  const list = new Intl.ListFormat(language).format(parts.filter(Boolean));
  return `${list}. Press n in the tree to visit what is open.`;
}

export const historyOfCode = 'The history of this code';

const deciding = { '+': 'including', '-': 'excluding', '?': 'clearing' } as const;
export function reasonOfStep(sign: Sign, term: string, others: number): string {
  const rest = others === 0 ? '' : ` and ${counted(others, 'other', 'others')}`;
  return `For ${deciding[sign]} ${term}${rest}, which you just did`;
}
export const everyCodeDecided = 'Every code is decided.';
export const emptyTitle = 'Find your first codes.';
export const emptyText =
  'Search for a word (“asthma”), or a code. Nothing is included until you say so.';
export const nothingShown = 'No code of this draft is like that.';

export function found(total: number, isNew: number | undefined, whole: number | undefined): string {
  const parts = [`${number(total)} found`];
  if (whole !== undefined) parts.push(`${number(whole)} with all below them`);
  if (isNew !== undefined) parts.push(`${number(isNew)} of these new to this draft`);
  return parts.join(' · ');
}

export const noHits = (text: string) =>
  `No description matches “${text}”. Another spelling, or “contains” instead of “words”, may.`;

export const leftFromBefore = (count: number, when: string) =>
  `${decisions(count)} from ${when} ${plurals.select(count) === 'one' ? 'was' : 'were'} not saved.`;
