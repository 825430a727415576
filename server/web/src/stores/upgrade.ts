// The settling of an upgrade: what the draft has come to, and the writes that change it, one after
// the other. A write shows at once; what the server answers then counts.
import { computed, signal } from '@preact/signals';
import { type Problem, sentenceOf } from '../api/problem.ts';
import type { Preview, UpgradeApi } from '../api/upgrade-api.ts';
import {
  type Group,
  groupOf,
  groups,
  isOpen,
  type Suggestion,
  suggestionFor,
  type Update,
  type UpgradedCode,
  type UpgradeState,
  updatesOf,
} from '../engine/upgrade.ts';
import { type Rest, successorReason } from '../words/upgrade.ts';

export type UpgradeProps = {
  draft: string;
  source: string;
  release: string;
  decided: string[];
  version: string; // where the saved version is
};

type Step = { position: number; codes: string[] };
type Loaded = { preview: Preview; state: UpgradeState };

export class UpgradeStore {
  readonly props: UpgradeProps;
  readonly codes: UpgradedCode[];
  readonly terms: Record<string, string>;
  readonly searches: ReadonlyMap<number, string>;
  readonly state;
  readonly problem = signal('');
  readonly said = signal('');
  readonly isSaving = signal(false);
  readonly steps = signal<Step[]>([]); // made here, and not undone
  readonly open = computed(() => this.codes.filter((code) => isOpen(code, this.state.value)));
  private readonly reasons = new Map<string, string>(); // by code
  private readonly api: UpgradeApi;
  private position = 0;
  private queue: Promise<void> = Promise.resolve();
  private waitingWrites = 0;

  constructor(api: UpgradeApi, props: UpgradeProps, { preview, state }: Loaded) {
    this.api = api;
    this.props = props;
    this.codes = preview.codes
      .filter(({ code }) => state.statuses.has(code))
      .sort((a, b) => a.term.localeCompare(b.term, 'en-GB'));
    this.terms = preview.parent_terms;
    this.searches = new Map(preview.searches.map(({ id, term, code }) => [id, term ?? code ?? '']));
    this.state = signal(state);
  }

  static async load(api: UpgradeApi, props: UpgradeProps): Promise<UpgradeStore | Problem> {
    const [preview, statuses, waiting] = await Promise.all([
      api.preview(props.source, props.release),
      api.statuses(0),
      api.waiting(0),
    ]);
    if (!preview.ok) return preview.problem;
    if (!statuses.ok) return statuses.problem;
    if (!waiting.ok) return waiting.problem;
    const state = {
      statuses: new Map(Object.entries(statuses.data.statuses)),
      waiting: new Set(waiting.data.assumptions.map(({ code }) => code)),
      decided: new Set(props.decided),
    };
    return new UpgradeStore(api, props, { preview: preview.data, state });
  }

  inGroup(group: Group): UpgradedCode[] {
    return this.codes.filter((code) => groupOf(code) === group);
  }

  firstGroup(): Group {
    const open = groups.find((group) => this.open.value.some((code) => groupOf(code) === group));
    return open ?? groups.find((group) => this.inGroup(group).length > 0) ?? 'new';
  }

  suggestion(code: UpgradedCode): Suggestion | null {
    return suggestionFor(code, this.state.value);
  }

  decide(code: UpgradedCode, sign: '+' | '-'): void {
    this.write([code.code], [[code.code, sign]], this.reasons.get(code.code) ?? '');
  }

  accept(code: UpgradedCode, suggestion = this.suggestion(code)): void {
    if (!suggestion) return;
    if (suggestion.kind === 'confirm') {
      this.confirm([code.code]);
      return;
    }
    const given = this.reasons.get(code.code);
    const usual = suggestion.kind === 'successor' ? successorReason(code.term) : '';
    this.write([code.code], updatesOf(code, suggestion), given ?? usual);
  }

  // What acceptRest() would do.
  rest(): Rest {
    const rest: Rest = { confirm: 0, successors: 0, keep: 0, exclude: 0 };
    for (const code of this.open.value) {
      const suggestion = this.suggestion(code);
      if (suggestion?.kind === 'confirm') ++rest.confirm;
      if (suggestion?.kind === 'successor') ++rest.successors;
      if (suggestion?.kind === 'keep') ++rest.keep;
      if (suggestion?.kind === 'exclude') ++rest.exclude;
    }
    return rest;
  }

  acceptRest(): void {
    const confirmed: string[] = [];
    const updates = new Map<string, Update>();
    for (const code of this.open.value) {
      const suggestion = this.suggestion(code);
      if (!suggestion) continue;
      if (suggestion.kind === 'confirm') confirmed.push(code.code);
      for (const update of updatesOf(code, suggestion)) updates.set(update[0], update);
    }
    const left = confirmed.filter((code) => !updates.has(code));
    if (updates.size > 0) this.write([...updates.keys()], [...updates.values()], '');
    if (left.length > 0) this.confirm(left);
  }

  // For the decision on the code that was made here, or for the next one.
  giveReason(code: UpgradedCode, reason: string): void {
    this.reasons.set(code.code, reason);
    this.enqueue(async () => {
      const step = this.steps.value.findLast(({ codes }) => codes.includes(code.code));
      if (!step || !reason) return;
      const answer = await this.api.giveReason(step.position, reason, crypto.randomUUID());
      if (!answer.ok) await this.fail(answer.problem);
    });
  }

  reasonFor(code: UpgradedCode): string {
    return this.reasons.get(code.code) ?? '';
  }

  undo(): void {
    this.enqueue(async () => {
      const answer = await this.api.undo(crypto.randomUUID());
      if (!answer.ok) return this.fail(answer.problem);
      this.position = answer.data.position;
      const decided = new Set(this.state.value.decided);
      for (const code of this.steps.value.at(-1)?.codes ?? []) decided.delete(code);
      this.steps.value = this.steps.value.slice(0, -1);
      this.state.value = { ...this.state.value, decided };
      await this.readAgain();
    });
  }

  save(): void {
    this.isSaving.value = true;
    this.enqueue(async () => {
      const answer = await this.api.save(crypto.randomUUID());
      if (answer.ok) {
        location.assign(this.props.version);
        return;
      }
      this.isSaving.value = false;
      await this.fail(answer.problem);
    });
  }

  private confirm(codes: string[]): void {
    const waiting = new Set(this.state.value.waiting);
    for (const code of codes) waiting.delete(code);
    this.state.value = { ...this.state.value, waiting };
    this.enqueue(async () => {
      const answer = await this.api.confirm(codes, crypto.randomUUID());
      if (!answer.ok) return this.fail(answer.problem);
      await this.note(codes, answer.data.position);
    });
  }

  private write(about: string[], updates: Update[], reason: string): void {
    const { statuses: before, waiting: stillWaiting, decided: known } = this.state.value;
    const statuses = new Map(before);
    const waiting = new Set(stillWaiting);
    const decided = new Set(known);
    for (const [code, sign] of updates) {
      statuses.set(code, sign);
      waiting.delete(code);
      decided.add(code);
    }
    this.state.value = { statuses, waiting, decided };
    this.enqueue(async () => {
      const answer = await this.api.decide(updates, reason, crypto.randomUUID());
      if (!answer.ok) return this.fail(answer.problem);
      const now = new Map(this.state.value.statuses);
      for (const [code, status] of Object.entries(answer.data.changed)) {
        if (status === null) now.delete(code);
        else now.set(code, status);
      }
      this.state.value = { ...this.state.value, statuses: now };
      await this.note(about, answer.data.position);
    });
  }

  private async note(codes: string[], position: number): Promise<void> {
    this.position = position;
    this.steps.value = [...this.steps.value, { position, codes }];
    this.problem.value = '';
    // A decision settles the assumptions below it, too.
    if (this.waitingWrites > 1) return;
    const answer = await this.api.waiting(position);
    if (!answer.ok) return;
    const waiting = new Set(answer.data.assumptions.map(({ code }) => code));
    this.state.value = { ...this.state.value, waiting };
  }

  private enqueue(work: () => Promise<void>): void {
    ++this.waitingWrites;
    this.queue = this.queue.then(work).finally(() => {
      --this.waitingWrites;
    });
  }

  private async fail(problem: Problem): Promise<void> {
    this.problem.value = sentenceOf(problem);
    await this.readAgain();
  }

  private async readAgain(): Promise<void> {
    const [statuses, waiting] = await Promise.all([
      this.api.statuses(this.position),
      this.api.waiting(this.position),
    ]);
    if (!statuses.ok || !waiting.ok) return;
    this.state.value = {
      statuses: new Map(Object.entries(statuses.data.statuses)),
      waiting: new Set(waiting.data.assumptions.map(({ code }) => code)),
      decided: this.state.value.decided,
    };
  }
}
