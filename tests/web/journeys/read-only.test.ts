// A site whose log takes no changes: it says so on every page, everything can be read, and what
// would change something is off.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { journey, useBrowser } from '../browser.ts';
import { OwnSite } from '../own-site.ts';
import { password } from '../people.ts';
import { send } from './real-draft.ts';

useBrowser();

// No volume has this much room.
const full = ['--free-space-min', '1073741824'];

// An address in the builder.
async function makeDraft(page: Page): Promise<string> {
  const { version } = await send<{ version: { hash: string } }>(page, 'POST', '/codelists', {
    owner: 'user/alice',
    name: 'While the disk is full',
    coding_system: 'snomedct',
  });
  await send(page, 'POST', `/versions/${version.hash}/searches`, { term: 'asthma' });
  return `/builder/${version.hash}/`;
}

journey(
  'a full disk: a bar on every page, buttons off, downloads work, and back',
  async (visitor) => {
    const { page } = visitor;
    const site = await OwnSite.make();
    const open = (path: string) => page.goto(new URL(path, site.address).href);
    try {
      await site.start();
      await open('/accounts/login/');
      await page.getByRole('textbox', { name: 'Username' }).fill('alice');
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByRole('link', { name: 'My codelists' }).click();
      const row = page.getByRole('row', { name: /Published/ }).first();
      const version = await row.getByRole('link').nth(1).getAttribute('href');
      const draft = await makeDraft(page);
      await site.stop();
      await site.start(full);
      const bar = page.locator('#read-only');
      const paths = ['/', '/releases/', '/organisations/', '/users/alice/', '/accounts/settings/'];
      const others = [
        '/coding-systems/latest-releases',
        `${version}diff/${version?.split('/').at(-2)}/`,
        '/nothing/here/',
      ];
      for (const path of [...paths, ...others, version ?? '']) {
        await open(path);
        expect(await bar.textContent(), path).toMatch(
          /^Codelog is not taking changes since \d\d:\d\d UTC \(disk full\)\. Everything can/,
        );
        visitor.complaints.length = 0; // the browser's line about 404
        await visitor.check();
      }
      const buttons = page.locator('form[method=post] button[type=submit]');
      expect(await buttons.count()).toBeGreaterThan(0);
      for (const button of await buttons.all()) {
        expect(await button.isDisabled()).toBe(true);
        expect(await button.getAttribute('aria-describedby')).toBe('read-only');
      }
      const file = await page.request.get(new URL(`${version}download.csv`, site.address).href);
      expect(file.status()).toBe(200);

      // In the builder, too: what changes the draft is there, but off until changes are taken.
      await open(draft);
      const why = 'Codelog is not taking changes at the moment: disk full.';
      await page.getByRole('alert').getByText(why).waitFor();
      expect(await bar.isVisible()).toBe(false);
      const first = page.locator('[data-code]').first();
      const include = first.getByRole('button', { name: 'Include' });
      const ends = ['Save for review', 'Save draft', 'Discard', 'Undo'].map((name) =>
        page.getByRole('button', { name }),
      );
      for (const button of [...ends, include, first.getByRole('button', { name: 'Exclude' })]) {
        expect(await button.isDisabled()).toBe(true);
        expect(await button.getAttribute('title')).toBe(why);
      }
      await visitor.check();
      await site.stop();
      await site.start();
      // Without loading the page again.
      await expect.poll(() => include.isEnabled(), { timeout: 30_000 }).toBe(true);
      await include.click();
      await page.locator('.last-step', { hasText: /^Included/ }).waitFor();
      await page.locator('.saved', { hasText: /^Saved/ }).waitFor();
      expect(await page.getByText(why).count()).toBe(0);

      await open(version ?? '');
      expect(await bar.count()).toBe(0);
      expect(await buttons.first().isEnabled()).toBe(true);
    } finally {
      await site.remove();
    }
  },
);
