// The documentation, the API to read, and the site's status.
import { expect } from 'vitest';
import { journey, useBrowser } from '../browser.ts';

useBrowser();

for (const path of [
  '/docs/',
  '/docs/?q=undo',
  '/docs/?q=zzz',
  '/docs/deciding/',
  '/docs/api/',
  '/docs/keyboard/',
  '/status/',
]) {
  journey(`${path} is quiet, accessible and fits`, async (visitor) => {
    await visitor.open(path);
    await visitor.check();
  });
}

journey('a page that the documentation does not have leads back', async (visitor) => {
  const { page } = visitor;
  await visitor.open('/docs/none/');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('404 Page not found');
  await page
    .getByRole('navigation', { name: 'Documentation' })
    .getByRole('link', { name: 'Glossary' })
    .click();
  await page.getByRole('heading', { level: 1, name: 'Glossary' }).waitFor();
});

journey(
  'without JavaScript, from the header to the answer in the documentation',
  async (visitor) => {
    const { page } = visitor;
    await visitor.open('/releases/');
    await visitor.openMenu();
    await page.getByRole('link', { name: 'Docs' }).click();
    await page.getByRole('searchbox', { name: 'Search the documentation' }).fill('idempotency');
    await page.getByRole('searchbox', { name: 'Search the documentation' }).press('Enter');
    await page.getByRole('link', { name: 'API Write safely' }).click();
    expect(new URL(page.url()).hash).toBe('#write-safely');
    expect(await page.getByRole('heading', { level: 2, name: 'Write safely' }).isVisible()).toBe(
      true,
    );
  },
  { javaScript: false },
);

journey('operations of the API are filtered, opened and linked', async (visitor) => {
  const { page } = visitor;
  await visitor.open('/api/#undo');
  // The address opens the operation that it names.
  const undo = page.locator('.operation', { has: page.locator('#undo') });
  await expect.poll(() => undo.getAttribute('open')).not.toBeNull();
  expect(await undo.getByText('curl -sS').isVisible()).toBe(true);
  await visitor.check();
  await page.getByRole('heading', { level: 1 }).scrollIntoViewIfNeeded();
  await page.getByRole('searchbox', { name: 'Filter operations' }).fill('undo');
  const operations = page.locator('.operation:visible');
  await expect.poll(() => operations.count()).toBeLessThan(8);
  await page.getByRole('searchbox', { name: 'Filter operations' }).fill('nothing like it');
  await expect.poll(() => operations.count()).toBe(0);
});
