import { expect, test } from 'vitest';
import type { Result } from '../../../../server/web/src/api/client.ts';
import type { Answer, UpgradeApi } from '../../../../server/web/src/api/upgrade-api.ts';
import type { Update, UpgradedCode } from '../../../../server/web/src/engine/upgrade.ts';
import { UpgradeStore } from '../../../../server/web/src/stores/upgrade.ts';
import { successorsReason } from '../../../../server/web/src/words/upgrade.ts';
import { FakeClock, refusal, settle } from './fakes.ts';

const answer = <T>(data: T): Result<T> => ({ ok: true, status: 200, data, headers: new Headers() });

type Sent = { what: string; key: string; body: unknown };

// A draft with two assumed codes, a retired one with a successor, and one without.
class FakeDraft {
  readonly sent: Sent[] = [];
  readonly refusals: Result<never>[] = []; // answers to the next writes
  readonly faults: Error[] = [];
  isDown = false; // for what is read
  position = 10;
  statuses: Record<string, string> = {
    cough: '(+)',
    wheeze: '(-)',
    old: '+',
    older: '+',
    new: '?',
  };
  waiting = new Set(['cough', 'wheeze']);
  private readonly undos = new Map<number, () => void>();

  async preview() {
    return answer({ codes, searches: [], parent_terms: {} });
  }

  async statuses_(): Promise<Result<{ statuses: Record<string, string> }>> {
    return this.isDown ? refusal(503) : answer({ statuses: { ...this.statuses } });
  }

  async waiting_(): Promise<Result<{ assumptions: { code: string }[] }>> {
    const assumptions = [...this.waiting].map((code) => ({ code }));
    return this.isDown ? refusal(503) : answer({ assumptions });
  }

  write(what: string, key: string, body: unknown, act: () => () => void): Result<Answer> {
    this.sent.push({ what, key, body });
    const fault = this.faults.shift();
    if (fault) throw fault;
    const refused = this.refusals.shift();
    if (refused) return refused;
    const before = { ...this.statuses };
    const undo = act();
    this.undos.set(++this.position, undo);
    const changed = Object.fromEntries(
      Object.entries(this.statuses).filter(([code, status]) => before[code] !== status),
    );
    return answer({ position: this.position, changed });
  }

  takeBack(step: number): () => void {
    this.undos.get(step)?.();
    return () => {};
  }

  keep(): () => void {
    const { statuses, waiting } = this;
    this.statuses = { ...statuses };
    this.waiting = new Set(waiting);
    return () => {
      this.statuses = statuses;
      this.waiting = waiting;
    };
  }

  get api(): UpgradeApi {
    const api = {
      preview: () => this.preview(),
      statuses: () => this.statuses_(),
      waiting: () => this.waiting_(),
      decide: async (updates: Update[], reason: string, key: string) =>
        this.write('decide', key, { updates, reason }, () => {
          const back = this.keep();
          for (const [code, sign] of updates) {
            this.statuses[code] = sign;
            this.waiting.delete(code);
          }
          return back;
        }),
      confirm: async (confirmed: string[], key: string) =>
        this.write('confirm', key, confirmed, () => {
          const back = this.keep();
          for (const code of confirmed) this.waiting.delete(code);
          return back;
        }),
      giveReason: async (step: number, reason: string, key: string) =>
        this.write('reason', key, { step, reason }, () => () => {}),
      undo: async (step: number, key: string) =>
        this.write('undo', key, step, () => this.takeBack(step)),
      save: async (key: string) => this.write('save', key, null, () => () => {}),
      renewToken: async () => {},
    };
    return api as unknown as UpgradeApi;
  }
}

function code(name: string, given: Partial<UpgradedCode>): UpgradedCode {
  const statuses = { status_before: null, status_after: '+' };
  return { code: name, term: name, changes: [], ...statuses, ...given };
}

const successor = { relation: 'REPLACED BY', code: 'new', term: 'new', active: true };
const codes = [
  code('cough', {}),
  code('wheeze', {}),
  code('old', { status_before: '+', changes: ['inactive'], successors: [successor] }),
  code('older', { status_before: '+', changes: ['removed'] }),
];

async function begin(decided: string[] = []) {
  const server = new FakeDraft();
  const clock = new FakeClock();
  const left: string[] = [];
  const props = { draft: 'd', source: 's', release: 'r', version: '/saved/', decided };
  const leave = (address: string) => left.push(address);
  const store = await UpgradeStore.load({ api: server.api, props, clock, leave });
  if (!(store instanceof UpgradeStore)) throw new Error(store.detail);
  const of = (name: string) => store.codes.find((one) => one.code === name) as UpgradedCode;
  const open = () => store.open.value.map((one) => one.code);
  return { server, clock, store, of, open, left };
}

test('a decision is shown at once, and saved', async () => {
  const { server, store, of, open } = await begin();
  expect(open()).toEqual(['cough', 'old', 'older', 'wheeze']);
  store.decide(of('wheeze'), '+');
  expect(open()).toEqual(['cough', 'old', 'older']);
  expect(server.sent.length).toBe(1);
  await settle();
  expect(server.statuses.wheeze).toBe('+');
  expect(open()).toEqual(['cough', 'old', 'older']);
  expect(store.writes.steps.value).toEqual([]);
});

test('a write that never arrives is sent again with its key', async () => {
  const { server, clock, store, of, open } = await begin();
  server.refusals.push(refusal(0), refusal(503));
  server.isDown = true;
  store.decide(of('older'), '+');
  store.accept(of('cough'));
  await settle();
  expect(store.writes.state.value.kind).toBe('waiting');
  expect(open()).toEqual(['old', 'wheeze']);
  expect(store.problem.value).toBe('');
  await clock.pass(1_000);
  server.isDown = false;
  await clock.pass(2_000);
  expect(server.sent.map(({ what }) => what)).toEqual(['decide', 'decide', 'decide', 'confirm']);
  expect(new Set(server.sent.map(({ key }) => key)).size).toBe(2);
  expect(server.waiting.has('cough')).toBe(false);
});

test.each(['decide', 'confirm'])('a refused write (%s) is taken back', async (kind) => {
  const { server, store, of, open } = await begin();
  server.refusals.push(refusal(422, { detail: 'too long' }));
  server.isDown = true; // the statuses cannot be read again either
  if (kind === 'decide') store.decide(of('older'), '+');
  else store.accept(of('cough'));
  await settle();
  expect(open()).toEqual(['cough', 'old', 'older', 'wheeze']);
  expect(store.problem.value).toBe('too long');
  expect(store.canUndo.value).toBe(false);

  // What is decided next makes up for the reading that failed.
  server.isDown = false;
  server.statuses = { ...server.statuses, older: '-' };
  store.accept(of('wheeze'));
  await settle();
  expect(open()).toEqual(['cough', 'old']);
  expect(store.problem.value).toBe('');
});

test('a problem stays while writes that waited beside it are taken', async () => {
  const { server, store, of } = await begin();
  server.refusals.push(refusal(422, { detail: 'too long' }));
  store.decide(of('older'), '+');
  store.decide(of('wheeze'), '-');
  await settle();
  expect(server.sent.length).toBe(2);
  expect(store.problem.value).toBe('too long');
  store.accept(of('cough'));
  await settle();
  expect(store.problem.value).toBe('');
});

test('a fault in between hides no write', async () => {
  const { server, clock, store, of } = await begin();
  const faults: unknown[] = [];
  const note = (fault: unknown) => faults.push(fault);
  process.on('unhandledRejection', note);
  server.faults.push(new TypeError('randomUUID is not a function'));
  store.decide(of('older'), '-');
  store.decide(of('wheeze'), '-');
  await settle();
  expect(store.writes.state.value.kind).toBe('waiting');
  expect(store.writes.steps.value.length).toBe(2);
  await clock.pass(1_000);
  expect(server.statuses).toMatchObject({ older: '-', wheeze: '-' });
  await new Promise((resolve) => setTimeout(resolve));
  process.off('unhandledRejection', note);
  expect(faults.length).toBe(1);
});

test('saving waits for what is sent, and is given up when that fails', async () => {
  const { server, store, of, open, left } = await begin();
  store.acceptRest();
  await settle();
  expect(open()).toEqual([]);
  server.refusals.push(refusal(422, { detail: 'too long' }));
  store.decide(of('older'), '-');
  store.save();
  expect(store.isSaving.value).toBe(true);
  await settle();
  expect(server.sent.some(({ what }) => what === 'save')).toBe(false);
  expect(store.isSaving.value).toBe(false);
  expect(store.problem.value).toBe('too long');
  store.save();
  store.decide(of('older'), '-'); // too late
  await settle();
  expect(left).toEqual(['/saved/']);
  expect(server.statuses.older).toBe('+');
});

test('what is undone before saving is not saved', async () => {
  const { server, store, left } = await begin();
  store.acceptRest();
  await settle();
  store.undo();
  store.save();
  await settle();
  expect(server.sent.some(({ what }) => what === 'save')).toBe(false);
  expect(left).toEqual([]);
  expect(store.problem.value).toMatch(/^2 codes are open again/);
});

test('undo takes back the steps of this page only, and none twice', async () => {
  const { server, store, of, open } = await begin(['old']);
  store.undo();
  await settle();
  expect(server.sent).toEqual([]);
  store.accept(of('cough'));
  await settle();
  store.decide(of('old'), '+');
  await settle();
  store.undo();
  store.undo();
  store.undo();
  expect(store.canUndo.value).toBe(false);
  await settle();
  const undone = server.sent.filter(({ what }) => what === 'undo').map(({ body }) => body);
  expect(undone).toEqual([12, 11]);
  expect(open()).toEqual(['cough', 'older', 'wheeze']); // old was decided before
});

test('a decision that was not sent yet is only dropped', async () => {
  const { server, store, of, open } = await begin();
  store.decide(of('older'), '-');
  store.decide(of('wheeze'), '-');
  store.undo();
  await settle();
  expect(server.sent.length).toBe(1);
  expect(open()).toEqual(['cough', 'old', 'wheeze']);
});

test('an undo that was meant for a refused step is dropped with it', async () => {
  const { server, store, of } = await begin();
  store.accept(of('cough'));
  await settle();
  server.refusals.push(refusal(422));
  store.decide(of('older'), '-');
  store.undo();
  await settle();
  expect(server.sent.map(({ what }) => what)).toEqual(['confirm', 'decide']);
  expect(store.canUndo.value).toBe(true);
});

test('a step that others built on is not undone, and the work goes on', async () => {
  const { server, store, of } = await begin();
  store.accept(of('cough'));
  await settle();
  server.refusals.push(refusal(409, { detail: 'a later step of bob builds on it' }));
  store.undo();
  await settle();
  expect(store.problem.value).toBe('a later step of bob builds on it');
  store.accept(of('wheeze'));
  await settle();
  expect(server.sent.at(-1)?.what).toBe('confirm');
});

test('a draft that is none any more takes nothing', async () => {
  const { server, store, of, open } = await begin();
  server.refusals.push(refusal(410, { detail: 'discarded' }));
  store.accept(of('cough'));
  await settle();
  store.decide(of('older'), '-');
  await settle();
  expect(server.sent.length).toBe(1);
  expect(store.problem.value).toBe('discarded');
  expect(open().length).toBe(4);
});

test('the rest is accepted with the reasons that were given', async () => {
  const { server, store, of } = await begin();
  store.giveReason(of('older'), 'still in records');
  store.giveReason(of('wheeze'), 'too wide');
  await settle();
  expect(server.sent).toEqual([]);
  expect(store.rest()).toEqual({ confirm: 2, successor: 1, keep: 1, exclude: 0 });
  store.acceptRest();
  await settle();
  expect(server.sent.map(({ what, body }) => [what, body])).toEqual([
    [
      'decide',
      {
        updates: [
          ['new', '+'],
          ['old', '+'],
        ],
        reason: successorsReason,
      },
    ],
    ['decide', { updates: [['older', '+']], reason: 'still in records' }],
    ['confirm', ['cough']],
    ['confirm', ['wheeze']],
    ['reason', { step: 14, reason: 'too wide' }],
  ]);
  expect(store.open.value).toEqual([]);
});

test('one code that is accepted takes its reason along', async () => {
  const { server, store, of } = await begin();
  store.accept(of('old'));
  store.giveReason(of('cough'), 'agreed');
  store.accept(of('cough'));
  await settle();
  expect(server.sent.map(({ what, body }) => [what, body])).toEqual([
    [
      'decide',
      {
        updates: [
          ['new', '+'],
          ['old', '+'],
        ],
        reason: 'Successor of old',
      },
    ],
    ['confirm', ['cough']],
    ['reason', { step: 12, reason: 'agreed' }],
  ]);
});
