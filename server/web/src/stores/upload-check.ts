// A table on its way to the server: its problems, and what is to become of each row.
import { computed, signal } from '@preact/signals';
import { sentenceOf } from '../api/problem.ts';
import type { UploadApi, UploadCheck, UploadProblem } from '../api/upload-api.ts';
import { writeTable } from '../engine/csv-table.ts';
import { type Choice, type Layout, mendedCodes, mendedTable } from '../engine/mended-table.ts';

export type Table = { name: string; text: string; encoding: string; isTyped: boolean };

// The server takes rows with these.
const harmless = new Set(['inactive', 'duplicate']);

const isHarmless = ({ kind }: UploadProblem): boolean => harmless.has(kind);

const shownAtFirst = 100;

export class UploadStore {
  readonly table = signal<Table | null>(null);
  readonly check = signal<UploadCheck | null>(null);
  readonly isChecking = signal(false);
  readonly failure = signal('');
  readonly choices = signal<ReadonlyMap<number, Choice>>(new Map());
  readonly isWhole = signal(false); // all problems are shown, not only the first
  // The open row for which the form has not been sent, and how often.
  readonly stopped = signal<{ row: number; times: number } | null>(null);

  readonly ofFile = computed(() => this.problems((problem) => problem.column === null));
  readonly ofRows = computed(() => this.problems((problem) => problem.column !== null));
  readonly shown = computed(() =>
    this.isWhole.value ? this.ofRows.value : this.ofRows.value.slice(0, shownAtFirst),
  );
  // Also of those that are not listed.
  readonly rowsToLookAt = computed(
    () => (this.check.value?.problems_count ?? 0) - this.ofFile.value.length,
  );
  // Rows that the server would refuse, and that nobody has settled yet.
  readonly open = computed(() =>
    this.ofRows.value.filter(
      (problem) => !isHarmless(problem) && !this.choices.value.has(problem.row),
    ),
  );
  readonly sure = computed(() =>
    this.ofRows.value.filter(
      ({ row, suggestions }) => suggestions.length === 1 && !this.choices.value.has(row),
    ),
  );
  // Not all problems are known, so they cannot be settled here.
  readonly isCut = computed(() => {
    const { value } = this.check;
    return value !== null && value.problems_count > value.problems.length;
  });

  private readonly api: UploadApi;
  private asked = 0;

  constructor(api: UploadApi) {
    this.api = api;
  }

  clear(): void {
    this.asked += 1;
    this.table.value = null;
    this.check.value = null;
    this.isChecking.value = false;
    this.failure.value = '';
    this.choices.value = new Map();
    this.isWhole.value = false;
    this.stopped.value = null;
  }

  // Of this table nothing is known yet.
  expect(table: Table): void {
    this.clear();
    this.table.value = table;
    this.isChecking.value = true;
  }

  async look(table: Table, codingSystem: string, column?: string): Promise<void> {
    this.expect(table);
    const { asked } = this;
    const upload = { csv: table.text, coding_system: codingSystem, ...(column && { column }) };
    const result = await this.api.check(upload);
    if (asked !== this.asked) return;
    this.isChecking.value = false;
    if (!result.ok) {
      this.failure.value = sentenceOf(result.problem);
      return;
    }
    this.check.value = result.data;
    if (this.isCut.value) return;
    const blank = this.ofRows.value.filter(({ kind }) => kind === 'blank');
    this.settle(blank.map(({ row }) => [row, { kind: 'leave-out' }]));
  }

  // Chosen once more, a choice is taken back.
  choose(row: number, choice: Choice | null): void {
    const choices = new Map(this.choices.value);
    if (choice) choices.set(row, choice);
    else choices.delete(row);
    this.choices.value = choices;
  }

  takeSuggestions(): void {
    this.settle(
      this.sure.value.map(({ row, suggestions }) => [
        row,
        { kind: 'use', code: suggestions[0]?.code ?? '' },
      ]),
    );
  }

  leaveOutOpen(): void {
    this.settle(this.open.value.map(({ row }) => [row, { kind: 'leave-out' }]));
  }

  // Whether rows are open that the server would refuse; they are then pointed out.
  stopsForOpen(): boolean {
    const [first] = this.open.value;
    if (this.isCut.value || !first) return false;
    if (!this.shown.value.includes(first)) this.isWhole.value = true;
    this.stopped.value = { row: first.row, times: (this.stopped.value?.times ?? 0) + 1 };
    return true;
  }

  // Nothing: the file can be sent as it is.
  mended(kind: 'codes' | 'table'): string | null {
    const { value: table } = this.table;
    const layout = this.layout();
    if (!table || !layout || this.isCut.value) return null;
    const choices = new Map(this.choices.value);
    if (kind === 'codes') return mendedCodes(table.text, layout, choices);
    const title = layout.columns[layout.codeColumn] ?? '';
    const isGood =
      layout.hasHeader &&
      ['code', 'dmd_id'].includes(title) &&
      choices.size === 0 &&
      this.ofFile.value.length === 0 &&
      table.encoding === 'utf-8';
    return isGood ? null : mendedTable(table.text, layout, choices);
  }

  problemsFile(head: string[]): string {
    const rows = this.ofRows.value.map(({ row, given, kind, detail, suggestions }) => [
      String(row),
      given,
      kind,
      detail,
      suggestions.map(({ code, term }) => `${code} ${term}`).join('; '),
    ]);
    return writeTable([head, ...rows]);
  }

  private problems(isWanted: (problem: UploadProblem) => boolean): UploadProblem[] {
    return this.check.value?.problems.filter(isWanted) ?? [];
  }

  private settle(choices: [number, Choice][]): void {
    this.choices.value = new Map([...this.choices.value, ...choices]);
  }

  private layout(): Layout | null {
    const { value: check } = this.check;
    return (
      check && {
        separator: check.separator,
        columns: check.columns,
        codeColumn: check.columns.indexOf(check.code_column),
        hasHeader: check.has_header,
      }
    );
  }
}
