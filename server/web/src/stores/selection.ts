// The codes that are selected for one step. A range goes from the anchor to the focused row.
import { signal } from '@preact/signals';

export class Selection {
  readonly codes = signal<ReadonlySet<number>>(new Set());
  private anchor = -1;

  toggle(code: number, row: number): void {
    const codes = new Set(this.codes.value);
    if (!codes.delete(code)) codes.add(code);
    this.codes.value = codes;
    this.anchor = row;
  }

  // Shift and an arrow: from where the range began to the row reached.
  extendTo(row: number, from: number, codeAt: (row: number) => number): void {
    if (this.anchor < 0) this.anchor = from;
    const first = Math.min(this.anchor, row);
    const last = Math.max(this.anchor, row);
    const codes = new Set<number>();
    for (let at = first; at <= last; at++) {
      const code = codeAt(at);
      if (code >= 0) codes.add(code);
    }
    this.codes.value = codes;
  }

  setAll(codes: Iterable<number>): void {
    this.codes.value = new Set(codes);
  }

  clear(): void {
    this.anchor = -1;
    if (this.codes.value.size > 0) this.codes.value = new Set();
  }
}
