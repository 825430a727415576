// What the builder may cost: bytes, requests and rows in the page.
import { expect, test } from 'vitest';
import { useBrowser } from '../browser.ts';
import { bytesOf, sourcesOf } from './bundle.ts';
import { draftJourney } from './draft-page.ts';

useBrowser();

// Compressed, with all that a page with this island loads.
const bytesMax: Record<string, number> = { builder: 110_000 };
const bytesMaxElsewhere = 100_000;
const bytesMaxOfSite = 45_000;
const requestsMax = 4;
const rowsMax = 60;

test('the scripts of each page are small', () => {
  const site = 'src/site.ts';
  expect(bytesOf(site), site).toBeLessThanOrEqual(bytesMaxOfSite);
  const islands = sourcesOf('src/islands/');
  expect(islands).toContain('src/islands/builder.ts');
  for (const island of islands) {
    const name = island.replace(/^.*\/|\.tsx?$/g, '');
    const most = bytesMax[name] ?? bytesMaxElsewhere;
    expect(bytesOf(site, island), island).toBeLessThanOrEqual(most);
  }
});

draftJourney(
  'a click changes no more rows than are in view, and needs no second look',
  ({ draft }) => void draft.addSearch('respiratory', 'words'),
  async (draft) => {
    const { page } = draft;
    await page.locator('[data-row="5"]').waitFor();
    await page.evaluate(() => {
      const rows = new Set<Element>();
      Object.assign(window, { changedRows: rows });
      const watcher = new MutationObserver((changes) => {
        for (const { target } of changes) {
          const row = target.parentElement?.closest('[data-row]') ?? target;
          if (row instanceof Element && row.matches('[data-row]')) rows.add(row);
        }
      });
      const grid = document.querySelector('.tree-grid');
      const what = { subtree: true, attributes: true, childList: true, characterData: true };
      if (grid) watcher.observe(grid, what);
    });
    await page.locator('[data-row="1"]').getByRole('button', { name: 'Include' }).click();
    await page.locator('[data-row="1"].row-included').waitFor();
    await draft.expectAgreement();
    const changed = await page.evaluate(
      () => (window as unknown as { changedRows: Set<Element> }).changedRows.size,
    );
    expect(changed).toBeGreaterThan(0);
    expect(changed).toBeLessThanOrEqual(await page.locator('[data-row]').count());
  },
  2_000,
);

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
