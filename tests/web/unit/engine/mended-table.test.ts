import { expect, test } from 'vitest';
import { readTable, writeTable } from '../../../../server/web/src/engine/csv-table.ts';
import { tableOfLines, textOf } from '../../../../server/web/src/engine/file-text.ts';
import {
  type Choice,
  mendedCodes,
  mendedTable,
} from '../../../../server/web/src/engine/mended-table.ts';

const cellsOf = (text: string, separator = ',') =>
  readTable(text, separator).map(({ number, cells }) => [number, ...cells]);

test('tables are read as the server reads them', () => {
  expect(cellsOf('a,b\n1,2\n')).toEqual([
    [1, 'a', 'b'],
    [2, '1', '2'],
  ]);
  expect(cellsOf('\uFEFFa\r\n\r\n ,\r\n"x, ""y""\nz",\r\nlast')).toEqual([
    [1, 'a'],
    [4, 'x, "y"\nz', ''],
    [5, 'last'],
  ]);
  expect(cellsOf('a"b;"c"d;e,f', ';')).toEqual([[1, 'a"b', 'cd', 'e,f']]);
  expect(cellsOf('"never closed\n1')).toEqual([[1, 'never closed\n1']]);
  expect(cellsOf('')).toEqual([]);
  expect(cellsOf('a,\n,b')).toEqual([
    [1, 'a', ''],
    [2, '', 'b'],
  ]);
});

test('what was written is read again', () => {
  const rows = [
    ['code', 'term'],
    ['1', 'a "b", c'],
    ['2', 'line\nbreak'],
  ];
  expect(readTable(writeTable(rows), ',').map(({ cells }) => cells)).toEqual(rows);
});

const use = (code: string): Choice => ({ kind: 'use', code });

test('choices change their rows, by the numbers of the file', () => {
  const layout = { separator: ';', columns: ['code', 'term'], codeColumn: 0, hasHeader: true };
  const text = '\uFEFFcode;term\n\n1E+08;a, b\nx;c\n3;d\n';
  const choices = new Map([
    [3, use('100')],
    [4, { kind: 'leave-out' } as Choice],
  ]);
  expect(mendedTable(text, layout, choices)).toBe('code,term\n100,"a, b"\n3,d\n');
  expect(mendedCodes(text, layout, choices)).toBe('code\n100\n3\n');
});

test('one column is titled code, and no other would be taken for it', () => {
  const layout = {
    separator: ',',
    columns: ['id', 'Number', 'Code'],
    codeColumn: 1,
    hasHeader: true,
  };
  expect(mendedTable('id,Number,Code\n1,2,3\n', layout, new Map())).toBe('id_,code,Code_\n1,2,3\n');
  const headless = { ...layout, columns: ['column 1', 'column 2'], hasHeader: false };
  expect(mendedTable('a,b\nc\n', headless, new Map())).toBe('column 1,code\na,b\nc,\n');
  const dmd = { ...layout, columns: ['dmd_id', 'name'], codeColumn: 0 };
  expect(mendedTable('dmd_id,name\n1,x\n', dmd, new Map())).toBe('dmd_id,name\n1,x\n');
});

test('files have the encoding that their bytes show', () => {
  const bytes = (...all: number[]) => new Uint8Array(all);
  expect(textOf(new TextEncoder().encode('Ménière'))).toEqual({
    text: 'Ménière',
    encoding: 'utf-8',
  });
  expect(textOf(bytes(0xef, 0xbb, 0xbf, 0x61)).text).toBe('\uFEFFa');
  expect(textOf(bytes(0x4d, 0xe9, 0x6e))).toEqual({ text: 'Mén', encoding: 'windows-1252' });
  expect(textOf(bytes(0xff, 0xfe, 0x61, 0x00))).toEqual({ text: 'a', encoding: 'utf-16' });
  expect(textOf(bytes(0xfe, 0xff, 0x00, 0x61)).text).toBe('a');
});

test('pasted lines keep their numbers', () => {
  expect(tableOfLines('1 |a b|\n\n2\tx\r\n"3;y')).toBe('code,term\n1,a b\n,\n2,x\n"""3",y\n');
});
