// Times of the builder and of a version's page at real sizes, printed as a table. Nothing here
// passes or fails: the same run of a loop of arithmetic tells how fast the machine was.
import type { Page } from 'playwright-core';
import { expect, inject, test } from 'vitest';
import { type Visitor, visit } from '../browser.ts';
import { send } from '../journeys/real-draft.ts';

const sizes = [10_000, 20_000, 137_000];
const pageSize = 150_000;
const clicksCount = 40;
const alias = 'snomedct_demo_20240101';
const rootCode = '138875005';

type Row = { what: string; codes: number; figures: string };
const table: Row[] = [];

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function summary(values: readonly number[]): string {
  const sorted = [...values].sort((one, other) => one - other);
  const [p50, p75, p98] = [0.5, 0.75, 0.98].map((share) => Math.round(percentile(sorted, share)));
  return `p50 ${p50} ms, p75 ${p75} ms, p98 ${p98} ms`;
}

// Milliseconds for a fixed amount of arithmetic.
function calibrate(page: Page): Promise<number> {
  return page.evaluate(() => {
    const begin = performance.now();
    let state = 1;
    for (let round = 0; round < 50_000_000; round++) state = (state * 48_271) % 2_147_483_647;
    return Math.round(performance.now() - begin) + (state === 0 ? 1 : 0);
  });
}

async function get<Answer>(page: Page, path: string): Promise<Answer | null> {
  return page.evaluate(async (address) => {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : null;
  }, `/api/v2${path}`);
}

// Whole branches of the hierarchy, about `count` codes in all.
async function codesOfBranches(page: Page, count: number): Promise<string[]> {
  const codes = new Set<string>();
  const waiting = [rootCode];
  for (let code = waiting.shift(); code && codes.size < count; code = waiting.shift()) {
    const found = await get<{ codes: string[] }>(page, `/releases/${alias}/search?code=${code}`);
    if (found && codes.size + found.codes.length <= count * 1.05) {
      for (const below of found.codes) codes.add(below);
      continue;
    }
    const concept = await get<{ children: { code: string }[] }>(
      page,
      `/releases/${alias}/codes/${code}`,
    );
    for (const child of concept?.children ?? []) waiting.push(child.code);
  }
  return [...codes];
}

type Made = { slug: string; version: { hash: string } };

async function makeList(page: Page, name: string, codes: string[]): Promise<Made> {
  return send(page, 'POST', '/codelists', {
    owner: 'organisation/example-university',
    name,
    coding_system: 'snomedct',
    release: alias,
    codes,
  });
}

// From each press of a mark to the paint after it, by the browser's own Event Timing; shorter than
// 16 ms counts as 16.
async function measureClicks(page: Page): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { clickTimes: times });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.name === 'click') times.push(entry.duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  const buttons = page.locator('[data-code] .sign.plus');
  const rows = Math.min(await buttons.count(), 18);
  for (let click = 0; click < clicksCount; click++) {
    await buttons.nth(click % rows).click();
    await page.waitForTimeout(60);
  }
  await page.waitForTimeout(500);
  const seen = await page.evaluate(
    () => (window as unknown as { clickTimes: number[] }).clickTimes,
  );
  return [...seen, ...new Array<number>(Math.max(0, clicksCount - seen.length)).fill(16)];
}

async function measureScrolling(page: Page): Promise<number[]> {
  const box = await page.locator('.tree-grid').boundingBox();
  if (!box) return [];
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.evaluate(() => {
    const frames: number[] = [];
    Object.assign(window, { frames });
    let last = performance.now();
    const note = (now: number) => {
      frames.push(now - last);
      last = now;
      requestAnimationFrame(note);
    };
    requestAnimationFrame(note);
  });
  for (let turn = 0; turn < 100; turn++) await page.mouse.wheel(0, 900);
  return page.evaluate(() => (window as unknown as { frames: number[] }).frames.slice(1));
}

async function measureDraft(visitor: Visitor, size: number): Promise<void> {
  const { page } = visitor;
  await visitor.open('/');
  const codes = await codesOfBranches(page, size);
  const made = await makeList(page, `Bench ${codes.length}`, codes);
  const begin = Date.now();
  await visitor.open(`/builder/${made.version.hash}/`);
  await page.locator('[data-row="1"]').waitFor();
  const opened = Date.now() - begin;
  table.push({
    what: 'builder opened, until the first row',
    codes: codes.length,
    figures: `${opened} ms`,
  });
  await page.waitForTimeout(2_000);
  table.push({
    what: `${clicksCount} clicks, to the next paint`,
    codes: codes.length,
    figures: summary(await measureClicks(page)),
  });
  if (size > 20_000) return;
  // Everything open.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'A command' }).fill('open all');
  await page.keyboard.press('Enter');
  await page.waitForTimeout(1_000);
  const rows = await page.getByRole('treegrid').getAttribute('aria-rowcount');
  const frames = await measureScrolling(page);
  const slow = frames.filter((frame) => frame > 50).length;
  table.push({
    what: `scrolling over ${rows} rows, frames`,
    codes: codes.length,
    figures: `${summary(frames)}, ${slow} of ${frames.length} over 50 ms`,
  });
}

async function measureVersionPage(visitor: Visitor): Promise<void> {
  const { page } = visitor;
  await visitor.open('/');
  const codes = await codesOfBranches(page, pageSize);
  const made = await makeList(page, `Page ${codes.length}`, codes);
  await send(page, 'POST', `/versions/${made.version.hash}/save`, {});
  const path = `/codelist/example-university/${made.slug}/${made.version.hash}/#full-list`;
  for (const which of ['first', 'again']) {
    await page.goto('about:blank');
    const begin = Date.now();
    await visitor.open(path);
    await page.locator('#full-list tbody tr').first().waitFor();
    table.push({
      what: `version page, first rows, ${which}`,
      codes: codes.length,
      figures: `${Date.now() - begin} ms`,
    });
  }
}

test('times', async () => {
  await visit(async (visitor) => {
    await visitor.logIn('alice');
    const before = await calibrate(visitor.page);
    for (const size of sizes) await measureDraft(visitor, size);
    await measureVersionPage(visitor);
    const after = await calibrate(visitor.page);
    const lines = table.map(
      ({ what, codes, figures }) =>
        `${what.padEnd(44)} ${String(codes).padStart(8)} codes  ${figures}`,
    );
    lines.push(`the same arithmetic took ${before} ms before and ${after} ms after`);
    process.stdout.write(`\n${inject('address')}\n${lines.join('\n')}\n`);
    expect(table.length).toBeGreaterThan(0);
  });
});
