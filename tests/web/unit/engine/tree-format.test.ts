import { expect, test } from 'vitest';
import { crc32 } from '../../../../server/web/src/engine/crc32.ts';
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
