import { expect, test } from 'vitest';
import { barsOf } from '../../../../server/web/src/components/chart/composition.tsx';
import { composition, share } from '../../../../server/web/src/words/version.ts';

function type(title: string, included: number, excluded: number) {
  const counts = { '+': included, '(+)': 1, '-': excluded, '(-)': 0, '?': 0, '!': 0 };
  return { title, codes_count: included + excluded + 1, counts };
}

test('at most twelve bars: the last has all others', () => {
  const types = Array.from({ length: 20 }, (_, at) => type(`T${at}`, 100 - at, at));
  const bars = barsOf(types);
  expect(bars).toHaveLength(12);
  expect(bars[0]).toEqual({ title: 'T0', included: 101, excluded: 0, types: ['T0'] });
  expect(bars[11]?.title).toBe('9 other types');
  const sum = (list: { included: number }[]) => list.reduce((all, bar) => all + bar.included, 0);
  expect(sum(bars)).toBe(types.reduce((all, { counts }) => all + counts['+'] + 1, 0));
  expect(barsOf(types.slice(0, 12)).map((bar) => bar.types.length)).toEqual(Array(12).fill(1));
});

test('a share of something is never nothing, and of less than all never all', () => {
  expect(share(1, 1_000)).toBe('1\u202f%');
  expect(share(999, 1_000)).toBe('99\u202f%');
  expect(share(1_000, 1_000)).toBe('100\u202f%');
  expect(share(0, 0)).toBe('0\u202f%');
});

test('the finding names the largest types', () => {
  const types = [
    { title: 'Disorder', included: 90 },
    { title: 'Finding', included: 10 },
  ];
  expect(composition.finding(types, 100)).toBe(
    '90 of 100 included codes are Disorder (90\u202f%), 10 Finding.',
  );
  expect(composition.finding(types.slice(0, 1), 90)).toBe('All 90 included codes are Disorder.');
  expect(composition.finding([], 0)).toBe('No code is included.');
});
