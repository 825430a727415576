// The sentences of the comparison.
import { codes, counted, number } from '../words.ts';

export const regionSentence = (count: number, words: string) =>
  `${codes(count)} ${count === 1 ? 'is' : 'are'} ${words}`;

export const regionTitle = (words: string) => `Codes ${words}`;
export const othersSentence = (regions: number, count: number) =>
  `${counted(regions, 'smaller region', 'smaller regions')} with ${codes(count)} ${
    regions === 1 ? 'is' : 'are'
  } in the table.`;
export const seeCodes = 'See the codes';
export const csvOfThese = 'CSV of these';
export const tryAgain = 'Try again';
export const code = 'Code';
export const term = 'Term';
export const chartName = 'Regions, the largest first';
export const setTitle = (letter: string, name: string, count: number) =>
  `${letter}: ${name}, ${number(count)}`;
export const sidesTitle = (sides: { letter: string; name: string }[]) =>
  sides.map(({ letter, name }) => `${letter}: ${name}`).join(', ');
export const moreRows = (count: number) => `Show ${number(count)} more`;
export const reading = 'Reading …';
