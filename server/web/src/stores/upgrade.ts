// The settling of an upgrade. On the screen is what the server confirmed, and on top of it the
// writes that wait for it, one after the other. A write that the server refuses is taken back.
import { batch, computed, signal } from '@preact/signals';
import type { Result } from '../api/client.ts';
import { type Problem, problemOf, sentenceOf } from '../api/problem.ts';
import type { Answer, Preview, UpgradeApi } from '../api/upgrade-api.ts';
import {
  type Group,
  groupOf,
  groups,
  isOpen,
  type Suggestion,
  stateAfter,
  suggestionFor,
  type Update,
  type UpgradedCode,
  type UpgradeState,
  updatesOf,
} from '../engine/upgrade.ts';
import { notAllSettled, type Rest, successorReason, successorsReason } from '../words/upgrade.ts';
import { type Clock, systemClock } from './clock.ts';
import { newKey } from './key.ts';
import { isEnding, Queue } from './queue.ts';

export type UpgradeProps = {
  draft: string;
  source: string;
  release: string;
  decided: string[];
  version: string; // where the saved version is
};

type Write = { key: string; codes: string[] } & (
  | { kind: 'decide'; updates: Update[]; reason: string }
  | { kind: 'confirm' }
  | { kind: 'reason'; reason: string }
  | { kind: 'undo' }
  | { kind: 'save' }
);
type Wish = Write extends infer W ? (W extends Write ? Omit<W, 'key'> : never) : never;

// `decided`: before the step.
type Step = { position: number; codes: string[]; decided: ReadonlySet<string> };

type UpgradeOptions = {
  api: UpgradeApi;
  props: UpgradeProps;
  clock?: Clock;
  leave?: (address: string) => void;
};
type Loaded = { preview: Preview; state: UpgradeState };

const isStep = ({ kind }: Write) => kind === 'decide' || kind === 'confirm';

export class UpgradeStore {
  readonly codes: UpgradedCode[];
  readonly terms: Record<string, string>;
  readonly searches: ReadonlyMap<number, string>;
  readonly problem = signal('');
  readonly said = signal('');
  readonly writes: Queue<Write, Answer>;
  readonly state = computed(() => this.shown());
  readonly open = computed(() => this.codes.filter((code) => isOpen(code, this.state.value)));
  readonly isSaving = computed(
    () => this.isSaved.value || this.writes.steps.value.some(({ kind }) => kind === 'save'),
  );
  readonly canUndo = computed(() => this.undoable() > 0);
  private readonly api: UpgradeApi;
  private readonly props: UpgradeProps;
  private readonly leave: (address: string) => void;
  private readonly confirmed;
  private readonly steps = signal<readonly Step[]>([]); // made here, and not undone
  private readonly reasons = new Map<string, string>(); // by code
  private readonly isSaved = signal(false);
  private position = 0;
  private isStale = false; // what is confirmed could not be read again
  private waitedBeside = 0; // writes that waited when the problem came

  constructor({ api, props, clock, leave }: UpgradeOptions, { preview, state }: Loaded) {
    this.api = api;
    this.props = props;
    this.leave = leave ?? ((address) => location.assign(address));
    this.codes = preview.codes
      .filter(({ code }) => state.statuses.has(code))
      .sort((a, b) => a.term.localeCompare(b.term, 'en-GB'));
    this.terms = preview.parent_terms;
    this.searches = new Map(preview.searches.map(({ id, term, code }) => [id, term ?? code ?? '']));
    this.confirmed = signal(state);
    this.writes = new Queue<Write, Answer>({
      send: (write) => this.send(write),
      taken: (write, answer) => this.taken(write, answer),
      refused: (_, problem) => this.refused(problem),
      stopped: (problem) => this.stopped(problem),
      isEnding: (problem, write) => isEnding(problem) && (isStep(write) || problem.status !== 409),
      clock: clock ?? systemClock,
    });
  }

  static async load(options: UpgradeOptions): Promise<UpgradeStore | Problem> {
    const { api, props } = options;
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
    return new UpgradeStore(options, { preview: preview.data, state });
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

  reasonFor(code: UpgradedCode): string {
    return this.reasons.get(code.code) ?? '';
  }

  decide(code: UpgradedCode, sign: '+' | '-'): void {
    const updates: Update[] = [[code.code, sign]];
    this.add({ kind: 'decide', codes: [code.code], updates, reason: this.reasonFor(code) });
  }

  accept(code: UpgradedCode, suggestion = this.suggestion(code)): void {
    if (!suggestion) return;
    if (suggestion.kind === 'confirm') {
      this.confirm([code.code], this.reasonFor(code));
      return;
    }
    const usual = suggestion.kind === 'successor' ? successorReason(code.term) : '';
    const updates = updatesOf(code, suggestion);
    const reason = this.reasonFor(code) || usual;
    this.add({ kind: 'decide', codes: [code.code], updates, reason });
  }

  // What acceptRest() would do.
  rest(): Rest {
    const rest: Rest = { confirm: 0, successor: 0, keep: 0, exclude: 0 };
    for (const code of this.open.value) {
      const suggestion = this.suggestion(code);
      if (suggestion) ++rest[suggestion.kind];
    }
    return rest;
  }

  // A write for each reason that somebody gave.
  acceptRest(): void {
    const decided = new Map<string, Map<string, Update>>();
    const confirmed = new Map<string, string[]>();
    for (const code of this.open.value) {
      const suggestion = this.suggestion(code);
      if (!suggestion) continue;
      const given = this.reasonFor(code);
      if (suggestion.kind === 'confirm') {
        confirmed.set(given, [...(confirmed.get(given) ?? []), code.code]);
        continue;
      }
      const reason = given || (suggestion.kind === 'successor' ? successorsReason : '');
      const updates = decided.get(reason) ?? new Map<string, Update>();
      for (const update of updatesOf(code, suggestion)) updates.set(update[0], update);
      decided.set(reason, updates);
    }
    for (const [reason, updates] of decided) {
      const codes = [...updates.keys()];
      this.add({ kind: 'decide', codes, updates: [...updates.values()], reason });
    }
    for (const [reason, codes] of confirmed) {
      const left = codes.filter((code) => this.state.value.waiting.has(code));
      if (left.length > 0) this.confirm(left, reason);
    }
  }

  // For the decision on the code that was made here, or for the next one.
  giveReason({ code }: UpgradedCode, reason: string): void {
    this.reasons.set(code, reason);
    if (reason) this.add({ kind: 'reason', codes: [code], reason });
  }

  undo(): void {
    if (!this.canUndo.value) return;
    this.said.value = '';
    const last = this.writes.steps.value.at(-1);
    if (last && isStep(last) && this.writes.takeBackUnsent()) return;
    this.add({ kind: 'undo', codes: [] });
  }

  save(): void {
    if (this.open.value.length === 0) this.add({ kind: 'save', codes: [] });
  }

  // Somebody has logged in again, in another tab.
  async goOnSignedIn(): Promise<void> {
    await this.api.renewToken();
    this.writes.retry();
  }

  private confirm(codes: string[], reason: string): void {
    this.add({ kind: 'confirm', codes });
    if (reason) this.add({ kind: 'reason', codes: codes.slice(0, 1), reason });
  }

  private add(wish: Wish): void {
    this.said.value = '';
    if (this.isSaving.value || this.writes.state.value.kind === 'stopped') return;
    this.writes.add({ ...wish, key: newKey() });
  }

  private shown(): UpgradeState {
    const { value: writes } = this.writes.steps;
    return stateAfter(this.confirmed.value, {
      updates: writes.flatMap((write) => (write.kind === 'decide' ? write.updates : [])),
      confirmed: writes.flatMap((write) => (write.kind === 'confirm' ? write.codes : [])),
    });
  }

  private undoable(): number {
    const { value: writes } = this.writes.steps;
    const undos = writes.filter(({ kind }) => kind === 'undo').length;
    return this.steps.value.length + writes.filter(isStep).length - undos;
  }

  private async send(write: Write): Promise<Result<Answer>> {
    const { api } = this;
    switch (write.kind) {
      case 'decide':
        return api.decide(write.updates, write.reason, write.key);
      case 'confirm':
        return api.confirm(write.codes, write.key);
      case 'reason': {
        const step = this.steps.value.findLast(({ codes }) => codes.includes(write.codes[0] ?? ''));
        return step ? api.giveReason(step.position, write.reason, write.key) : this.nothingToDo();
      }
      case 'undo': {
        const step = this.steps.value.at(-1);
        return step ? api.undo(step.position, write.key) : this.nothingToDo();
      }
      case 'save':
        return this.open.value.length > 0 ? this.tooEarly() : api.save(write.key);
    }
  }

  // What was undone is open again.
  private tooEarly(): Result<Answer> {
    const detail = notAllSettled(this.open.value.length);
    return { ok: false, problem: problemOf(409, { detail }) };
  }

  private nothingToDo(): Result<Answer> {
    return { ok: true, status: 200, data: { position: this.position }, headers: new Headers() };
  }

  private async taken(write: Write, { position, changed }: Answer): Promise<void> {
    if (write.kind === 'save') {
      this.isSaved.value = true;
      this.leave(this.props.version);
      return;
    }
    batch(() => {
      this.position = position;
      if (this.waitedBeside > 0) --this.waitedBeside;
      else this.problem.value = '';
      this.apply(write, changed ?? {});
    });
    const isLast = this.writes.steps.value.length === 0;
    if (write.kind === 'undo' || this.isStale) await this.readAgain();
    // A decision settles the assumptions below it, too.
    else if (write.kind === 'decide' && isLast) await this.readWaiting();
  }

  private apply(write: Write, changed: Record<string, string | null>): void {
    if (write.kind === 'reason') return;
    const { value: before } = this.confirmed;
    const updates = write.kind === 'decide' ? write.updates : [];
    const after = stateAfter(before, {
      updates,
      confirmed: write.kind === 'confirm' ? write.codes : [],
    });
    const statuses = new Map(after.statuses);
    for (const [code, status] of Object.entries(changed)) {
      if (status === null) statuses.delete(code);
      else statuses.set(code, status);
    }
    let { decided } = after;
    if (isStep(write)) {
      const step = { position: this.position, codes: write.codes, decided: before.decided };
      this.steps.value = [...this.steps.value, step];
    } else if (write.kind === 'undo') {
      decided = this.steps.value.at(-1)?.decided ?? decided;
      this.steps.value = this.steps.value.slice(0, -1);
    }
    this.confirmed.value = { ...after, statuses, decided };
  }

  private async refused(problem: Problem): Promise<void> {
    batch(() => {
      // They were meant for what has not come to be.
      this.writes.dropWhere(({ kind }) => kind === 'undo' || kind === 'save');
      this.waitedBeside = this.writes.steps.value.length;
      this.problem.value = sentenceOf(problem);
    });
    await this.readAgain();
  }

  private stopped(problem: Problem): void {
    batch(() => {
      this.writes.dropWhere(() => true);
      this.problem.value = sentenceOf(problem);
    });
  }

  private async readWaiting(): Promise<void> {
    const answer = await this.api.waiting(this.position);
    if (!answer.ok) {
      this.isStale = true;
      return;
    }
    const waiting = new Set(answer.data.assumptions.map(({ code }) => code));
    this.confirmed.value = { ...this.confirmed.value, waiting };
  }

  private async readAgain(): Promise<void> {
    const [statuses, waiting] = await Promise.all([
      this.api.statuses(this.position),
      this.api.waiting(this.position),
    ]);
    this.isStale = !statuses.ok || !waiting.ok;
    if (!statuses.ok || !waiting.ok) return;
    this.confirmed.value = {
      statuses: new Map(Object.entries(statuses.data.statuses)),
      waiting: new Set(waiting.data.assumptions.map(({ code }) => code)),
      decided: this.confirmed.value.decided,
    };
  }
}
