// Reads and writes tables as the server does: a quote inside an unquoted cell stands for itself,
// and text behind a closing quote belongs to the cell.

type TableRow = { number: number; cells: string[] }; // numbers as in spreadsheets, from 1

const byteOrderMark = '\uFEFF';

class Reader {
  private readonly text: string;
  private readonly separator: string;
  private at = 0;

  constructor(text: string, separator: string) {
    this.text = text;
    this.separator = separator;
    while (this.text[this.at] === byteOrderMark) this.at += 1;
  }

  // A blank line is a row without cells.
  row(): string[] | null {
    if (this.at >= this.text.length) return null;
    const cells: string[] = [];
    while (!this.passLineEnd()) {
      cells.push(this.cell());
      if (this.text[this.at] !== this.separator) {
        this.passLineEnd();
        break;
      }
      this.at += 1;
      if (this.isAtEnd()) {
        cells.push('');
        this.passLineEnd();
        break;
      }
    }
    return cells;
  }

  private isAtEnd(): boolean {
    const next = this.text[this.at];
    return next === undefined || next === '\n' || next === '\r';
  }

  private passLineEnd(): boolean {
    if (!this.isAtEnd()) return false;
    this.at += this.text.startsWith('\r\n', this.at) ? 2 : 1;
    return true;
  }

  private cell(): string {
    let cell = '';
    if (this.text[this.at] === '"') {
      this.at += 1;
      for (;;) {
        const quote = this.text.indexOf('"', this.at);
        cell += this.text.slice(this.at, quote < 0 ? undefined : quote);
        this.at = quote < 0 ? this.text.length : quote + 1;
        if (this.text[this.at] !== '"' || quote < 0) break;
        cell += '"';
        this.at += 1;
      }
    }
    const begin = this.at;
    while (!this.isAtEnd() && this.text[this.at] !== this.separator) this.at += 1;
    return cell + this.text.slice(begin, this.at);
  }
}

const isBlank = (cells: string[]) => cells.every((cell) => cell.trim() === '');

// The rows that are not blank.
export function readTable(text: string, separator: string): TableRow[] {
  const reader = new Reader(text, separator);
  const rows: TableRow[] = [];
  for (let number = 1; ; number += 1) {
    const cells = reader.row();
    if (cells === null) return rows;
    if (!isBlank(cells)) rows.push({ number, cells });
  }
}

function writtenCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export function writeTable(rows: string[][]): string {
  return rows.map((cells) => `${cells.map(writtenCell).join(',')}\n`).join('');
}
