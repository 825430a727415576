// A newer release: what it does to a list, the draft made for it, and settling it.
import { expect } from 'vitest';
import { journey, useBrowser } from '../browser.ts';
import { newerRelease, Person } from '../site.ts';

useBrowser();

type Report = { progress: { running: boolean; done: number; total: number } };
type Version = { status: string; release: string; statuses: Record<string, string> };
const brittle = '1459999999100';
const unpredictable = '51019999999101';
const lateOnset = '1429999999106';
const adultOnset = '51009999999103';

const isFocused = (element: Element) => element === document.activeElement;

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

  // Nothing has taken the focus. Two new codes by keys; then those that are gone and changed, and
  // the rest.
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  const row = (name: string) => page.getByRole('listitem').filter({ hasText: name });
  await row('Thunderstorm asthma').focus();
  await page.keyboard.press('Enter');
  await row('Wheezing illness of farm workers').focus();
  await page.keyboard.press('-');
  await page.getByText('4 of 8 codes settled').first().waitFor();
  await page.keyboard.press('u');
  await page.getByText('3 of 8 codes settled').first().waitFor();
  await page.keyboard.press('2');
  await expect.poll(focused).toContain('Brittle asthma');
  await visitor.check('gone');
  await page.keyboard.press('Enter');
  await page.getByText('5 of 8 codes settled').first().waitFor();
  await page.keyboard.press('3');
  await expect.poll(focused).toContain('was called Exercise-induced asthma');
  await page.keyboard.press('+');
  const renamed = row('was called Exercise-induced asthma');
  await renamed.locator('[aria-label^="Include"][aria-pressed=true]').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await renamed.locator('[aria-label^="Include"][aria-pressed=false]').waitFor();
  await visitor.check('changed');
  await page.getByRole('button', { name: 'Accept the rest' }).press('Enter');
  await page.getByRole('button', { name: 'Accept them' }).press('Enter');
  await page.getByText('8 of 8 codes settled').first().waitFor();
  await expect.poll(focused).toBe('Save for review');
  await page.keyboard.press('Enter');
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
  const taking = 'Take the successor Asthma with unpredictable attacks of Brittle asthma';
  await page.locator('.upgrade-row').filter({ hasText: 'Brittle asthma' }).focus();
  await page.keyboard.press('Tab');
  expect(await page.getByRole('button', { name: taking }).evaluate(isFocused)).toBe(true);
  await page.keyboard.press('Enter');
  // The button is gone; the row has the focus.
  const code = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset.code);
  await expect.poll(code).toBe(brittle);
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
  await visitor.open(`/codelist/user/${editor.name}/${made.path.split('/')[4]}/-/history/`);
  for (const steps of await page.locator('.story summary').all()) await steps.click();
  await page.locator('.story').getByText('“Successor of Brittle asthma”').first().waitFor();
  await page.locator('.story').getByText('“not used any more”').first().waitFor();
  await visitor.check();
});

journey('a decision that does not arrive is taken back, or sent again', async (visitor) => {
  const { page } = visitor;
  const editor = new Person(`persists-${visitor.name}`);
  const made = await editor.publish(`Persistence of ${visitor.name}`, 'asthma');
  await visitor.logIn(editor.name);
  await visitor.open(`${made.path}-/upgrade/`);
  await page.getByRole('button', { name: 'Make the draft' }).click();
  await page.getByText('2 of 8 codes settled').first().waitFor();

  // No answer: it is shown, and told, and leaving asks.
  await page.route('**/api/v2/versions/**', (route) =>
    route.request().method() === 'GET' ? route.continue() : route.abort(),
  );
  await page.getByRole('button', { name: 'Exclude Thunderstorm asthma' }).click();
  await page.getByText('1 decision is not saved yet.').waitFor();
  await page.getByText('3 of 8 codes settled').first().waitFor();
  const asked = page.waitForEvent('dialog').then((dialog) => dialog.dismiss());
  await Promise.all([asked, page.evaluate(() => location.reload())]);
  await page.unroute('**/api/v2/versions/**');
  await page.getByRole('button', { name: 'Try now' }).click();
  await expect.poll(() => page.getByText('not saved yet').count()).toBe(0);

  // Refused: the code is open again.
  const detail = 'Nothing of the kind.';
  await page.route('**/api/v2/versions/**', (route) =>
    route.request().method() === 'GET'
      ? route.continue()
      : route.fulfill({ status: 422, contentType: 'application/problem+json', json: { detail } }),
  );
  await page.getByRole('button', { name: 'Exclude Adult onset asthma' }).click();
  await page.getByText(detail).waitFor();
  await page.getByText('3 of 8 codes settled').first().waitFor();
  expect(await page.getByRole('button', { name: /^Save for review/ }).isDisabled()).toBe(true);
  visitor.complaints.length = 0; // of the browser, about the answers
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
  const resource = `/api/v2/releases/${newerRelease}/upgrade-report`;
  const answer = await page.request.get(new URL(resource, page.url()).href);
  const report = (await answer.json()) as Report;
  expect(report.progress.running).toBe(false);
  expect(report.progress.done).toBe(report.progress.total);
  expect(report.progress.total).toBeGreaterThan(0);
  // The most touched lists come first: this one is as bad as the first, and others are better.
  const rows = await page.locator('.touched-lists tbody tr').all();
  const weights = await Promise.all(
    rows.map(async (row) => {
      const counts = await row.locator('td.number').allTextContents();
      return Number(counts[0]) + Number(counts[1]);
    }),
  );
  expect(weights).toEqual([...weights].sort((one, other) => other - one));
  expect(weights[0]).toBeGreaterThanOrEqual(6);
  expect(weights.at(-1)).toBeLessThanOrEqual(6);
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
