// The sentences of the comparison.
import { codes, counted, number } from '../words.ts';

export const regionSentence = (count: number, words: string) =>
  `${codes(count)} ${count === 1 ? 'is' : 'are'} ${words}`;

export const regionTitle = (words: string) => `Codes ${words}`;
export const othersSentence = (regions: number, count: number) =>
  `${counted(regions, 'smaller region', 'smaller regions')} with ${codes(count)} ${
    regions === 1 ? 'is' : 'are'
  } in the table.`;
export const moreRows = (count: number) => `Show ${number(count)} more`;
export const copied = 'Copied';
export const reading = 'Reading …';
