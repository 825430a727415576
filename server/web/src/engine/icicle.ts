// The places of an icicle's cells: each branch is as wide as its share of the codes.
export type Branch = { parent: number | null; codes_count: number };

export type Cell = { node: number; depth: number; left: number; width: number }; // parts of 1

// The cells below `root` and itself, or all if it is null; the largest sibling comes first. What is
// narrower than `least`, or deeper than `depthMax`, is left out.
export function cellsOf(
  nodes: readonly Branch[],
  root: number | null,
  { least, depthMax }: { least: number; depthMax: number },
): Cell[] {
  const below = new Map<number | null, number[]>();
  nodes.forEach(({ parent }, node) => {
    const siblings = below.get(parent);
    if (siblings) siblings.push(node);
    else below.set(parent, [node]);
  });
  const countOf = (node: number) => nodes[node]?.codes_count ?? 0;
  for (const siblings of below.values()) {
    siblings.sort((one, other) => countOf(other) - countOf(one));
  }
  const tops = root === null ? (below.get(null) ?? []) : [root];
  const total = tops.reduce((sum, node) => sum + countOf(node), 0);
  const cells: Cell[] = [];
  const place = (siblings: readonly number[], depth: number, from: number) => {
    let left = from;
    for (const node of siblings) {
      const width = countOf(node) / total;
      if (width >= least) {
        cells.push({ node, depth, left, width });
        if (depth < depthMax) place(below.get(node) ?? [], depth + 1, left);
      }
      left += width;
    }
  };
  if (total > 0) place(tops, 0, 0);
  return cells;
}

// The smallest branch that still has half of the codes.
export function halfOf(nodes: readonly Branch[], all: number): number | null {
  let found: number | null = null;
  nodes.forEach(({ codes_count }, node) => {
    if (codes_count * 2 < all) return;
    if (found === null || codes_count <= (nodes[found]?.codes_count ?? 0)) found = node;
  });
  return found;
}
