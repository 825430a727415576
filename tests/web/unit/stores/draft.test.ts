import { expect, test } from 'vitest';
import { status } from '../../../../server/web/src/engine/statuses.ts';
import { DraftStore } from '../../../../server/web/src/stores/draft.ts';
import { Wishes } from '../../../../server/web/src/stores/wishes.ts';
import { encodeGraph, randomFrom, randomGraph } from '../engine/trees.ts';
import { FakeClock, FakeServer, MemoryStorage, refusal, settle } from './fakes.ts';

const family = {
  codes: ['asthma', 'acute', 'chronic'],
  children: new Map([['asthma', ['acute', 'chronic']]]),
};
const [asthma, acute, chronic] = [0, 1, 2];

async function openDraft(graph = family) {
  const server = new FakeServer(encodeGraph(graph));
  const clock = new FakeClock();
  const storage = new MemoryStorage();
  const draft = new DraftStore({ api: server.api, storage, canEdit: true, clock });
  await draft.load();
  await settle();
  return { server, clock, storage, draft };
}

const { undecided, included, includedAbove, excluded, excludedAbove } = status;

test('a click is shown at once, saved, and needs nothing more', async () => {
  const { server, draft, storage } = await openDraft();
  const readsBefore = server.reads;
  draft.decide([[asthma, '+']], 'agreed');
  expect([...draft.statuses.bytes]).toEqual([included, includedAbove, includedAbove]);
  expect(storage.steps.size).toBe(1);
  await settle();
  expect(server.writes[0]?.body).toEqual({
    updates: [['asthma', '+']],
    reason: 'agreed',
    base_position: 10,
    answer: 'crc',
  });
  expect(draft.queue.state.value.kind).toBe('idle');
  expect(draft.position.value).toBe(11);
  expect(storage.steps.size).toBe(0);
  expect(server.reads).toBe(readsBefore);
  expect(draft.reconciled).toBe(0);
});

test('a hundred quick clicks are sent one after the other, without reading again', async () => {
  const random = randomFrom(1);
  const { server, draft } = await openDraft(randomGraph(random, 80));
  for (let click = 0; click < 100; click++) {
    const sign = random() < 0.5 ? '+' : '-';
    draft.decide([[Math.floor(random() * 80), sign]]);
    if (random() < 0.3) await settle();
  }
  while (draft.queue.steps.value.length > 0) await settle();
  expect(server.writes.length).toBe(100);
  expect(draft.statuses.bytes).toEqual(server.statuses.bytes);
  expect(draft.reconciled).toBe(0);
});

test('unanswered, the step is sent again after 1, 2, 4 … 30 s, with the same key', async () => {
  const { server, clock, draft } = await openDraft();
  for (let time = 0; time < 7; time++) server.refusals.push(refusal(time % 2 ? 503 : 0));
  draft.decide([[asthma, '+']]);
  await settle();
  draft.decide([[acute, '-']]);
  for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
    const sent = server.writes.length;
    expect(draft.queue.state.value.kind).toBe('waiting');
    await clock.pass(seconds * 1000 - 1);
    expect(server.writes.length).toBe(sent);
    await clock.pass(1);
    expect(server.writes.length).toBeGreaterThan(sent);
  }
  expect(new Set(server.writes.slice(0, 8).map(({ key }) => key)).size).toBe(1);
  expect(draft.queue.state.value.kind).toBe('idle');
  expect([...server.statuses.bytes]).toEqual([included, excluded, includedAbove]);
  expect(draft.statuses.bytes).toEqual(server.statuses.bytes);
});

test('on request, a waiting step is sent at once', async () => {
  const { server, draft } = await openDraft();
  server.refusals.push(refusal(0));
  draft.decide([[asthma, '+']]);
  await settle();
  draft.queue.retry();
  await settle();
  expect(server.writes.length).toBe(2);
  expect(draft.queue.state.value.kind).toBe('idle');
});

test('another’s decision on the same code takes the click back, and can be overruled', async () => {
  const { server, draft } = await openDraft();
  server.decide([['acute', '-']]);
  server.refusals.push(refusal(409, { detail: 'bob', changed: { acute: '-' }, position: 11 }));
  draft.decide([[acute, '+']]);
  draft.decide([[chronic, '+']]);
  await settle();
  expect([...draft.statuses.bytes]).toEqual([undecided, excluded, included]);
  const sides = draft.conflicts.value.map(({ codes }) => codes);
  expect(sides).toEqual([[{ code: 'acute', mine: '+', theirs: '-' }]]);
  const [conflict] = draft.conflicts.value;
  if (conflict) draft.insist(conflict);
  await settle();
  expect(server.writes.at(-1)?.body).toMatchObject({
    updates: [['acute', '+']],
    base_position: 12,
  });
  expect(draft.conflicts.value).toEqual([]);
  expect(draft.statuses.bytes).toEqual(server.statuses.bytes);
});

test('after the session has ended, the steps wait for a log-in', async () => {
  const { server, draft } = await openDraft();
  server.refusals.push(refusal(401));
  draft.decide([[asthma, '-']]);
  await settle();
  expect(draft.queue.state.value.kind).toBe('signed-out');
  expect([...draft.statuses.bytes]).toEqual([excluded, excludedAbove, excludedAbove]);
  draft.queue.retry();
  await settle();
  expect(draft.queue.state.value.kind).toBe('idle');
});

test.each([403, 404, 410, 412])('status %i ends the editing and keeps the steps', async (code) => {
  const { server, draft, storage } = await openDraft();
  server.refusals.push(refusal(code, { detail: 'no longer a draft' }));
  draft.decide([[asthma, '+']]);
  await settle();
  expect(draft.readOnly.value).toBe('no longer a draft');
  expect(draft.mayDecide).toBe(false);
  expect(storage.steps.size).toBe(1);
});

test.each([400, 413, 422])('status %i takes the click back and says why', async (code) => {
  const { server, draft } = await openDraft();
  server.refusals.push(refusal(code, { errors: [{ field: 'updates', detail: 'too many' }] }));
  draft.decide([[asthma, '+']]);
  draft.decide([[acute, '-']]);
  await settle();
  expect([...draft.statuses.bytes]).toEqual([undecided, excluded, undecided]);
  expect(draft.refusals.value.get('asthma')).toBe('too many');
});

test('a change that was missed is found by the checksum, and waiting clicks are kept', async () => {
  const { server, draft } = await openDraft();
  server.decide([['chronic', '-']]);
  draft.decide([[acute, '+']]);
  draft.decide([[asthma, '+']]);
  await settle();
  expect(draft.reconciled).toBeGreaterThan(0);
  expect(draft.statuses.bytes).toEqual(server.statuses.bytes);
  expect([...draft.statuses.bytes]).toEqual([included, included, excluded]);
});

test('undo drops a step that was never sent, else asks the server', async () => {
  const { server, draft } = await openDraft();
  server.refusals.push(refusal(0));
  draft.decide([[asthma, '+']]);
  await settle();
  draft.decide([[acute, '-']]);
  await new Wishes(draft).undo();
  expect([...draft.statuses.bytes]).toEqual([included, includedAbove, includedAbove]);
  draft.queue.retry();
  await settle();
  await new Wishes(draft).undo();
  expect([...draft.statuses.bytes]).toEqual([undecided, undecided, undecided]);
  expect(server.writes.at(-1)?.path).toContain('/undo');
});

const decidedBy = (actor: string) => ({ type: 'StatusesChanged', actor, version: 'abcd1234' });

test('others’ decisions flash for four seconds', async () => {
  const { server, clock, draft } = await openDraft();
  server.decide([['acute', '+']]);
  await draft.hear({ position: 11, events: [decidedBy('bob')] });
  expect([...draft.flashed.value]).toEqual([[acute, 'bob']]);
  expect(draft.position.value).toBe(11);
  await clock.pass(4_000);
  expect(draft.flashed.value.size).toBe(0);
});

test('steps of a closed tab are sent with their old keys', async () => {
  const { server, draft } = await openDraft();
  const step = { key: 'old', version: 'abcd1234', at: 0, base: 9, reason: '' };
  draft.resend([{ ...step, updates: [['acute', '+']] }]);
  await settle();
  expect(server.writes[0]?.key).toBe('old');
  expect(draft.statuses.bytes).toEqual(server.statuses.bytes);
});

test('what others do to another version of the codelist changes nothing here', async () => {
  const { server, draft } = await openDraft();
  const readsBefore = server.reads;
  await draft.hear({ position: 12, events: [{ ...decidedBy('bob'), version: '00000000' }] });
  expect(server.reads).toBe(readsBefore);
  expect(draft.position.value).toBe(12);
});

test('another’s search is read with the tree, though no status changed', async () => {
  const { server, draft } = await openDraft();
  const readsBefore = server.reads;
  const event = { type: 'SearchAdded', actor: 'bob', version: 'abcd1234' };
  await draft.hear({ position: 11, events: [event] });
  expect(server.reads - readsBefore).toBe(3);
});

test('a draft that somebody else has saved takes no more', async () => {
  const { draft } = await openDraft();
  const event = { type: 'VersionSavedForReview', actor: 'bob', version: 'abcd1234' };
  await draft.hear({ position: 11, events: [event] });
  expect(draft.readOnly.value).toBe('bob saved it for review.');
  expect(draft.mayDecide).toBe(false);
});

test('while the server takes no changes, steps wait; then they are sent', async () => {
  const { server, draft, clock } = await openDraft();
  server.refusals.push(refusal(503));
  draft.decide([[asthma, '+']]);
  await settle();
  draft.pause('the disk is full');
  await clock.pass(60_000);
  expect(server.writes.length).toBe(1);
  expect(draft.mayDecide).toBe(false);
  expect(draft.isMine).toBe(true);
  draft.decide([[acute, '-']]);
  expect(draft.queue.steps.value.length).toBe(1);
  draft.pause(null);
  await settle();
  expect(draft.queue.steps.value.length).toBe(0);
  expect(draft.statuses.bytes).toEqual(server.statuses.bytes);
});

test('a wish waits for the log-in, too, and is granted once', async () => {
  const { server, draft } = await openDraft();
  draft.decide([[asthma, '+']]);
  await settle();
  server.refusals.push(refusal(401));
  const undone = new Wishes(draft).undo();
  await settle();
  expect(draft.signedOut.value).toBe(true);
  expect(draft.statuses.bytes[asthma]).toBe(included);
  draft.signedOut.value = false;
  await undone;
  await settle();
  expect(draft.statuses.bytes[asthma]).toBe(undecided);
  const undos = server.writes.filter(({ path }) => path.endsWith('/undo'));
  expect(new Set(undos.map(({ key }) => key)).size).toBe(1);
});

test('wishes faster than the server are all granted, one after the other', async () => {
  const { server, draft } = await openDraft();
  for (const code of [asthma, acute, chronic]) {
    draft.decide([[code, '-']]);
    await settle();
  }
  const wishes = new Wishes(draft);
  await Promise.all([wishes.undo(), wishes.undo(), wishes.undo()]);
  expect([...draft.statuses.bytes]).toEqual([undecided, undecided, undecided]);
  expect(server.writes.filter(({ path }) => path.endsWith('/undo')).length).toBe(3);
});
