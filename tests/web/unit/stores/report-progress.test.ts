import { expect, test } from 'vitest';
import type { Result } from '../../../../server/web/src/api/client.ts';
import {
  type Progress,
  ReportProgress,
} from '../../../../server/web/src/stores/report-progress.ts';
import { FakeClock, refusal, settle } from './fakes.ts';

type Answer = Result<{ progress: Progress | null }>;

const at = (done: number, running = true): Answer => {
  const progress = { running, done, total: 9 };
  return { ok: true, status: 200, data: { progress }, headers: new Headers() };
};

function follow(answers: Answer[]) {
  const clock = new FakeClock();
  const page = { asked: 0, shown: [] as number[], hasEnded: false, isSeen: true };
  const report = new ReportProgress({
    ask: async () => {
      page.asked++;
      return answers.shift() ?? at(9);
    },
    show: ({ done }) => page.shown.push(done),
    ended: () => {
      page.hasEnded = true;
    },
    isSeen: () => page.isSeen,
    clock,
  });
  void report.follow();
  return { clock, page, report };
}

test('a report that grows is looked at soon, until it is made', async () => {
  const { clock, page } = follow([at(1), at(2), at(3), at(9, false)]);
  await settle();
  for (let turn = 0; turn < 5; turn++) await clock.pass(700);
  expect(page).toMatchObject({ asked: 4, shown: [1, 2, 3], hasEnded: true });
});

test('one that stands still, or a server that is away, is asked ever more rarely', async () => {
  const { clock, page } = follow([at(1), at(1), refusal(503), refusal(0), refusal(429), at(2)]);
  await settle();
  for (const [pause, asked] of [
    [700, 2],
    [1_400, 3],
    [2_800, 4],
    [5_600, 5],
    [11_200, 6],
  ]) {
    await clock.pass((pause as number) - 1);
    expect(page.asked).toBe((asked as number) - 1);
    await clock.pass(1);
    expect(page.asked).toBe(asked);
  }
  await clock.pass(700); // it has grown
  expect(page.asked).toBe(7);
});

test.each([401, 403, 404])('status %i ends the asking', async (status) => {
  const { clock, page } = follow([refusal(status)]);
  await settle();
  await clock.pass(3_600_000);
  expect(page.asked).toBe(1);
});

test('while nobody looks, nothing is asked', async () => {
  const { clock, page, report } = follow([at(1), at(2)]);
  await settle();
  page.isSeen = false;
  await clock.pass(700);
  await clock.pass(3_600_000);
  expect(page.asked).toBe(1);
  page.isSeen = true;
  report.seen();
  report.seen();
  await settle();
  expect(page.asked).toBe(2);
});
