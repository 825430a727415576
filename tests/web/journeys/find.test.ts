// Finding lists, codes and people from the home page.
import { expect } from 'vitest';
import { journey, useBrowser, type Visitor } from '../browser.ts';
import { Person } from '../site.ts';

useBrowser();

const active = (visitor: Visitor) => visitor.page.locator('[role=option][aria-selected=true]');
const options = (visitor: Visitor) => visitor.page.getByRole('option');

async function typeOnHome(visitor: Visitor, text: string): Promise<void> {
  await visitor.open('/');
  await visitor.page.getByRole('combobox').pressSequentially(text);
  await options(visitor).first().waitFor();
}

journey('type on home: groups, arrows, Enter; Back restores; Esc clears', async (visitor) => {
  const { page } = visitor;
  const astrid = new Person(`astrid-${visitor.name}`);
  await astrid.publish(`Asthma of ${visitor.name}`, 'asthma');
  await typeOnHome(visitor, 'ast');
  for (const group of ['Codelists', 'Terms and codes', 'People and organisations']) {
    expect(await page.getByRole('group', { name: group }).count(), group).toBe(1);
  }
  await visitor.check();
  const field = page.getByRole('combobox');
  await field.press('ArrowDown');
  expect(await active(visitor).textContent()).toContain('Asthma');
  const first = await active(visitor).getAttribute('href');
  expect(await field.getAttribute('aria-activedescendant')).toBe(
    await active(visitor).getAttribute('id'),
  );
  await field.press('Enter');
  await page.waitForURL((url) => url.pathname.startsWith(first ?? 'none'));
  await page.goBack();
  await options(visitor).first().waitFor();
  expect(await page.getByRole('combobox').inputValue()).toBe('ast');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('search');
  await page.keyboard.press('Escape');
  expect(await page.getByRole('combobox').inputValue()).toBe('');
  await expect.poll(() => page.getByRole('option').count()).toBe(0);
});

journey('people and organisations are found, too', async (visitor) => {
  await typeOnHome(visitor, 'example');
  const people = visitor.page.getByRole('group', { name: 'People and organisations' });
  const names = await people.getByRole('option').allTextContents();
  expect(names.join()).toContain('Example University');
  await visitor.check();
});

journey('a new tab for Ctrl and Enter; all results for Enter alone', async (visitor) => {
  const { page } = visitor;
  await typeOnHome(visitor, 'asthma');
  const field = page.getByRole('combobox');
  await field.press('ArrowDown');
  const opening = page.context().waitForEvent('page');
  await field.press('Control+Enter');
  expect((await opening).url()).toContain('/codelist/');
  await (await opening).close();
  expect(new URL(page.url()).pathname).toBe('/');
  await field.press('ArrowUp');
  await field.press('Enter');
  await page.waitForURL('**/?q=asthma');
  expect(await page.getByRole('heading', { name: 'Terms and codes' }).count()).toBe(1);
  await visitor.check();
});

journey('paste a code on home: the lists that include it, and its page', async (visitor) => {
  const { page } = visitor;
  await visitor.open('/?q=asthma');
  const code = (await page.locator('.found-codes code').first().textContent()) ?? '';
  await visitor.open('/');
  await page.getByRole('combobox').fill(code);
  const lists = page.getByRole('group', { name: 'Codelists' }).getByRole('option');
  await lists.first().waitFor();
  expect(await lists.first().textContent()).toContain('includes the code');
  await page.getByRole('group', { name: 'Terms and codes' }).getByRole('option').first().click();
  await page.waitForURL(`**/code/${code}/`);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('sthma');
  const listed = page.locator('#codelists .list-card');
  expect(await listed.count()).toBeGreaterThan(0);
  await visitor.check();
});

journey(
  'a code without JavaScript: its lists, and its page',
  async (visitor) => {
    const { page } = visitor;
    await visitor.open('/?q=asthma');
    const code = (await page.locator('.found-codes code').first().textContent()) ?? '';
    await page.getByRole('searchbox').fill(code);
    await page.getByRole('searchbox').press('Enter');
    expect(await page.locator('.list-card').count()).toBeGreaterThan(0);
    await page.locator('.found-codes a').first().click();
    expect(await page.locator('#codelists .list-card').count()).toBeGreaterThan(0);
  },
  { javaScript: false },
);

journey('what nothing has is said', async (visitor) => {
  await visitor.open('/');
  await visitor.page.getByRole('combobox').fill('zzzzzz');
  await visitor.page.locator('.found-none').waitFor();
  expect(await visitor.page.locator('.found-none').textContent()).toContain('zzzzzz');
  await visitor.check();
});
