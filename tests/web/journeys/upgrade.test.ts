// A newer release: what it does to a list, the draft made for it, and settling it.
import { expect } from 'vitest';
import { journey, useBrowser } from '../browser.ts';
import { newerRelease, Person } from '../site.ts';

useBrowser();

type Version = { status: string; release: string; statuses: Record<string, string> };
const brittle = '1459999999100';
const unpredictable = '51019999999101';
const lateOnset = '1429999999106';
const adultOnset = '51009999999103';

journey('a preview changes nothing; the draft is settled by keys and saved', async (visitor) => {
  const { page } = visitor;
  const editor = new Person(`upgrades-${visitor.name}`);
  const made = await editor.publish(`Asthma of ${visitor.name}`, 'asthma');
  const codelist = `/codelists/user/${editor.name}/${made.path.split('/')[4]}`;
  const drafts = async () =>
    (await editor.ask<{ versions: Version[] }>('GET', codelist)).versions.filter(
      ({ status }) => status === 'draft',
    );

  await visitor.open(made.path);
  await page.getByRole('link', { name: 'See what changes' }).click();
  await page.getByText('The release touches 8 codes. 6 need a decision.').waitFor();
  expect(await page.getByRole('button', { name: 'Make the draft' }).count()).toBe(0);
  await visitor.check();
  await page.getByRole('link', { name: /^Gone/ }).click();
  await page.getByText('Asthma with unpredictable attacks').waitFor();
  expect(await drafts()).toEqual([]);

  await visitor.logIn(editor.name);
  await visitor.open(`${made.path}-/upgrade/`);
  expect(await drafts()).toEqual([]);
  await page.getByRole('button', { name: 'Make the draft' }).click();
  await page.getByText('2 of 8 codes settled').first().waitFor();
  await visitor.check();
  const save = page.getByRole('button', { name: /^Save for review/ });
  expect(await save.isDisabled()).toBe(true);

  // Two new codes by keys, the other new ones follow; then those that are gone, and the rest.
  const row = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await row('Thunderstorm asthma').focus();
  await page.keyboard.press('Enter');
  await row('Wheezing illness of farm workers').focus();
  await page.keyboard.press('-');
  await page.getByText('4 of 8 codes settled').first().waitFor();
  await page.keyboard.press('u');
  await page.getByText('3 of 8 codes settled').first().waitFor();
  await page.keyboard.press('2');
  await row('Brittle asthma').waitFor();
  await visitor.check();
  await row('Brittle asthma').focus();
  await page.keyboard.press('Enter');
  await page.getByText('5 of 8 codes settled').first().waitFor();
  await page.getByRole('button', { name: 'Accept the rest' }).click();
  await page.getByRole('button', { name: 'Accept them' }).click();
  await page.getByText('8 of 8 codes settled').first().waitFor();
  await save.click();
  await page.waitForURL(/\/codelist\/user\/.*\/[0-9a-f]{8}\/$/);
  await page.getByText('Under review').first().waitFor();
  const hash = (await page.locator('#version-hash').textContent()) ?? '';
  const saved = await editor.ask<Version>('GET', `/versions/${hash}`);
  expect(saved.release).toBe(newerRelease);
  expect(Object.values(saved.statuses)).not.toContain('?');
});

journey('a successor is taken, another code left out, and the history tells', async (visitor) => {
  const { page } = visitor;
  const editor = new Person(`succeeds-${visitor.name}`);
  const made = await editor.publish(`Wheeze of ${visitor.name}`, 'asthma');
  await visitor.logIn(editor.name);
  await visitor.open(`${made.path}-/upgrade/?to=${newerRelease}&show=gone`);
  await page.getByRole('button', { name: 'Make the draft' }).click();
  await page.getByRole('link', { name: /^Gone/ }).click();
  await page
    .getByRole('button', { name: 'Take the successor Asthma with unpredictable attacks' })
    .click();
  await page.getByRole('button', { name: 'Reason for Late onset asthma' }).click();
  await page.getByRole('textbox', { name: /Late onset asthma/ }).fill('not used any more');
  await page.getByRole('button', { name: 'Give the reason' }).click();
  await page.getByRole('button', { name: 'Leave out Late onset asthma' }).click();
  await page
    .getByText(/of 8 codes settled/)
    .first()
    .waitFor();
  const draft = page.url().match(/[0-9a-f]{8}(?=\/-\/upgrade)/)?.[0] ?? '';
  const statuses = async () => (await editor.ask<Version>('GET', `/versions/${draft}`)).statuses;
  await expect
    .poll(async () => {
      const now = await statuses();
      return [now[unpredictable], now[brittle], now[lateOnset]];
    })
    .toEqual(['+', '+', '-']);
  expect((await statuses())[adultOnset]).toBe('(+)');

  // What was settled stays settled when the page is opened again.
  await page.reload();
  await page
    .getByText(/of 8 codes settled/)
    .first()
    .waitFor();
  expect(await page.locator('.upgrade-row.is-open').count()).toBe(0);
  const slug = made.path.split('/')[4];
  const history = await editor.ask<{ events: unknown[] }>(
    'GET',
    `/codelists/user/${editor.name}/${slug}/history`,
  );
  const told = JSON.stringify(history);
  expect(told).toContain('Successor of Brittle asthma');
  expect(told).toContain('not used any more');
});

journey('a superuser starts the report on a release, and goes on from it', async (visitor) => {
  const { page } = visitor;
  const owner = new Person(`reported-${visitor.name}`);
  const name = `Asthma reported ${visitor.name}`;
  await owner.publish(name, 'asthma');
  const path = `/releases/${newerRelease}/report/`;
  await visitor.open(path);
  expect(await page.getByRole('button', { name: /^Make/ }).count()).toBe(0);
  await visitor.logIn('alice');
  await visitor.open(`/releases/${newerRelease}/`);
  await page.getByRole('link', { name: 'What this release does to codelists' }).click();
  await page.getByRole('button', { name: /^Make/ }).click();
  const list = page.getByRole('row').filter({ hasText: name });
  await list.waitFor();
  await visitor.check();
  await list.getByRole('link', { name: `See what changes in ${name}` }).click();
  await page.getByText(/^The release touches 8 codes/).waitFor();
  // The version's page knows the numbers now.
  await page.getByRole('link', { name: new RegExp(`^${name} `) }).click();
  await page.getByText('It touches this list: 4 codes new, 2 gone, 1 moved, 1 renamed.').waitFor();

  await visitor.page.context().clearCookies();
  await visitor.logIn(owner.name);
  await visitor.open(path);
  await list.getByRole('link', { name: `See what changes in ${name}` }).click();
  await page.getByRole('button', { name: 'Make the draft' }).click();
  await page.getByText('2 of 8 codes settled').first().waitFor();
});
