import { expect, test } from 'vitest';
import {
  buildRows,
  homeParents,
  homesOf,
  keptUnder,
  openedAtFirst,
  openedRowsMax,
  openWayTo,
  type Rows,
  wayDown,
  wayFromTop,
} from '../../../../server/web/src/engine/rows.ts';
import { Statuses, status } from '../../../../server/web/src/engine/statuses.ts';
import type { Tree } from '../../../../server/web/src/engine/tree.ts';
import { randomFrom, randomGraph, treeFrom, treeOf } from './trees.ts';

const asthma = treeFrom(
  `
asthma
 acute
  severe
 allergic
  severe
 late
wheeze`,
);

function lines(tree: Tree, rows: Rows): string[] {
  return Array.from({ length: rows.length }, (_, row) => {
    const code = rows.code[row] as number;
    if (code < 0) return `# ${tree.sections[-1 - code]?.title}`;
    const indent = ' '.repeat(rows.depth[row] as number);
    return `${indent}${tree.codes[code]}${rows.isRepeat[row] ? ' again' : ''}`;
  });
}

function allOpen(tree: Tree, kept: Uint8Array | null = null): Rows {
  const open = new Uint8Array(tree.count).fill(1);
  return buildRows({ tree, homes: homesOf(tree), open, openRepeats: new Set(), kept });
}

test('a code with two parents is a repeat at its second place', () => {
  expect(lines(asthma, allOpen(asthma))).toEqual([
    '# Disorder',
    'asthma',
    ' acute',
    '  severe',
    ' allergic',
    '  severe again',
    ' late',
    'wheeze',
  ]);
});

test('with all open, there is a row for each edge below a home, and one home for each code', () => {
  for (let seed = 0; seed < 50; seed++) {
    const tree = treeOf(randomGraph(randomFrom(seed), 150));
    const rows = allOpen(tree);
    expect(rows.length).toBe(tree.children.length + tree.tops.length + tree.sections.length);
    expect([...rows.rowOf].every((row, code) => rows.code[row] === code)).toBe(true);
    const homes = [...rows.code].filter((code, row) => code >= 0 && !rows.isRepeat[row]);
    expect(homes).toEqual(tree.codes.map((_, code) => code));
  }
});

test('a repeat opens at its own place', () => {
  const tree = treeFrom('a\n b\n  c\n d\n  b');
  const repeat = [...tree.children].lastIndexOf(1);
  const rows = buildRows({
    tree,
    homes: homesOf(tree),
    open: new Uint8Array(4).fill(1),
    openRepeats: new Set([repeat]),
    kept: null,
  });
  expect(lines(tree, rows)).toEqual([
    '# Disorder',
    'a',
    ' b',
    '  c',
    ' d',
    '  b again',
    '   c again',
  ]);
  expect(rows.parent[6]).toBe(5);
});

test('a filter keeps matches and the way to them, each once', () => {
  const matches = Uint8Array.from(asthma.codes, (code) => (code === 'severe' ? 1 : 0));
  const kept = keptUnder(asthma, homeParents(asthma, homesOf(asthma)), matches);
  expect(lines(asthma, allOpen(asthma, kept))).toEqual([
    '# Disorder',
    'asthma',
    ' acute',
    '  severe',
  ]);
});

test('rows know their place among their siblings', () => {
  const rows = allOpen(asthma);
  expect([...rows.positionInSet]).toEqual([1, 1, 1, 1, 2, 1, 3, 2]);
  expect([...rows.setSize]).toEqual([1, 2, 3, 1, 3, 1, 3, 2]);
});

test('at first, what differs is open, and one level of what does not', () => {
  const statuses = new Statuses(asthma, new Uint8Array(asthma.count).fill(status.undecided));
  const homes = homesOf(asthma);
  const opened = () =>
    [...openedAtFirst(asthma, homes, statuses.bytes)].flatMap((open, code) =>
      open ? [asthma.codes[code]] : [],
    );
  expect(opened()).toEqual(['asthma']);
  statuses.apply([[1, '-']]);
  expect(opened()).toEqual(['asthma', 'acute', 'allergic']);
});

test('at first, no more rows are opened than the limit', () => {
  const codes = Array.from({ length: 5_000 }, (_, at) => `c${at}`);
  const children = new Map<string, string[]>();
  codes.slice(1).forEach((code, at) => {
    const parent = codes[Math.floor(at / 50)] as string;
    children.set(parent, [...(children.get(parent) ?? []), code]);
  });
  const tree = treeOf({ codes, children });
  const bytes = Uint8Array.from(codes, (_, at) => (at % 2 ? status.included : status.excluded));
  const homes = homesOf(tree);
  const open = openedAtFirst(tree, homes, bytes);
  const rows = buildRows({ tree, homes, open, openRepeats: new Set(), kept: null });
  expect(rows.length).toBeGreaterThan(openedRowsMax / 2);
  expect(rows.length).toBeLessThanOrEqual(openedRowsMax + tree.sections.length);
});

test('the way to a code opens everything above its home', () => {
  const open = new Uint8Array(asthma.count);
  openWayTo(homeParents(asthma, homesOf(asthma)), open, 2);
  expect([...open]).toEqual([1, 1, 0, 0, 0, 0]);
});

test('the shortest way down is found', () => {
  const tree = treeFrom('a\n b\n  c\n   d\n e\n  d');
  expect(wayDown(tree, 0, 3).map((code) => tree.codes[code])).toEqual(['a', 'e', 'd']);
  expect(wayDown(tree, 3, 0)).toEqual([]);
});

test('the shortest way from the top is found', () => {
  const tree = treeFrom('a\n b\n  c\n   d\nf\n e\n  d');
  const way = (code: string) =>
    wayFromTop(tree, tree.codes.indexOf(code)).map((step) => tree.codes[step]);
  expect(way('d')).toEqual(['f', 'e', 'd']);
  expect(way('c')).toEqual(['a', 'b', 'c']);
  expect(way('f')).toEqual(['f']);
});
