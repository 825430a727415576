// What the search on the home page says.
import { counted } from '../words.ts';

export const lists = (count: number) => counted(count, 'list', 'lists');
export const inLists = (count: number) => (count === 0 ? 'in no list' : `in ${lists(count)}`);
export const signoffs = (count: number) => counted(count, 'sign-off', 'sign-offs');

export const headings = {
  codelists: 'Codelists',
  codes: 'Terms and codes',
  people: 'People and organisations',
} as const;

export const allResults = (text: string, count: number) =>
  `All results for “${text}”: ${counted(count, 'codelist', 'codelists')}`;
export const nothing = (text: string) =>
  `Nothing here has “${text}”. Try fewer words, or the beginning of one.`;
export const hasTheCode = 'includes the code';
export const inactive = 'inactive';
export const close = 'Close';
export const results = 'Results';
export const keys = [
  { keys: ['↑', '↓'], act: 'move' },
  { keys: ['⏎'], act: 'open' },
  { keys: ['Ctrl ⏎'], act: 'new tab' },
  { keys: ['Esc'], act: 'clear' },
];

export function told(codelists: number, codes: number, people: number): string {
  const parts = [
    counted(codelists, 'codelist', 'codelists'),
    counted(codes, 'code', 'codes'),
    counted(people, 'person or organisation', 'people and organisations'),
  ];
  return `${parts.join(', ')}.`;
}
