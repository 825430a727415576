// What the builder says, beyond the common words.
import { codes, decisions, number, statusWord } from '../words.ts';

const list = new Intl.ListFormat('en-GB');

export function hereSentence(names: readonly string[]): string {
  return `${list.format(names)} ${names.length === 1 ? 'is' : 'are'} here`;
}

// "Ada Adams" → "AA"; "ben" → "B".
export function initials(name: string): string {
  const parts = name.split(/[\s._-]+/).filter(Boolean);
  const letters = parts.length > 1 ? [parts[0], parts.at(-1)] : parts;
  return letters.map((part) => [...(part ?? '')][0]?.toLocaleUpperCase() ?? '').join('');
}

export const noCodesYet = 'The draft has no codes yet.';
export const notTaken = (why: string) => `Codelog is not taking changes at the moment: ${why}.`;
export const stillReadable = 'Everything can be read and downloaded, and your place is kept.';

// "2 undecided, 1 excluded"
export function byStatus(counts: readonly number[]): string {
  const words = new Map<string, number>();
  counts.forEach((count, own) => {
    const word = statusWord(own);
    if (count > 0) words.set(word, (words.get(word) ?? 0) + count);
  });
  return [...words].map(([word, count]) => `${number(count)} ${word}`).join(', ');
}

export function leavesWithSearch(text: string, count: number, counts: readonly number[]): string {
  const verb = count === 1 ? 'leaves' : 'leave';
  return `${codes(count)} ${verb} the draft with “${text}”: ${byStatus(counts)}.`;
}

export function searchStays(count: number): string {
  if (count === 0) return '';
  const stay = `${codes(count)} that it found ${count === 1 ? 'stays' : 'stay'}`;
  return `${stay}: other searches found them, or they are included.`;
}

export function idleFound(count: number): string {
  const [change, them] = count === 1 ? ['decision changes', 'it'] : ['decisions change', 'them'];
  const idle = `${number(count)} ${change} nothing`;
  return `${idle}: the codes would have the same side without ${them}, from a code above.`;
}
export const noneIdle = 'Each decision changes something. There is nothing to tidy.';

export const shownOf = (shown: number, all: number) => `${number(shown)} of ${codes(all)}`;
export const hidden = (count: number) => `${number(count)} hidden`;

export const tooMany = (text: string, whole: number) =>
  `“${text}” finds ${codes(whole)} with what is below them; a draft takes 20,000 at once.`;
export const didYouMean = 'Did you mean:';
export const allTypes = 'all types';
export const narrower = 'Keep only one type:';

const commands: Record<string, string> = {
  ChangeStatuses: 'Decided',
  AddSearch: 'Searched',
  RemoveSearch: 'Removed the search',
  ConfirmAssumptions: 'Confirmed',
  ReapplyStatuses: 'Computed statuses again',
  UpdateDraft: 'Updated from the release',
};

export const commandWord = (command: string) => commands[command] ?? command;
export const changedCodes = (count: number) => `${codes(count)} changed`;
export const decisionsIn = (count: number) => decisions(count);

// The finding of a composition.
export function compositionSentence(type: string, own: number, all: number): string {
  if (all === 0) return 'No code is included yet.';
  const share = Math.round((own / all) * 100);
  return `${share} % of the ${codes(all)} included are of the type ${type}.`;
}

export const mapSentence = (title: string, count: number, share: number) =>
  `${title}: ${codes(count)}, ${Math.round(share * 100)} % included`;
