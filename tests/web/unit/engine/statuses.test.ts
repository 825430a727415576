import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  type Decision,
  type Sign,
  Statuses,
  status,
} from '../../../../server/web/src/engine/statuses.ts';
import type { Tree } from '../../../../server/web/src/engine/tree.ts';
import { type Graph, randomFrom, randomGraph, treeFrom, treeOf } from './trees.ts';

const names = ['?', '!', '+', '(+)', '-', '(-)'];
const signs: Sign[] = ['+', '-', '?'];

type GoldenCase = {
  edges: [number, number][];
  included: string[];
  excluded: string[];
  from_definition: { included: string[]; excluded: string[]; statuses: Record<string, string> };
  update_sequence: { updates: [string, Sign][]; statuses: Record<string, string> }[];
};

function goldenCases(): GoldenCase[] {
  const path = join(import.meta.dirname, '../../../golden/03_dags.json.gz');
  return JSON.parse(gunzipSync(readFileSync(path)).toString()).cases;
}

const codeName = (node: number) => `n${String(node).padStart(2, '0')}`;

function graphOf({ edges, from_definition }: GoldenCase): Graph {
  const codes = Object.keys(from_definition.statuses);
  const children = new Map<string, string[]>();
  for (const [from, to] of edges) {
    if (!(codeName(from) in from_definition.statuses)) continue;
    children.set(codeName(from), [...(children.get(codeName(from)) ?? []), codeName(to)]);
  }
  return { codes, children };
}

function undecided(tree: Tree): Statuses {
  return new Statuses(tree, new Uint8Array(tree.count).fill(status.undecided));
}

function asNames({ tree, bytes }: Statuses): Record<string, string> {
  return Object.fromEntries(tree.codes.map((code, at) => [code, names[bytes[at] as number] ?? '']));
}

function ordinals(tree: Tree, updates: readonly (readonly [string, Sign])[]): Decision[] {
  return updates.flatMap(([code, sign]) => {
    const ordinal = tree.ordinalOf.get(code);
    return ordinal === undefined ? [] : [[ordinal, sign] as const];
  });
}

test('statuses equal OpenCodelists’ in every golden case', () => {
  let compared = 0;
  for (const golden of goldenCases()) {
    const { included, excluded, statuses: expected } = golden.from_definition;
    const tree = treeOf(graphOf(golden));
    const statuses = undecided(tree);
    statuses.apply(
      ordinals(tree, [
        ...included.map((code) => [code, '+'] as const),
        ...excluded.map((code) => [code, '-'] as const),
      ]),
    );
    expect(asNames(statuses)).toEqual(expected);
    compared++;
  }
  expect(compared).toBe(2000);
});

test('clicks lead to OpenCodelists’ statuses in every golden sequence', () => {
  let compared = 0;
  for (const golden of goldenCases()) {
    const tree = treeOf(graphOf(golden));
    const statuses = undecided(tree);
    const given = golden.from_definition.statuses;
    const bytes = Uint8Array.from(tree.codes, (code) => names.indexOf(given[code] ?? '?'));
    statuses.load(bytes);
    for (const { updates, statuses: expected } of golden.update_sequence) {
      if (updates.some(([code]) => !tree.ordinalOf.has(code))) break;
      statuses.apply(ordinals(tree, updates));
      expect(asNames(statuses)).toEqual(expected);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(1000);
});

test('12,000 clicks give the same statuses as computing all again', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = randomFrom(seed);
    const tree = treeOf(randomGraph(random, 30 + seed));
    const clicked = undecided(tree);
    const decided = new Map<number, Sign>();
    for (let click = 0; click < 200; click++) {
      const code = Math.floor(random() * tree.count);
      const sign = signs[Math.floor(random() * 3)] ?? '?';
      decided.set(code, sign);
      clicked.apply([[code, sign]]);
      if (click % 20 > 0) continue;
      const anew = undecided(tree);
      anew.apply([...decided]);
      expect(clicked.bytes).toEqual(anew.bytes);
    }
  }
});

test('the effect of a step is told without making it', () => {
  const random = randomFrom(3);
  const tree = treeOf(randomGraph(random, 200));
  const statuses = undecided(tree);
  for (let click = 0; click < 200; click++) {
    const step: Decision[] = [
      [Math.floor(random() * tree.count), signs[Math.floor(random() * 3)] ?? '?'],
    ];
    const before = statuses.bytes.slice();
    const effect = statuses.effectOf(step);
    expect(statuses.bytes).toEqual(before);
    statuses.apply(step);
    const changed = statuses.bytes.filter((now, code) => now !== before[code]);
    expect(effect.changed).toBe(changed.length);
    expect(effect.after[status.conflict]).toBe(
      changed.filter((now) => now === status.conflict).length,
    );
  }
});

test('the deciders are the nearest decisions, and two sides make a conflict', () => {
  const tree = treeFrom(
    `
asthma
 acute
  both
 chronic
  both`,
  );
  const [asthma, acute, both, chronic] = [0, 1, 2, 3];
  const statuses = undecided(tree);
  statuses.apply([[asthma, '+']]);
  expect([...statuses.deciders(both)]).toEqual([asthma]);
  statuses.apply([[acute, '-']]);
  expect([...statuses.deciders(both)]).toEqual([acute]);
  expect(statuses.bytes[both]).toBe(status.excludedAbove);
  statuses.apply([[chronic, '+']]);
  expect([...statuses.deciders(both)]).toEqual([acute, chronic]);
  expect(statuses.bytes[both]).toBe(status.conflict);
});

test('statuses that no decision explains stay until a decision above them', () => {
  const tree = treeFrom('top\n child');
  const statuses = new Statuses(tree, Uint8Array.of(status.undecided, status.includedAbove));
  expect(statuses.bytes[1]).toBe(status.includedAbove);
  statuses.apply([[0, '-']]);
  expect(statuses.bytes[1]).toBe(status.excludedAbove);
});
