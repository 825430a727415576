import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { crc32, crc32Text } from '../../../../server/web/src/engine/crc32.ts';
import { codeAt, homesOf } from '../../../../server/web/src/engine/rows.ts';
import { childrenOf, parentsOf, type Tree } from '../../../../server/web/src/engine/tree.ts';
import {
  decodeTree,
  encodeTree,
  TreeFormatError,
} from '../../../../server/web/src/engine/tree-format.ts';
import { encodeGraph, randomFrom, randomGraph } from './trees.ts';

function encodeAgain(tree: Tree): ArrayBuffer {
  return encodeTree({
    ...tree,
    childrenOf: tree.codes.map((_, code) => [...childrenOf(tree, code)]),
  });
}

test('CRC-32 is that of ZIP', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array())).toBe(0);
});

test('a decoded tree encodes to the same bytes', () => {
  for (let seed = 0; seed < 30; seed++) {
    const bytes = encodeGraph(randomGraph(randomFrom(seed), seed * 6));
    expect(new Uint8Array(encodeAgain(decodeTree(bytes)))).toEqual(new Uint8Array(bytes));
  }
});

test('parents are the reverse of children, and come before them in the order', () => {
  const tree = decodeTree(encodeGraph(randomGraph(randomFrom(5), 300)));
  for (let code = 0; code < tree.count; code++) {
    for (const child of childrenOf(tree, code)) {
      expect(parentsOf(tree, child)).toContain(code);
      expect(tree.rank[code]).toBeLessThan(tree.rank[child] as number);
    }
  }
  expect(tree.parents.length).toBe(tree.children.length);
});

test('every truncation is refused, and so are bytes at the end', () => {
  const bytes = encodeGraph(randomGraph(randomFrom(8), 40));
  for (let length = 0; length < bytes.byteLength; length++) {
    expect(() => decodeTree(bytes.slice(0, length)), `${length} bytes`).toThrow(TreeFormatError);
  }
  const longer = new Uint8Array(bytes.byteLength + 1);
  longer.set(new Uint8Array(bytes));
  expect(() => decodeTree(longer.buffer)).toThrow(TreeFormatError);
});

test('a cycle is refused', () => {
  const graph = {
    codes: ['a', 'b', 'c'],
    children: new Map([
      ['a', ['b']],
      ['b', ['c']],
      ['c', ['b']],
    ]),
  };
  expect(() => decodeTree(encodeGraph(graph))).toThrow('its own ancestor');
});

type Golden = {
  octets: string;
  tree: { codes: string[]; children: number[][]; flags: number[]; tops: number[]; shape: string };
  statuses_octets: string;
  statuses_crc: string;
};

test('the server’s tree is read as the server means it', () => {
  const path = join(import.meta.dirname, '../../../golden/web/tree_small.json');
  const golden: Golden = JSON.parse(readFileSync(path, 'utf8'));
  const bytes = Uint8Array.from(Buffer.from(golden.octets, 'hex'));
  const tree = decodeTree(bytes.buffer);
  expect(tree.codes).toEqual(golden.tree.codes);
  expect(tree.codes.map((_, code) => [...childrenOf(tree, code)])).toEqual(golden.tree.children);
  expect([...tree.flags]).toEqual(golden.tree.flags);
  expect([...tree.tops]).toEqual(golden.tree.tops);
  expect(tree.shape).toBe(crc32Text(new TextEncoder().encode(tree.codes.join('\n'))));
  const statuses = Uint8Array.from(Buffer.from(golden.statuses_octets, 'hex'));
  expect(crc32Text(statuses)).toBe(golden.statuses_crc);
  expect([...homesOf(tree)].every((edge, code) => codeAt(tree, edge) === code)).toBe(true);
});
