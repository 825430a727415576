// The codes as a list: each once, one below the other, under the headers of their types.
import type { Rows } from './rows.ts';
import type { Tree } from './tree.ts';

function titlesOf(tree: Tree, shown: (code: number) => boolean): Map<number, number[]> {
  const codes = new Map<number, number[]>();
  tree.sections.forEach(({ title }, section) => {
    const type = tree.types.indexOf(title);
    const own: number[] = [];
    for (let code = 0; code < tree.count; code++) {
      if (tree.type[code] === type && shown(code)) own.push(code);
    }
    if (own.length > 0) codes.set(section, own);
  });
  return codes;
}

// `kept`: the codes that a filter shows; all without one. Sorted as the terms say.
export function flatRows(
  tree: Tree,
  kept: Uint8Array | null,
  termOf: (code: number) => string,
): Rows {
  const sections = titlesOf(tree, (code) => kept === null || kept[code] === 1);
  let length = 0;
  for (const codes of sections.values()) length += 1 + codes.length;
  const rows: Rows = {
    length,
    code: new Int32Array(length),
    depth: new Uint8Array(length),
    edge: new Int32Array(length),
    parent: new Int32Array(length).fill(-1),
    isRepeat: new Uint8Array(length),
    isOpen: new Uint8Array(length),
    positionInSet: new Uint32Array(length).fill(1),
    setSize: new Uint32Array(length).fill(1),
    rowOf: new Int32Array(tree.count).fill(-1),
  };
  const collator = new Intl.Collator('en-GB', { numeric: true });
  let row = 0;
  for (const [section, codes] of sections) {
    const header = row++;
    rows.code[header] = -1 - section;
    if (tree.sort === 'term') {
      const terms = new Map(codes.map((code) => [code, termOf(code)]));
      codes.sort((one, other) => collator.compare(terms.get(one) ?? '', terms.get(other) ?? ''));
    }
    codes.forEach((code, at) => {
      rows.code[row] = code;
      rows.parent[row] = header;
      rows.positionInSet[row] = at + 1;
      rows.setSize[row] = codes.length;
      rows.rowOf[code] = row++;
    });
  }
  return rows;
}
