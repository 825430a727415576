// application/vnd.codelog.tree: a length (u32, little endian), a JSON head of that length, and the
// parts that the head's lengths name: numbers of children, children, types, flags, codes, tops.
import { crc32Text } from './crc32.ts';
import type { Section, Tree } from './tree.ts';
import { VarintReader, VarintWriter } from './varint.ts';

export class TreeFormatError extends Error {
  override name = 'TreeFormatError';
}

const partsCount = 6;

type Head = {
  shape: string;
  release: string;
  n: number;
  edges: number;
  sort: 'term' | 'code';
  types: string[];
  sections: [title: string, firstTop: number, topsCount: number][];
  lengths: number[];
};

function require(condition: boolean, problem: string): asserts condition {
  if (!condition) throw new TreeFormatError(problem);
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function checkedHead(value: unknown): Head {
  require(typeof value === 'object' && value !== null, 'the head is no object');
  const head = value as Record<string, unknown>;
  const { shape, release, n, edges, sort, types, sections, lengths } = head;
  require(typeof shape === 'string' && typeof release === 'string', 'shape or release is missing');
  require(isCount(n) && isCount(edges), 'n or edges is no count');
  require(sort === 'term' || sort === 'code', 'sort is unknown');
  require(Array.isArray(types), 'types is no list');
  require(Array.isArray(sections), 'sections is no list');
  require(Array.isArray(lengths) &&
    lengths.length === partsCount &&
    lengths.every(isCount), 'lengths is no list of six counts');
  return value as Head;
}

function readHead(buffer: ArrayBuffer): { head: Head; end: number } {
  require(buffer.byteLength >= 4, 'the length of the head is missing');
  const length = new DataView(buffer).getUint32(0, true);
  require(4 + length <= buffer.byteLength, 'the head is cut short');
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  try {
    return { head: checkedHead(JSON.parse(text)), end: 4 + length };
  } catch (error) {
    if (error instanceof TreeFormatError) throw error;
    throw new TreeFormatError('the head is no JSON');
  }
}

function splitParts(buffer: ArrayBuffer, start: number, lengths: number[]): Uint8Array[] {
  let at = start;
  const parts = lengths.map((length) => {
    require(at + length <= buffer.byteLength, 'a part is cut short');
    const part = new Uint8Array(buffer, at, length);
    at += length;
    return part;
  });
  require(at === buffer.byteLength, 'bytes follow the last part');
  return parts;
}

function readStarts(bytes: Uint8Array, count: number, edges: number): Uint32Array {
  const reader = new VarintReader(bytes);
  const starts = new Uint32Array(count + 1);
  for (let code = 0; code < count; code++) {
    const next = (starts[code] as number) + reader.next();
    require(next <= edges, 'there are more children than edges');
    starts[code + 1] = next;
  }
  require(reader.isAtEnd && starts[count] === edges, 'the numbers of children do not add up');
  return starts;
}

function readChildren(bytes: Uint8Array, starts: Uint32Array, count: number): Uint32Array {
  const reader = new VarintReader(bytes);
  const children = new Uint32Array(starts[count] as number);
  for (let code = 0; code < count; code++) {
    let last = code;
    for (let edge = starts[code] as number; edge < (starts[code + 1] as number); edge++) {
      last += reader.nextSigned();
      require(last >= 0 && last < count, 'a child is no code of the tree');
      children[edge] = last;
    }
  }
  require(reader.isAtEnd, 'bytes follow the last child');
  return children;
}

function readCodes(bytes: Uint8Array, count: number): string[] {
  if (count === 0) {
    require(bytes.length === 0, 'codes follow although there are none');
    return [];
  }
  const codes = new TextDecoder().decode(bytes).split('\n');
  require(codes.length === count && codes.every((code) => code !== ''), 'codes are missing');
  return codes;
}

function readTops(bytes: Uint8Array, count: number): Uint32Array {
  const reader = new VarintReader(bytes);
  const tops: number[] = [];
  while (!reader.isAtEnd) {
    const top = reader.next();
    require(top < count, 'a top is no code of the tree');
    tops.push(top);
  }
  return Uint32Array.from(tops);
}

function parentsFrom(starts: Uint32Array, children: Uint32Array, count: number) {
  const parentStart = new Uint32Array(count + 1);
  for (const child of children) parentStart[child + 1] = (parentStart[child + 1] as number) + 1;
  for (let code = 0; code < count; code++) {
    parentStart[code + 1] = (parentStart[code + 1] as number) + (parentStart[code] as number);
  }
  const free = parentStart.slice();
  const parents = new Uint32Array(children.length);
  for (let code = 0; code < count; code++) {
    for (let edge = starts[code] as number; edge < (starts[code + 1] as number); edge++) {
      const child = children[edge] as number;
      const place = free[child] as number;
      parents[place] = code;
      free[child] = place + 1;
    }
  }
  return { parentStart, parents };
}

// Parents before children. A cycle would leave codes without a place.
function orderOf(starts: Uint32Array, children: Uint32Array, parentStart: Uint32Array) {
  const count = starts.length - 1;
  const order = new Uint32Array(count);
  const rank = new Uint32Array(count);
  const missing = new Uint32Array(count);
  let end = 0;
  for (let code = 0; code < count; code++) {
    missing[code] = (parentStart[code + 1] as number) - (parentStart[code] as number);
    if (missing[code] === 0) order[end++] = code;
  }
  for (let at = 0; at < end; at++) {
    const code = order[at] as number;
    rank[code] = at;
    for (let edge = starts[code] as number; edge < (starts[code + 1] as number); edge++) {
      const child = children[edge] as number;
      const left = (missing[child] as number) - 1;
      missing[child] = left;
      if (left === 0) order[end++] = child;
    }
  }
  require(end === count, 'a code is its own ancestor');
  return { order, rank };
}

function checkedSections(head: Head, topsCount: number): Section[] {
  const sections = head.sections.map(([title, firstTop, tops]) => {
    require(typeof title === 'string' &&
      isCount(firstTop) &&
      isCount(tops), 'a section is damaged');
    return { title, firstTop, topsCount: tops };
  });
  let next = 0;
  for (const section of sections) {
    require(section.firstTop === next, 'the sections leave a gap');
    next += section.topsCount;
  }
  require(next === topsCount, 'the sections do not hold all tops');
  return sections;
}

function decodeParts(buffer: ArrayBuffer): Tree {
  const { head, end } = readHead(buffer);
  const parts = splitParts(buffer, end, head.lengths) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const count = head.n;
  const childStart = readStarts(parts[0], count, head.edges);
  const children = readChildren(parts[1], childStart, count);
  require(parts[2].length === count && parts[3].length === count, 'types or flags are missing');
  require(parts[2].every((type) => type < head.types.length), 'a code is of an unknown type');
  const codes = readCodes(parts[4], count);
  const tops = readTops(parts[5], count);
  const { parentStart, parents } = parentsFrom(childStart, children, count);
  return {
    shape: head.shape,
    release: head.release,
    sort: head.sort,
    types: head.types,
    sections: checkedSections(head, tops.length),
    count,
    codes,
    type: parts[2].slice(),
    flags: parts[3].slice(),
    tops,
    childStart,
    children,
    parentStart,
    parents,
    ...orderOf(childStart, children, parentStart),
    ordinalOf: new Map(codes.map((code, ordinal) => [code, ordinal])),
  };
}

export function decodeTree(buffer: ArrayBuffer): Tree {
  try {
    return decodeParts(buffer);
  } catch (error) {
    if (error instanceof RangeError) throw new TreeFormatError(error.message);
    throw error;
  }
}

export type TreeToEncode = Pick<
  Tree,
  'release' | 'sort' | 'types' | 'sections' | 'codes' | 'type' | 'flags' | 'tops'
> & { childrenOf: readonly (readonly number[])[] };

export function encodeTree(tree: TreeToEncode): ArrayBuffer {
  const counts = new VarintWriter();
  const children = new VarintWriter();
  const tops = new VarintWriter();
  tree.childrenOf.forEach((list, code) => {
    counts.write(list.length);
    let last = code;
    for (const child of list) {
      children.writeSigned(child - last);
      last = child;
    }
  });
  for (const top of tree.tops) tops.write(top);
  const codes = new TextEncoder().encode(tree.codes.join('\n'));
  const parts = [counts.finish(), children.finish(), tree.type, tree.flags, codes, tops.finish()];
  const head: Head = {
    shape: crc32Text(codes),
    release: tree.release,
    n: tree.codes.length,
    edges: tree.childrenOf.reduce((sum, list) => sum + list.length, 0),
    sort: tree.sort,
    types: tree.types,
    sections: tree.sections.map(({ title, firstTop, topsCount }) => [title, firstTop, topsCount]),
    lengths: parts.map((part) => part.length),
  };
  const headBytes = new TextEncoder().encode(JSON.stringify(head));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, headBytes.length, true);
  const all = [length, headBytes, ...parts];
  const bytes = new Uint8Array(all.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of all) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes.buffer;
}
