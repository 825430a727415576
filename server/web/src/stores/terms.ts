// The terms of a tree's codes: all at once for most drafts, in blocks as they are needed for large
// ones.
import { signal } from '@preact/signals';
import type { Result } from '../api/client.ts';

const termsInBlock = 4_096;
const allAtOnceMax = 40_000;

type ReadTerms = (block: number | 'all') => Promise<Result<string>>;

export class Terms {
  readonly arrived = signal(0);
  readonly isPartial: boolean;
  private readonly blocks = new Map<number, string[]>();
  private readonly asked = new Set<number>();
  private readonly read: ReadTerms;

  constructor(count: number, read: ReadTerms) {
    this.read = read;
    this.isPartial = count > allAtOnceMax;
    if (!this.isPartial) void this.fetchAll();
  }

  // Undefined until the term is here; asks for it.
  of(code: number): string | undefined {
    const number = this.isPartial ? Math.floor(code / termsInBlock) : 0;
    const block = this.blocks.get(number);
    if (!block && this.isPartial) void this.fetchBlock(number);
    return block?.[this.isPartial ? code % termsInBlock : code];
  }

  private async fetchAll(): Promise<void> {
    const result = await this.read('all');
    if (result.ok) this.take(0, result.data);
  }

  private async fetchBlock(number: number): Promise<void> {
    if (this.asked.has(number)) return;
    this.asked.add(number);
    const result = await this.read(number);
    if (result.ok) this.take(number, result.data);
    else this.asked.delete(number);
  }

  private take(number: number, text: string): void {
    this.blocks.set(number, text.split('\n'));
    this.arrived.value++;
  }
}
