import { expect, test } from 'vitest';
import { flatRows } from '../../../../server/web/src/engine/flat-rows.ts';
import { partition } from '../../../../server/web/src/engine/partition.ts';
import { homeParents, homesOf } from '../../../../server/web/src/engine/rows.ts';
import { decodeTree } from '../../../../server/web/src/engine/tree-format.ts';
import { encodeGraph, randomFrom, randomGraph } from './trees.ts';

const options = { root: -1, depthMax: 50, partsMax: 10_000, widthMin: 0 };

test('the branches below a code lie within it, and each code counts once', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const tree = decodeTree(encodeGraph(randomGraph(randomFrom(seed), 60)));
    const parents = homeParents(tree, homesOf(tree));
    const parts = partition(tree, { ...options, parents, isIncluded: (code) => code % 2 === 0 });
    const byCode = new Map(parts.map((part) => [part.code, part]));
    expect(byCode.size).toBe(tree.count);
    const tops = parts.filter(({ depth }) => depth === 0);
    expect(tops.reduce((sum, { size }) => sum + size, 0)).toBe(tree.count);
    for (const part of parts) {
      const above = byCode.get(parents[part.code] as number);
      if (!above) continue;
      expect(part.depth).toBe(above.depth + 1);
      expect(part.x).toBeGreaterThanOrEqual(above.x - 1e-9);
      expect(part.x + part.width).toBeLessThanOrEqual(above.x + above.width + 1e-9);
    }
    const included = tops.reduce((sum, part) => sum + part.included, 0);
    expect(included).toBe(Math.ceil(tree.count / 2));
  }
});

test('a map zooms, and leaves out what is too narrow or too much', () => {
  const graph = { codes: ['a', 'b', 'c', 'd'], children: new Map([['a', ['b', 'c']]]) };
  const tree = decodeTree(encodeGraph(graph));
  const parents = homeParents(tree, homesOf(tree));
  const all = { ...options, parents, isIncluded: () => false };
  const a = tree.ordinalOf.get('a') ?? -1;
  expect(partition(tree, { ...all, root: a }).map(({ size }) => size)).toEqual([3, 1, 1]);
  expect(partition(tree, { ...all, widthMin: 0.3 }).map(({ code }) => code)).toEqual([a]);
  expect(partition(tree, { ...all, partsMax: 2 }).length).toBe(2);
  expect(partition(tree, { ...all, depthMax: 1 }).map(({ depth }) => depth)).toEqual([0, 0]);
});

test('a list has each code once, sorted by term under its type', () => {
  const tree = decodeTree(encodeGraph(randomGraph(randomFrom(3), 40)));
  const termOf = (code: number) => `term ${99 - code}`;
  const rows = flatRows(tree, null, termOf);
  const codes = [...rows.code].filter((code) => code >= 0);
  expect(codes.length).toBe(tree.count);
  expect(new Set(codes).size).toBe(tree.count);
  for (const code of codes) expect(rows.code[rows.rowOf[code] as number]).toBe(code);
  const kept = new Uint8Array(tree.count);
  kept[5] = 1;
  expect([...flatRows(tree, kept, termOf).code].filter((code) => code >= 0)).toEqual([5]);
});
