// Hierarchies for tests: made of edges, sent through the format as the server would send them.

import type { Tree } from '../../../../server/web/src/engine/tree.ts';
import { decodeTree, encodeTree } from '../../../../server/web/src/engine/tree-format.ts';

export type Graph = { codes: string[]; children: Map<string, string[]> };

// The same numbers in every run.
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomGraph(random: () => number, count: number): Graph {
  const codes = Array.from({ length: count }, (_, at) => `n${String(at).padStart(4, '0')}`);
  const children = new Map<string, string[]>();
  for (let at = 1; at < count; at++) {
    if (random() < 0.1) continue; // a top
    const parents = 1 + Math.floor(random() * 3);
    for (let edge = 0; edge < parents; edge++) {
      const parent = codes[Math.floor(random() * at)] as string;
      const list = children.get(parent) ?? [];
      if (!list.includes(codes[at] as string)) list.push(codes[at] as string);
      children.set(parent, list);
    }
  }
  return { codes, children };
}

function topsOf({ codes, children }: Graph): string[] {
  const below = new Set([...children.values()].flat());
  return codes.filter((code) => !below.has(code));
}

function homeOrder(graph: Graph, tops: string[]): string[] {
  const seen = new Set<string>();
  const visit = (code: string) => {
    if (seen.has(code)) return;
    seen.add(code);
    for (const child of graph.children.get(code) ?? []) visit(child);
  };
  for (const top of tops) visit(top);
  return [...seen];
}

export function encodeGraph(graph: Graph): ArrayBuffer {
  const tops = topsOf(graph);
  const codes = homeOrder(graph, tops);
  const ordinals = new Map(codes.map((code, ordinal) => [code, ordinal]));
  const ordinalOf = (code: string) => ordinals.get(code) as number;
  return encodeTree({
    release: 'test_release',
    sort: 'term',
    types: ['Disorder'],
    sections: [{ title: 'Disorder', firstTop: 0, topsCount: tops.length }],
    codes,
    type: new Uint8Array(codes.length),
    flags: new Uint8Array(codes.length).fill(1),
    tops: Uint32Array.from(tops, ordinalOf),
    childrenOf: codes.map((code) => (graph.children.get(code) ?? []).map(ordinalOf)),
  });
}

export function treeOf(graph: Graph): Tree {
  return decodeTree(encodeGraph(graph));
}

// Indented lines: "asthma", " acute", … A name that occurs twice is one code with two parents.
export function treeFrom(text: string): Tree {
  const codes: string[] = [];
  const children = new Map<string, string[]>();
  const path: string[] = [];
  for (const line of text.trim().split('\n')) {
    const code = line.trim();
    const depth = line.length - line.trimStart().length;
    path.length = depth;
    const parent = path[depth - 1];
    if (!codes.includes(code)) codes.push(code);
    if (parent) children.set(parent, [...(children.get(parent) ?? []), code]);
    path.push(code);
  }
  return treeOf({ codes, children });
}
