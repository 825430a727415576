// The hierarchy of a draft in arrays. Each code is an ordinal 0…count-1; ordinals are in home
// order: the order of the rows if everything were open and each code were shown at its first place
// only.
export type Section = { title: string; firstTop: number; topsCount: number };

export const flag = { active: 1, matched: 2, assumed: 4, unknown: 8, between: 16 } as const;

export type Tree = {
  shape: string;
  release: string;
  sort: 'term' | 'code';
  types: string[];
  sections: Section[];
  count: number;
  codes: string[];
  type: Uint8Array; // index into types
  flags: Uint8Array;
  tops: Uint32Array;
  childStart: Uint32Array; // children of x: children[childStart[x]…childStart[x + 1] - 1]
  children: Uint32Array;
  parentStart: Uint32Array;
  parents: Uint32Array;
  order: Uint32Array; // parents before children
  rank: Uint32Array; // of each code in order
  ordinalOf: Map<string, number>;
};

export function childrenOf(tree: Tree, code: number): Uint32Array {
  return tree.children.subarray(tree.childStart[code], tree.childStart[code + 1]);
}

export function parentsOf(tree: Tree, code: number): Uint32Array {
  return tree.parents.subarray(tree.parentStart[code], tree.parentStart[code + 1]);
}

export function hasChildren(tree: Tree, code: number): boolean {
  return tree.childStart[code] !== tree.childStart[code + 1];
}

function reach(
  from: Iterable<number>,
  next: (code: number) => Uint32Array,
  count: number,
): Uint8Array {
  const seen = new Uint8Array(count);
  const waiting: number[] = [];
  for (const code of from) {
    if (!seen[code]) waiting.push(code);
    seen[code] = 1;
  }
  for (let code = waiting.pop(); code !== undefined; code = waiting.pop()) {
    for (const other of next(code)) {
      if (seen[other]) continue;
      seen[other] = 1;
      waiting.push(other);
    }
  }
  return seen;
}

// These codes and everything below them, parents before children.
export function withDescendants(tree: Tree, codes: Iterable<number>): Uint32Array {
  const seen = reach(codes, (code) => childrenOf(tree, code), tree.count);
  const ranks: number[] = [];
  for (let code = 0; code < tree.count; code++) {
    if (seen[code]) ranks.push(tree.rank[code] as number);
  }
  return Uint32Array.from(ranks)
    .sort()
    .map((rank) => tree.order[rank] as number);
}

// A mark for each code that is one of these or above one of them.
export function markAncestors(tree: Tree, codes: Iterable<number>): Uint8Array {
  return reach(codes, (code) => parentsOf(tree, code), tree.count);
}
