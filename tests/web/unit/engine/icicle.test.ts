import { expect, test } from 'vitest';
import { cellsOf, halfOf } from '../../../../server/web/src/engine/icicle.ts';

const nodes = [
  { parent: null, codes_count: 40 },
  { parent: null, codes_count: 60 },
  { parent: 1, codes_count: 20 },
  { parent: 1, codes_count: 30 },
  { parent: 3, codes_count: 1 },
];
const limits = { least: 0.02, depthMax: 5 };

test('cells are as wide as their share, the largest first', () => {
  expect(cellsOf(nodes, null, limits)).toEqual([
    { node: 1, depth: 0, left: 0, width: 0.6 },
    { node: 3, depth: 1, left: 0, width: 0.3 },
    { node: 2, depth: 1, left: 0.3, width: 0.2 },
    { node: 0, depth: 0, left: 0.6, width: 0.4 },
  ]);
});

test('inside a branch, it is the whole', () => {
  expect(cellsOf(nodes, 3, limits)).toEqual([
    { node: 3, depth: 0, left: 0, width: 1 },
    { node: 4, depth: 1, left: 0, width: 1 / 30 },
  ]);
  expect(cellsOf(nodes, 1, { ...limits, depthMax: 0 })).toHaveLength(1);
  expect(cellsOf([], null, limits)).toEqual([]);
});

test('the finding is about the smallest branch with half of the codes', () => {
  expect(halfOf(nodes, 100)).toBe(1);
  expect(halfOf(nodes, 60)).toBe(3);
  expect(halfOf(nodes, 1_000)).toBeNull();
});
