// Versions and lists side by side.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { journey, useBrowser } from '../browser.ts';
import { newerRelease, Person } from '../site.ts';

useBrowser();

const asthma = 'example-university/asthma-diagnoses';

// "1,204 codes are in both": the numbers of all regions, from the table.
async function counts(page: import('playwright-core').Page): Promise<number[]> {
  const cells = await page.locator('.table-below tbody td:nth-child(2)').allTextContents();
  return cells.map((cell) => Number(cell.replaceAll(',', '')));
}

// Of each side, as its card says; and as its regions add up to.
async function sides(page: import('playwright-core').Page): Promise<[number, number][]> {
  const facts = await page.locator('.compare-sides .facts > span:last-child').allTextContents();
  const links = page.locator('.table-below tbody a');
  const addresses = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')));
  const letters = addresses.map((address) => address?.match(/region=([A-H]+)/)?.[1] ?? '');
  const all = await counts(page);
  return facts.map((fact, side) => {
    const letter = String.fromCharCode('A'.charCodeAt(0) + side);
    const own = all.filter((_, region) => letters[region]?.includes(letter));
    return [Number.parseInt(fact.replaceAll(',', ''), 10), sum(own)];
  });
}

const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0);

journey('two versions, then three lists; regions, filter, and a new list', async (visitor) => {
  const { page } = visitor;
  const person = new Person(`compares-${visitor.name}`);
  const whole = await person.publish(`Whole ${visitor.name}`, 'asthma');
  const without = await person.publish(`Without ${visitor.name}`, 'asthma', ['1459999999100']);
  const pressure = await person.publish(`Pressure ${visitor.name}`, 'hypertension');
  await visitor.open('/compare/');
  await visitor.check();
  const field = page.getByRole('textbox', { name: 'Add a codelist' });
  await field.fill('nothing/like-this');
  await field.press('Enter');
  await page.getByText('Nothing here is called that.').waitFor();
  await field.fill(whole.path);
  await field.press('Enter');
  await field.fill(without.hash);
  await field.press('Enter');
  await page.getByRole('button', { name: '15 codes are in both' }).first().waitFor();
  expect(sum(await counts(page))).toBe(16);
  expect(await sides(page)).toEqual([
    [16, 16],
    [15, 15],
  ]);
  await visitor.check();

  // The circles by keys: what is chosen is said, and its codes are shown.
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  await page.getByRole('button', { name: 'Add' }).focus();
  await page.keyboard.press('Tab');
  await expect.poll(focused).toBe('1 code is only in A');
  await page.keyboard.press('Tab');
  await expect.poll(focused).toBe('15 codes are in both');
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('15 codes are in both').waitFor();
  await page.getByRole('heading', { name: 'Codes in both' }).waitFor();
  expect(await page.locator('.venn-part[aria-pressed=true]').count()).toBe(1);
  await visitor.check('in both');
  await page.keyboard.press(' ');
  await expect.poll(() => page.locator('.venn-part[aria-pressed=true]').count()).toBe(0);

  await field.fill(`user/${person.name}/pressure-${visitor.name}`);
  await field.press('Enter');
  await page.getByRole('button', { name: 'codes are in A and B only' }).first().waitFor();
  const all = await counts(page);
  expect(all.length).toBe(3);
  for (const [own, added] of await sides(page)) expect(added).toBe(own);
  if (!visitor.isNarrow) {
    // The columns by keys: one is reached with Tab, the others with arrows.
    await page.locator('.upset-column').first().focus();
    await page.keyboard.press('End');
    await expect.poll(focused).toBe('1 code is only in A');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    const chosen = page.locator('.upset-column[aria-pressed=true]');
    await expect.poll(() => chosen.getAttribute('data-place')).toBe('1');
    await page.keyboard.press('Tab');
    expect(await focused()).not.toMatch(/^\d+ codes? (is|are)/);
  }
  await page
    .getByRole('button', { name: '1 code is only in A' })
    .locator('visible=true')
    .first()
    .click();
  await page.getByRole('heading', { name: 'Codes only in A' }).waitFor();
  await page.getByRole('cell', { name: 'Brittle asthma' }).waitFor();
  expect(page.url()).toContain('region=A');
  await visitor.check();
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'CSV of these' }).click();
  const file = readFileSync(await (await waiting).path(), 'utf8');
  expect(file.split('\r\n')[1]).toContain('1459999999100,Brittle asthma,1,,');

  await visitor.logIn(person.name);
  await visitor.open(`/compare/?of=${whole.hash}&of=${pressure.hash}`);
  await page.getByText('New list from these').click();
  await page.getByRole('textbox', { name: 'Name' }).fill(`Both ${visitor.name}`);
  await page.getByRole('button', { name: 'Make the draft' }).click();
  await page.waitForURL(/\/builder\/[0-9a-f]{8}\/$/);
  const hash = page.url().match(/builder\/([0-9a-f]{8})/)?.[1];
  const draft = await person.ask<{ statuses: Record<string, string> }>('GET', `/versions/${hash}`);
  expect(Object.keys(draft.statuses).length).toBeGreaterThanOrEqual(sum(all));
  const made = await person.ask<{ methodology: string }>(
    'GET',
    `/codelists/user/${person.name}/both-${visitor.name}`,
  );
  expect(made.methodology).toContain(`[Whole ${visitor.name}, ${whole.hash}]`);
});

journey(
  'without JavaScript, ticked versions are compared',
  async (visitor) => {
    const { page } = visitor;
    const person = new Person(`ticks-${visitor.name}`);
    const first = await person.publish(`Ticked ${visitor.name}`, 'asthma');
    await person.ask('POST', `/versions/${first.hash}/drafts`, {});
    await visitor.logIn(person.name);
    await visitor.open(`/codelist/user/${person.name}/ticked-${visitor.name}/-/`);
    for (const box of await page.getByRole('checkbox', { name: /^Compare/ }).all())
      await box.check();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByText('All 16 codes are in both.').waitFor();
    await page.getByRole('link', { name: 'in both' }).click();
    expect(await page.locator('.region-rows tbody tr').count()).toBe(16);
  },
  { javaScript: false },
);

journey('the address of a diff works with a tag and with a hash', async (visitor) => {
  const { page } = visitor;
  const person = new Person(`differs-${visitor.name}`);
  const first = await person.publish(`Differs ${visitor.name}`, 'asthma');
  await person.ask('POST', `/codelists/user/${person.name}/differs-${visitor.name}/versions`, {
    codes: ['1389999999101'],
    release: newerRelease,
    tag: `tag-${visitor.name}`,
  });
  await visitor.open(`${first.path}diff/tag-${visitor.name}/`);
  expect(await page.getByRole('heading', { name: 'Codes in Left only' }).count()).toBe(1);
  await visitor.open(`/codelist/${asthma}/66f08cca/diff/${first.hash}/`);
  await page.getByRole('heading', { name: 'Codes in common' }).waitFor();
  await visitor.check();
  await page.getByRole('link', { name: /^Compare/ }).click();
  await page.getByText('14 of 16 codes are in both; 2 are only in B.').waitFor();
});
