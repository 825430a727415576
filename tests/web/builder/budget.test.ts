// What the builder may cost: bytes, requests and rows in the page.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, inject, test } from 'vitest';
import { useBrowser } from '../browser.ts';
import { draftJourney } from './draft-page.ts';

useBrowser();

const bytesMax = 110_000;
const requestsMax = 4;
const rowsMax = 60;

type Chunk = { file: string; imports?: string[] };

test('the scripts of the builder’s page are small', () => {
  const dist = inject('dist');
  const manifest: Record<string, Chunk> = JSON.parse(
    readFileSync(join(dist, 'manifest.json'), 'utf8'),
  );
  const needed = new Set(['src/site.ts', 'src/islands/builder.ts']);
  for (const name of needed) for (const other of manifest[name]?.imports ?? []) needed.add(other);
  const sizes = [...needed].map((name) => {
    const { file } = manifest[name] ?? { file: '' };
    return gzipSync(readFileSync(join(dist, file)), { level: 9 }).length;
  });
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(bytesMax);
});

draftJourney(
  'the first view needs few requests, and few rows are in the page',
  ({ draft }) => void draft.addSearch('respiratory', 'words'),
  async ({ page, visitor, double }) => {
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/api/') && pathname !== '/api/v2/events') asked.push(pathname);
    });
    await visitor.open(`${double.address}/builder/abcd1234/`);
    await page.locator('[data-row="5"]').waitFor();
    expect(asked.filter((path) => !path.includes('/codes/')).length).toBeLessThanOrEqual(
      requestsMax,
    );
    await page.locator('[data-row="1"]').click();
    await page.keyboard.press('*');
    await page.keyboard.press('End');
    expect(await page.locator('[data-row]').count()).toBeLessThanOrEqual(rowsMax);
  },
  2_000,
);
