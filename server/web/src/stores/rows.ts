// The rows of a long list, fetched in blocks as they come into view. What was shown stays until the
// first rows of another question are here.
import { signal } from '@preact/signals';
import type { Result } from '../api/client.ts';
import { sentenceOf } from '../api/problem.ts';
import type { CodeRow, RowsAnswer, RowsQuery } from '../api/version-api.ts';
import { type Clock, systemClock } from './clock.ts';

export const blockRows = 200;
const blocksMax = 100;
const pauseMs = 60; // a scroll passes many blocks that nobody looks at

export type Question = Pick<RowsQuery, 'text' | 'show' | 'type' | 'sort'>;
export type ListedRow = { row: CodeRow; cells: string[] };
type ReadRows = (query: RowsQuery, signal: AbortSignal) => Promise<Result<RowsAnswer>>;

type Shown = { question: Question; total: number; blocks: Map<number, ListedRow[]> };

function listed({ rows, cells }: RowsAnswer): ListedRow[] {
  return rows.map((row, at) => ({ row, cells: cells?.[at] ?? [] }));
}

export class RowsStore {
  readonly question = signal<Question>({ text: '', show: 'all', type: '', sort: '' });
  readonly shown = signal<Shown | null>(null);
  readonly arrived = signal(0); // grows with each block
  readonly isBusy = signal(false);
  readonly problem = signal<string | null>(null);
  private readonly read: ReadRows;
  private readonly clock: Clock;
  private wanted: number[] = [];
  private asking: AbortController | null = null; // for the first rows of a question
  private readonly fetching = new Map<number, AbortController>();
  private readonly failed = new Set<number>();
  private stopTimer: (() => void) | null = null;

  constructor(read: ReadRows, clock: Clock = systemClock) {
    this.read = read;
    this.clock = clock;
  }

  // Shows the answer to another question, once its rows from `first` on are here.
  async ask(question: Question, first = 0): Promise<void> {
    this.question.value = question;
    this.asking?.abort();
    const asking = new AbortController();
    this.asking = asking;
    this.isBusy.value = true;
    const block = Math.floor(first / blockRows);
    const answer = await this.fetch(question, block, asking);
    if (this.asking !== asking || !answer) return;
    this.isBusy.value = false;
    if (!answer.ok) {
      this.problem.value = sentenceOf(answer.problem);
      return;
    }
    this.stopFetching(() => true);
    this.failed.clear();
    this.problem.value = null;
    const blocks = new Map([[block, listed(answer.data)]]);
    this.shown.value = { question, total: answer.data.total, blocks };
    this.arrived.value++;
  }

  // Undefined until the row is here.
  row(number: number): ListedRow | undefined {
    void this.arrived.value;
    const block = this.shown.value?.blocks.get(Math.floor(number / blockRows));
    return block?.[number % blockRows];
  }

  // The rows in view: those that are missing are fetched.
  want(first: number, after: number): void {
    const { value: shown } = this.shown;
    if (!shown || after <= first) return;
    const last = Math.floor((after - 1) / blockRows);
    this.wanted = [];
    for (let block = Math.floor(first / blockRows); block <= last; block++) {
      if (!shown.blocks.has(block)) this.wanted.push(block);
    }
    this.stopFetching((block) => !this.wanted.includes(block));
    this.forgetProblem();
    if (this.wanted.length === 0 || this.stopTimer) return;
    this.stopTimer = this.clock.after(pauseMs, () => {
      this.stopTimer = null;
      for (const block of this.wanted) void this.fetchBlock(block);
    });
  }

  retry(): void {
    this.problem.value = null;
    if (this.shown.value?.question !== this.question.value) void this.ask(this.question.value);
    else for (const block of this.wanted) void this.fetchBlock(block);
  }

  // Once no row in view has it any more; that of a question stays until there is an answer.
  private forgetProblem(): void {
    if (this.shown.value?.question !== this.question.value) return;
    if (!this.wanted.some((block) => this.failed.has(block))) this.problem.value = null;
  }

  private stopFetching(isUnwanted: (block: number) => boolean): void {
    for (const [block, controller] of this.fetching) {
      if (!isUnwanted(block)) continue;
      controller.abort();
      this.fetching.delete(block);
    }
  }

  private async fetchBlock(block: number): Promise<void> {
    const { value: shown } = this.shown;
    if (!shown || this.fetching.has(block) || shown.blocks.has(block)) return;
    const controller = new AbortController();
    this.fetching.set(block, controller);
    const answer = await this.fetch(shown.question, block, controller);
    if (!answer) return;
    if (this.fetching.get(block) === controller) this.fetching.delete(block);
    if (!answer.ok) {
      this.failed.add(block);
      this.problem.value = sentenceOf(answer.problem);
      return;
    }
    this.failed.delete(block);
    this.forgetProblem();
    shown.blocks.set(block, listed(answer.data));
    const [oldest] = shown.blocks.keys();
    if (shown.blocks.size > blocksMax && oldest !== undefined) shown.blocks.delete(oldest);
    this.arrived.value++;
  }

  // Nothing if somebody stopped it.
  private async fetch(
    question: Question,
    block: number,
    controller: AbortController,
  ): Promise<Result<RowsAnswer> | undefined> {
    const query = { ...question, offset: block * blockRows, limit: blockRows };
    try {
      return await this.read(query, controller.signal);
    } catch (error) {
      if (controller.signal.aborted) return undefined;
      throw error;
    }
  }
}
