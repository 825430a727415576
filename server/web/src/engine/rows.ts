// The hierarchy as rows. A code has its home at its first place; elsewhere it is a repeat, closed
// until somebody opens it there.
import { status } from './statuses.ts';
import { childrenOf, hasChildren, markAncestors, parentsOf, type Tree } from './tree.ts';

export const openedRowsMax = 2_000;

// Row i shows code[i], or the header of section -1 - code[i].
export type Rows = {
  length: number;
  code: Int32Array;
  depth: Uint8Array;
  edge: Int32Array; // place in tree.children through which the row was reached; -1 - n for top n
  parent: Int32Array; // row of the parent, or of the section's header
  isRepeat: Uint8Array;
  isOpen: Uint8Array;
  positionInSet: Uint32Array;
  setSize: Uint32Array;
  rowOf: Int32Array; // row of each code's home, -1 if it is not shown
};

// The edge that leads to each code's home; -1 - n for top n.
export function homesOf(tree: Tree): Int32Array {
  const unseen = 0x7fffffff;
  const homes = new Int32Array(tree.count).fill(unseen);
  const waiting: number[] = [];
  for (let top = tree.tops.length - 1; top >= 0; top--) waiting.push(-1 - top);
  for (let edge = waiting.pop(); edge !== undefined; edge = waiting.pop()) {
    const code = codeAt(tree, edge);
    if (homes[code] !== unseen) continue;
    homes[code] = edge;
    const first = tree.childStart[code] as number;
    for (let next = (tree.childStart[code + 1] as number) - 1; next >= first; next--) {
      waiting.push(next);
    }
  }
  return homes;
}

export function codeAt(tree: Tree, edge: number): number {
  return (edge < 0 ? tree.tops[-1 - edge] : tree.children[edge]) as number;
}

// The parent at each code's home; -1 for tops.
export function homeParents(tree: Tree, homes: Int32Array): Int32Array {
  const parents = new Int32Array(tree.count).fill(-1);
  for (let code = 0; code < tree.count; code++) {
    const first = tree.childStart[code] as number;
    for (let edge = first; edge < (tree.childStart[code + 1] as number); edge++) {
      const child = tree.children[edge] as number;
      if (homes[child] === edge) parents[child] = code;
    }
  }
  return parents;
}

export type View = {
  tree: Tree;
  homes: Int32Array;
  open: Uint8Array; // codes that are open at home
  openRepeats: ReadonlySet<number>; // edges
  kept: Uint8Array | null; // under a filter: matches and the way to them; others are not shown
};

class RowsBuilder {
  private readonly code: number[] = [];
  private readonly depth: number[] = [];
  private readonly edge: number[] = [];
  private readonly parent: number[] = [];
  private readonly isRepeat: number[] = [];
  private readonly isOpen: number[] = [];
  private readonly positionInSet: number[] = [];
  private readonly setSize: number[] = [];
  private readonly rowOf: Int32Array;
  private readonly view: View;

  constructor(view: View) {
    this.view = view;
    this.rowOf = new Int32Array(view.tree.count).fill(-1);
  }

  build(): Rows {
    const { tree } = this.view;
    tree.sections.forEach(({ firstTop, topsCount }, section) => {
      const edges: number[] = [];
      for (let top = firstTop; top < firstTop + topsCount; top++) edges.push(-1 - top);
      const shown = edges.filter((edge) => this.isShown(edge));
      if (shown.length === 0) return;
      const header = this.add({ code: -1 - section, depth: 0, edge: 0, parent: -1, open: 1 });
      this.addAll(shown, header);
    });
    return {
      length: this.code.length,
      code: Int32Array.from(this.code),
      depth: Uint8Array.from(this.depth),
      edge: Int32Array.from(this.edge),
      parent: Int32Array.from(this.parent),
      isRepeat: Uint8Array.from(this.isRepeat),
      isOpen: Uint8Array.from(this.isOpen),
      positionInSet: Uint32Array.from(this.positionInSet),
      setSize: Uint32Array.from(this.setSize),
      rowOf: this.rowOf,
    };
  }

  private add(row: {
    code: number;
    depth: number;
    edge: number;
    parent: number;
    open: number;
  }): number {
    this.depth.push(Math.min(row.depth, 255));
    this.edge.push(row.edge);
    this.parent.push(row.parent);
    this.isOpen.push(row.open);
    this.isRepeat.push(0);
    this.positionInSet.push(1);
    this.setSize.push(1);
    return this.code.push(row.code) - 1;
  }

  private isShown(edge: number): boolean {
    const { kept, tree, homes } = this.view;
    if (!kept) return true;
    const code = codeAt(tree, edge);
    return kept[code] === 1 && homes[code] === edge;
  }

  private isOpenAt(code: number, edge: number, isRepeat: boolean): boolean {
    const { tree, open, openRepeats } = this.view;
    if (!hasChildren(tree, code)) return false;
    return isRepeat ? openRepeats.has(edge) : open[code] === 1;
  }

  private edgesBelow(code: number): number[] {
    const { childStart } = this.view.tree;
    const edges: number[] = [];
    for (let edge = childStart[code] as number; edge < (childStart[code + 1] as number); edge++) {
      if (this.isShown(edge)) edges.push(edge);
    }
    return edges;
  }

  // Deep hierarchies would overflow a recursion, so the rows to come are kept in a list.
  private addAll(tops: number[], header: number): void {
    type Waiting = { edge: number; depth: number; parent: number; place: number; of: number };
    const waiting: Waiting[] = [];
    const wait = (edges: number[], depth: number, parent: number) => {
      for (let at = edges.length - 1; at >= 0; at--) {
        waiting.push({ edge: edges[at] as number, depth, parent, place: at + 1, of: edges.length });
      }
    };
    wait(tops, 0, header);
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const code = codeAt(this.view.tree, next.edge);
      // Everything below a repeat is one, too.
      const isRepeat = this.view.homes[code] !== next.edge || this.isRepeat[next.parent] === 1;
      const isOpen = this.isOpenAt(code, next.edge, isRepeat);
      const row = this.add({ ...next, code, open: isOpen ? 1 : 0 });
      this.isRepeat[row] = isRepeat ? 1 : 0;
      this.positionInSet[row] = next.place;
      this.setSize[row] = next.of;
      if (!isRepeat) this.rowOf[code] = row;
      if (isOpen) wait(this.edgesBelow(code), next.depth + 1, row);
    }
  }
}

export function buildRows(view: View): Rows {
  return new RowsBuilder(view).build();
}

// For each code, one bit for each status that occurs below it.
function statusesBelow(tree: Tree, bytes: Uint8Array): Uint8Array {
  const below = new Uint8Array(tree.count);
  for (let at = tree.count - 1; at >= 0; at--) {
    const code = tree.order[at] as number;
    const own = (below[code] as number) | (1 << (bytes[code] as number));
    for (const parent of parentsOf(tree, code)) below[parent] = (below[parent] as number) | own;
  }
  return below;
}

// Whether everything below shares the code's sign. A decision also covers what inherits it.
function isUniform(own: number, below: number): boolean {
  const also =
    own === status.included
      ? status.includedAbove
      : own === status.excluded
        ? status.excludedAbove
        : own;
  return (below & ~((1 << own) | (1 << also))) === 0;
}

// The codes that are open when a draft is seen for the first time: all above a difference, and one
// level of what shares a sign. Level by level, so that the limit of rows cuts the deepest.
export function openedAtFirst(tree: Tree, homes: Int32Array, bytes: Uint8Array): Uint8Array {
  const below = statusesBelow(tree, bytes);
  const open = new Uint8Array(tree.count);
  let rows = tree.tops.length;
  let level = [...tree.tops];
  while (level.length > 0) {
    const next: number[] = [];
    for (const code of level) {
      const children = childrenOf(tree, code);
      if (children.length === 0) continue;
      if (rows + children.length > openedRowsMax) return open;
      open[code] = 1;
      rows += children.length;
      if (isUniform(bytes[code] as number, below[code] as number)) continue;
      const first = tree.childStart[code] as number;
      children.forEach((child, at) => {
        if (homes[child] === first + at) next.push(child);
      });
    }
    level = next;
  }
  return open;
}

// Under a filter: the matches and, at their homes, the codes that lead to them.
export function keptUnder(tree: Tree, parents: Int32Array, matches: Uint8Array): Uint8Array {
  const kept = matches.slice();
  for (let code = 0; code < tree.count; code++) {
    if (!matches[code]) continue;
    for (let up = parents[code] as number; up >= 0 && !kept[up]; up = parents[up] as number) {
      kept[up] = 1;
    }
  }
  return kept;
}

// Opens the homes of everything above a code, along its own home.
export function openWayTo(parents: Int32Array, open: Uint8Array, code: number): void {
  for (let up = parents[code] as number; up >= 0; up = parents[up] as number) open[up] = 1;
}

// The shortest way down from an ancestor, both ends included; empty if it is none.
export function wayDown(tree: Tree, ancestor: number, code: number): number[] {
  const above = markAncestors(tree, [code]);
  if (!above[ancestor]) return [];
  const cameFrom = new Map<number, number>([[ancestor, -1]]);
  let level = [ancestor];
  while (level.length > 0 && !cameFrom.has(code)) {
    const next: number[] = [];
    for (const from of level) {
      for (const child of childrenOf(tree, from)) {
        if (!above[child] || cameFrom.has(child)) continue;
        cameFrom.set(child, from);
        next.push(child);
      }
    }
    level = next;
  }
  const way: number[] = [];
  for (let at = code; at >= 0; at = cameFrom.get(at) ?? -1) way.unshift(at);
  return way;
}

// The shortest way down to the code from one without parents, both ends included.
export function wayFromTop(tree: Tree, code: number): number[] {
  const below = new Map<number, number>([[code, -1]]);
  const way: number[] = [];
  for (const at of below.keys()) {
    const parents = parentsOf(tree, at);
    for (const parent of parents) if (!below.has(parent)) below.set(parent, at);
    if (parents.length > 0) continue;
    for (let down = at; down >= 0; down = below.get(down) ?? -1) way.push(down);
    break;
  }
  return way;
}

export function descendantsCount(tree: Tree, code: number): number {
  const seen = new Uint8Array(tree.count);
  let count = 0;
  const waiting = [code];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const child of childrenOf(tree, next)) {
      if (seen[child]) continue;
      seen[child] = 1;
      count++;
      waiting.push(child);
    }
  }
  return count;
}
