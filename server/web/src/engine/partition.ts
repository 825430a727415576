// The hierarchy as nested shares: each code below its home, as wide as the number of codes of its
// branch. Only branches that are wide enough to be seen are listed.
import type { Tree } from './tree.ts';
import { flag } from './tree.ts';

export type Part = {
  code: number;
  depth: number;
  x: number; // 0…1, of the whole
  width: number;
  size: number; // codes of the branch
  included: number; // of these
};

export type PartitionOptions = {
  parents: Int32Array; // of each code's home
  isIncluded: (code: number) => boolean;
  root: number; // -1 for all
  depthMax: number;
  partsMax: number;
  widthMin: number;
};

type Sizes = { size: Uint32Array; included: Uint32Array };

// Ordinals are in home order, so a code comes before everything below its home.
function sizesOf(tree: Tree, { parents, isIncluded }: PartitionOptions): Sizes {
  const size = new Uint32Array(tree.count);
  const included = new Uint32Array(tree.count);
  for (let code = tree.count - 1; code >= 0; code--) {
    if (!((tree.flags[code] as number) & flag.between)) {
      size[code] = (size[code] as number) + 1;
      if (isIncluded(code)) included[code] = (included[code] as number) + 1;
    }
    const parent = parents[code] as number;
    if (parent < 0) continue;
    size[parent] = (size[parent] as number) + (size[code] as number);
    included[parent] = (included[parent] as number) + (included[code] as number);
  }
  return { size, included };
}

function childrenByParent(tree: Tree, parents: Int32Array): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (let code = 0; code < tree.count; code++) {
    const parent = parents[code] as number;
    const known = children.get(parent);
    if (known) known.push(code);
    else children.set(parent, [code]);
  }
  return children;
}

export function partition(tree: Tree, options: PartitionOptions): Part[] {
  const { size, included } = sizesOf(tree, options);
  const children = childrenByParent(tree, options.parents);
  const tops = options.root >= 0 ? [options.root] : (children.get(-1) ?? []);
  const whole = tops.reduce((sum, code) => sum + (size[code] as number), 0);
  const parts: Part[] = [];
  // Level by level, so that the limit cuts the deepest.
  let level = [{ codes: tops, x: 0 }];
  for (let depth = 0; depth < options.depthMax && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const { codes, x: start } of level) {
      let x = start;
      const largestFirst = [...codes].sort(
        (one, other) => (size[other] as number) - (size[one] as number),
      );
      for (const code of largestFirst) {
        const width = (size[code] as number) / whole;
        if (width < options.widthMin || parts.length >= options.partsMax) break;
        const own = size[code] as number;
        parts.push({ code, depth, x, width, size: own, included: included[code] as number });
        next.push({ codes: children.get(code) ?? [], x });
        x += width;
      }
    }
    level = next;
  }
  return parts;
}
