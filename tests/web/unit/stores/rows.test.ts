import { expect, test } from 'vitest';
import type { Result } from '../../../../server/web/src/api/client.ts';
import type { RowsAnswer, RowsQuery } from '../../../../server/web/src/api/version-api.ts';
import { blockRows, RowsStore } from '../../../../server/web/src/stores/rows.ts';
import { FakeClock, refusal, settle } from './fakes.ts';

const everything = { text: '', show: 'all', type: '', sort: '' };
const total = 100_000;

// Each answer waits until the test gives it.
function openRows() {
  const asked: {
    query: RowsQuery;
    signal: AbortSignal;
    give: (fault?: number) => Promise<void>;
  }[] = [];
  const clock = new FakeClock();
  const store = new RowsStore(
    (query, signal) =>
      new Promise<Result<RowsAnswer>>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
        const give = (fault?: number) => {
          const rows = Array.from({ length: query.limit }, (_, at) => {
            const code = `${query.text}${query.offset + at}`;
            return [code, '', '+', null, 0] as RowsAnswer['rows'][number];
          });
          const answer = { ok: true as const, status: 200, headers: new Headers() };
          resolve(fault ? refusal(fault) : { ...answer, data: { total, rows } });
          return settle();
        };
        asked.push({ query, signal, give });
      }),
    clock,
  );
  return { store, clock, asked, last: () => asked[asked.length - 1] };
}

test('rows come in blocks, those in view only', async () => {
  const { store, clock, asked, last } = openRows();
  void store.ask(everything);
  await last()?.give();
  expect(store.shown.value?.total).toBe(total);
  expect(store.row(3)?.row[0]).toBe('3');
  expect(store.row(50_000)).toBeUndefined();
  store.want(0, 20);
  await clock.pass(1_000);
  expect(asked.length).toBe(1);
  store.want(blockRows - 5, blockRows + 5);
  await clock.pass(1_000);
  expect(last()?.query.offset).toBe(blockRows);
  await last()?.give();
  expect(store.row(blockRows)?.row[0]).toBe(String(blockRows));
});

test('blocks that a scroll only passed are not fetched, or given up', async () => {
  const { store, clock, asked, last } = openRows();
  void store.ask(everything);
  await last()?.give();
  for (let row = 1_000; row < 90_000; row += 1_000) store.want(row, row + 40);
  await clock.pass(1_000);
  expect(asked.length).toBe(2);
  expect(last()?.query.offset).toBe(89_000);
  const passed = last();
  store.want(0, 40);
  expect(passed?.signal.aborted).toBe(true);
  await settle();
  expect(store.problem.value).toBeNull();
});

test('another question shows its answer when it is here, and only the last one', async () => {
  const { store, asked, last } = openRows();
  void store.ask(everything);
  await last()?.give();
  void store.ask({ ...everything, text: 'a' });
  void store.ask({ ...everything, text: 'ab' });
  expect(store.row(0)?.row[0]).toBe('0');
  expect(asked[1]?.signal.aborted).toBe(true);
  expect(store.isBusy.value).toBe(true);
  await last()?.give();
  expect(store.row(0)?.row[0]).toBe('ab0');
  expect(store.isBusy.value).toBe(false);
});

test('a list may begin further down', async () => {
  const { store, last } = openRows();
  void store.ask(everything, 5 * blockRows + 7);
  await last()?.give();
  expect(store.row(5 * blockRows + 7)?.row[0]).toBe(String(5 * blockRows + 7));
  expect(store.row(0)).toBeUndefined();
});

test('a fault keeps what is shown, and can be tried again', async () => {
  const { store, clock, last } = openRows();
  void store.ask(everything);
  await last()?.give();
  store.want(400, 440);
  await clock.pass(1_000);
  await last()?.give(503);
  expect(store.problem.value).not.toBeNull();
  expect(store.row(0)?.row[0]).toBe('0');
  store.retry();
  await last()?.give();
  expect(store.problem.value).toBeNull();
  expect(store.row(400)?.row[0]).toBe('400');
  void store.ask({ ...everything, text: 'x' });
  await last()?.give(503);
  store.retry();
  await last()?.give();
  expect(store.row(0)?.row[0]).toBe('x0');
});

test('the sentence about a fault goes once no row in view is missing for it', async () => {
  const { store, clock, asked, last } = openRows();
  void store.ask(everything);
  await last()?.give();
  store.want(2 * blockRows - 5, 2 * blockRows + 5);
  await clock.pass(1_000);
  await asked[1]?.give(503);
  await asked[2]?.give();
  expect(store.problem.value).not.toBeNull(); // the other block does not mend it
  store.want(0, 20);
  expect(store.problem.value).toBeNull();
  store.want(2 * blockRows - 5, 2 * blockRows + 5);
  await clock.pass(1_000);
  await last()?.give(503);
  expect(store.problem.value).not.toBeNull();
  store.want(2 * blockRows - 5, 2 * blockRows + 6);
  await clock.pass(1_000);
  await last()?.give();
  expect(store.problem.value).toBeNull();
  void store.ask({ ...everything, text: 'x' });
  await last()?.give(503);
  store.want(0, 20);
  expect(store.problem.value).not.toBeNull(); // there is still no answer to the question
});
