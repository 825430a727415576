// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import type { Result } from '../../../../server/web/src/api/client.ts';
import type { HistoryApi, Moment } from '../../../../server/web/src/api/history-api.ts';
import { MomentsStore } from '../../../../server/web/src/stores/moments.ts';
import { FakeClock, refusal, settle } from './fakes.ts';

const answer = <T>(data: T): Result<T> => ({ ok: true, status: 200, data, headers: new Headers() });

class FakeHistory {
  readonly asked: number[] = [];
  isDown = false;

  async moments() {
    return answer({ positions: [3, 7, 9, 20] });
  }

  async moment(position: number): Promise<Result<Moment>> {
    this.asked.push(position);
    if (this.isDown) return refusal(503, { detail: 'too many at once' });
    return answer({ position, time: null, actor: null, deeds: [], version: null, since: null });
  }
}

async function begin(at: number | null) {
  const api = new FakeHistory();
  const clock = new FakeClock();
  const store = new MomentsStore(api as unknown as HistoryApi, clock);
  await store.load(at);
  return { api, clock, store };
}

test('it begins at the newest moment, or at the last one up to a position', async () => {
  expect((await begin(null)).store.position).toBe(20);
  expect((await begin(9)).store.position).toBe(9);
  expect((await begin(8)).store.position).toBe(7);
  expect((await begin(1)).store.position).toBe(3);
  expect((await begin(99)).store.isNewest).toBe(true);
});

test('only the moments where the slider rests are asked for', async () => {
  const { api, clock, store } = await begin(null);
  store.goTo(2);
  await clock.pass(50);
  store.goTo(1);
  await clock.pass(50);
  store.goTo(0);
  await clock.pass(200);
  expect(api.asked).toEqual([20, 3]);
  expect(store.moment.value?.position).toBe(3);
  store.goTo(-5);
  expect(store.index.value).toBe(0);
});

test('a refusal is told, and the next moment is asked for', async () => {
  const { api, clock, store } = await begin(null);
  api.isDown = true;
  store.goTo(1);
  await clock.pass(200);
  expect(store.problem.value).toBe('too many at once');
  expect(store.moment.value?.position).toBe(20);
  api.isDown = false;
  store.goTo(0);
  await clock.pass(200);
  await settle();
  expect(store.problem.value).toBeNull();
  expect(store.moment.value?.position).toBe(3);
});
