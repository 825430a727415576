import { expect, test } from 'vitest';
import {
  decisionsBelow,
  decisionsFor,
  idleDecisions,
} from '../../../../server/web/src/engine/scope.ts';
import { type Sign, Statuses, status } from '../../../../server/web/src/engine/statuses.ts';
import { randomFrom, randomGraph, treeFrom, treeOf } from './trees.ts';

const tree = treeFrom('a\n b\n  c\n d');

function undecided(): Statuses {
  return new Statuses(tree, new Uint8Array(tree.count).fill(status.undecided));
}

test('a scope decides only what does not follow', () => {
  const statuses = undecided();
  const scope = { codes: [2, 1, 3], sign: '+' as const, keepDecisions: true };
  expect(decisionsFor(statuses, scope)).toEqual([
    [1, '+'],
    [3, '+'],
  ]);
  expect([...statuses.bytes]).toEqual(new Array(4).fill(status.undecided));
});

test('decisions are kept, or overridden on request', () => {
  const statuses = undecided();
  statuses.apply([[2, '-']]);
  const codes = [0];
  expect(decisionsBelow(statuses, { codes, sign: '+', keepDecisions: true })).toEqual([[0, '+']]);
  expect(decisionsBelow(statuses, { codes, sign: '+', keepDecisions: false })).toEqual([
    [0, '+'],
    [2, '?'],
  ]);
});

test('after a step for a scope, all its codes have the sign', () => {
  for (let seed = 0; seed < 100; seed++) {
    const random = randomFrom(seed);
    const graph = treeOf(randomGraph(random, 60));
    const statuses = new Statuses(graph, new Uint8Array(graph.count).fill(status.undecided));
    const pick = () => Math.floor(random() * graph.count);
    for (let click = 0; click < 10; click++) {
      statuses.apply([[pick(), (random() < 0.5 ? '+' : '-') as Sign]]);
    }
    const codes = Array.from({ length: 12 }, pick);
    statuses.apply(decisionsFor(statuses, { codes, sign: '-', keepDecisions: false }));
    for (const code of codes) {
      expect([status.excluded, status.excludedAbove]).toContain(statuses.bytes[code]);
    }
  }
});

test('idle decisions can be cleared without moving a code to another side', () => {
  const sides = ['?', '!', '+', '+', '-', '-'];
  for (let seed = 0; seed < 100; seed++) {
    const random = randomFrom(seed);
    const graph = treeOf(randomGraph(random, 60));
    const statuses = new Statuses(graph, new Uint8Array(graph.count).fill(status.undecided));
    for (let click = 0; click < 20; click++) {
      const code = Math.floor(random() * graph.count);
      statuses.apply([[code, random() < 0.7 ? '+' : '-']]);
    }
    const before = [...statuses.bytes].map((byte) => sides[byte]);
    statuses.apply(idleDecisions(statuses));
    expect([...statuses.bytes].map((byte) => sides[byte])).toEqual(before);
    expect(idleDecisions(statuses)).toEqual([]);
  }
});
