// A table of codes after its problems have been settled.
import { readTable, writeTable } from './csv-table.ts';

export type Choice = { kind: 'use'; code: string } | { kind: 'leave-out' };

export type Layout = {
  separator: string;
  columns: string[]; // as the server names them
  codeColumn: number;
  hasHeader: boolean;
};

// Titles that the server would take for those of codes, in lower case.
const codeTitles = new Set([
  ...['ctv3id', 'ctv3code', 'ctv3_id', 'snomedct_id', 'snomedcode', 'snomed_id', 'dmd', 'dmd_id'],
  ...['icd10', 'icd code', 'icd_code', 'icd', 'icd10_code', 'id', 'code'],
]);

const plain = (title: string) => title.trim().toLowerCase();

// One column is titled code, and no other in such a way.
function titlesOf({ columns, codeColumn }: Layout, titles: string[]): string[] {
  return columns.map((name, column) => {
    const title = (titles[column] ?? name).trim();
    if (column === codeColumn) return ['code', 'dmd_id'].includes(title) ? title : 'code';
    return codeTitles.has(plain(title)) ? `${title}_` : title;
  });
}

// The rows below the header, as they are now.
function mendedRows(text: string, layout: Layout, choices: Map<number, Choice>): string[][] {
  const rows = readTable(text, layout.separator);
  const mended: string[][] = [];
  for (const { number, cells } of layout.hasHeader ? rows.slice(1) : rows) {
    const choice = choices.get(number);
    if (choice?.kind === 'leave-out') continue;
    const after = [...cells];
    while (after.length < layout.columns.length) after.push('');
    if (choice?.kind === 'use') after[layout.codeColumn] = choice.code;
    mended.push(after);
  }
  return mended;
}

export function mendedTable(text: string, layout: Layout, choices: Map<number, Choice>): string {
  const titles = layout.hasHeader ? (readTable(text, layout.separator)[0]?.cells ?? []) : [];
  return writeTable([titlesOf(layout, titles), ...mendedRows(text, layout, choices)]);
}

// Only the codes, below a title.
export function mendedCodes(text: string, layout: Layout, choices: Map<number, Choice>): string {
  const codes = mendedRows(text, layout, choices).map((cells) => [cells[layout.codeColumn] ?? '']);
  return writeTable([['code'], ...codes]);
}
