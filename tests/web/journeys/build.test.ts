// A codelist from nothing to a version under review, in the builder on the real server.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { journey, useBrowser } from '../browser.ts';

useBrowser();

journey('create, search, decide, undo, and save for review', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('alice');
  await visitor.open('/users/alice/new-codelist/');
  const name = `Built ${visitor.name}`;
  await page.getByRole('textbox', { name: 'Codelist name *' }).fill(name);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.waitForURL(/\/builder\/[0-9a-f]{8}\/$/);
  const builder = page.url();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(name);
  expect(builder).toContain(await page.locator('#version-hash').textContent());

  await page.getByRole('searchbox').fill('asthma');
  await page.getByRole('searchbox').press('Enter');
  const rows = page.locator('[data-code]');
  await rows.first().waitFor();
  const save = page.getByRole('button', { name: 'Save for review' });
  expect(await save.isDisabled()).toBe(true);

  await page
    .getByRole('row', { name: /^Asthma,/ })
    .first()
    .focus();
  await page.keyboard.press('+');
  await page.locator('.last-step', { hasText: /^Included/ }).waitFor();
  await page.keyboard.press('u');
  await page.getByText('The last step is undone.').waitFor();
  await visitor.check();

  // Each top in turn, until nothing is undecided.
  await expect
    .poll(
      async () => {
        if (await save.isEnabled()) return true;
        await page.keyboard.press('n');
        await page.keyboard.press('+');
        return save.isEnabled();
      },
      { timeout: 60_000, interval: 300 },
    )
    .toBe(true);
  await save.click();
  await page.waitForURL(/\/codelist\/user\/alice\/built-/);
  expect(await page.getByText('Under review').count()).toBeGreaterThan(0);
  await visitor.check();

  const version = new URL(page.url()).pathname;
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download CSV' }).first().click();
  const file = readFileSync(await (await waiting).path(), 'utf8');
  expect(file).toMatch(/^code,term\r\n\d+,/);

  await page.getByRole('button', { name: 'Create new version' }).click();
  await page.waitForURL(/\/builder\/[0-9a-f]{8}\/$/);
  expect(page.url()).not.toBe(builder);
  await page.locator('.row-included[aria-label^="Asthma,"]').waitFor();
  expect(await save.isEnabled()).toBe(true);
  await visitor.open(version);
  expect(await page.getByRole('button', { name: 'Create new version' }).isDisabled()).toBe(true);
  await page.getByRole('link', { name: 'Continue the draft' }).waitFor();

  await page.getByRole('link', { name: 'My organisations' }).click();
  await page.getByRole('heading', { level: 1, name: /organisations/i }).waitFor();
  await page.getByRole('link', { name: 'Example University', exact: true }).waitFor();
  await visitor.check();
});
