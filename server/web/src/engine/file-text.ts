import { writeTable } from './csv-table.ts';

// The text of a file that somebody chose, whatever its encoding.

type FileText = { text: string; encoding: 'utf-8' | 'utf-16' | 'windows-1252' };

// Byte order marks of UTF-8 stay: the server speaks of them.
export function textOf(bytes: Uint8Array): FileText {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) {
    return { text: new TextDecoder('utf-16le').decode(bytes), encoding: 'utf-16' };
  }
  if (first === 0xfe && second === 0xff) {
    return { text: new TextDecoder('utf-16be').decode(bytes), encoding: 'utf-16' };
  }
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    return { text: decoder.decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
  }
}

// Pasted lines: the code ends at the first comma, semicolon, tab or pipe, and a term may follow.
// Row n of the table is line n − 1.
export function tableOfLines(text: string): string {
  const rows = text.split('\n').map((line) => {
    const [code = '', ...rest] = line.split(/[,;\t|]/);
    return [code.trim(), rest.join(' ').trim()];
  });
  return writeTable([['code', 'term'], ...rows]);
}
