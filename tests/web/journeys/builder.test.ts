// Journeys 13 to 16, 18, 21, 22, 28 and 30: one person builds a draft on the real server.
import { expect } from 'vitest';
import { journey, useBrowser, type Visitor } from '../browser.ts';
import { password } from '../people.ts';
import { RealDraft } from './real-draft.ts';

useBrowser();

async function begin(visitor: Visitor, name: string, searches: readonly string[]) {
  await visitor.logIn('alice');
  const draft = await RealDraft.create(visitor, name, searches);
  await draft.open();
  return draft;
}

journey('first search: counts before Enter, then a tinted tree', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'First search', []);
  await page.getByText('Find your first codes.').waitFor();
  await draft.showSearch();
  await page.getByRole('searchbox').fill('asthma');
  const preview = page.getByText(/^\d+ found · \d+ new to this draft · with descendants \d+$/);
  const text = (await preview.textContent()) ?? '';
  const [found = 0, added = 0, whole = 0] = [...text.matchAll(/\d+/g)].map(Number);
  expect(found).toBeGreaterThan(10);
  expect(added).toBe(whole);
  await visitor.check('preview');
  await page.getByRole('searchbox').press('Enter');
  await draft.expectStatus('Asthma', 'undecided');
  await draft.expectCount(`${whole} undecided`);
  await draft.expectAgreement();
});

journey('+ on a top, − below it, a conflict, and its end', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Two sides', ['asthma']);
  // What a button tells is what it then does.
  await draft.row('Asthma').getByRole('button', { name: 'Include' }).focus();
  const tip = page.getByRole('tooltip');
  await tip.waitFor();
  const [, told] = (await tip.textContent())?.match(/^Includes (\d+) codes: \1 undecided$/) ?? [];
  const below = Number(told) - 1;
  await draft.press('Asthma', 'Include');
  await draft.expectCount(`${told} included`);
  const strip = await page.locator('.strip').first().getAttribute('aria-label');
  expect(strip).toContain(`1 included, ${below} included through another code, `);
  await draft.expectStatus('Acute exacerbation of asthma', 'included-through');
  await draft.expectAgreement();

  await draft.press('Acute exacerbation of asthma', 'Exclude');
  await draft.press('Allergic asthma', 'Include');
  await draft.row('Allergic asthma').press('ArrowRight');
  await draft.expectStatus('Acute exacerbation of allergic asthma', 'in-conflict');
  await draft.expectStatus('Childhood asthma', 'included-through');
  await draft.expectCount('1 in conflict');
  await draft.expectAgreement();
  await draft.row('Acute exacerbation of allergic asthma').focus();
  await page.keyboard.press('?');
  await draft.row('Acute exacerbation of allergic asthma').waitFor({ state: 'attached' });
  await page.getByText(/^In conflict: .* disagree$/).waitFor();
  await visitor.check('conflict');
  await page.getByRole('button', { name: 'Exclude −' }).click();
  await draft.expectCount('0 in conflict');
  await draft.expectAgreement();
});

journey('a section at once keeps decisions or overrides them, as one step', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Section', ['asthma']);
  await draft.press('Acute exacerbation of asthma', 'Include');
  await draft.expectAgreement();
  await page.getByRole('button', { name: '− all' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: 'Override them' }).check();
  await dialog.getByRole('combobox', { name: 'Reason' }).fill('not for this study');
  await dialog.getByRole('button', { name: /^Exclude \d+ codes$/ }).click();
  await draft.expectStatus('Acute exacerbation of asthma', 'excluded-through');
  await draft.expectAgreement();
  await page.getByRole('button', { name: 'Undo' }).click();
  await draft.expectStatus('Acute exacerbation of asthma', 'included');
  await draft.expectAgreement();
});

journey('removing a search tells what leaves, and is undone', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Removal', ['asthma', 'wheezing']);
  await draft.showSearch();
  await page.getByRole('button', { name: 'Remove the search wheezing' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove this search?' });
  await dialog.getByText(/leaves? the draft with “wheezing”: \d+ undecided\./).waitFor();
  await visitor.check('removal');
  await dialog.getByRole('button', { name: 'Remove the search' }).click();
  await page.getByText('Removed the search').waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('button', { name: 'Remove the search wheezing' }).waitFor();
});

journey('undo three times, redo twice, load again: the history has all five', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Undone', ['asthma']);
  await draft.press('Acute exacerbation of asthma', 'Exclude');
  await draft.press('Allergic asthma', 'Include');
  await draft.press('Asthma', 'Include');
  await draft.expectAgreement();
  await draft.row('Asthma').focus();
  // Faster than the server answers.
  for (const key of ['u', 'u', 'u', 'Shift+U', 'Shift+U']) await page.keyboard.press(key);
  await page.locator('.last-step').getByText('The step is done again.').waitFor();
  await page.locator('.undo-bar button:not(:disabled)').first().waitFor();
  await draft.expectStatus('Allergic asthma', 'included');
  await draft.expectStatus('Asthma', 'undecided');
  await draft.expectAgreement();
  await page.reload();
  await draft.expectStatus('Acute exacerbation of asthma', 'excluded');
  await draft.expectAgreement();
  const { events } = await draft.read<{ events: { type: string }[] }>(
    `/codelists/organisation/example-university/${draft.slug}/history?limit=1000`,
  );
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect([count('DraftStepUndone'), count('DraftStepRedone')]).toEqual([3, 2]);
});

journey('the session ends mid-work: log in over the page, clicks arrive', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Session', ['asthma']);
  await page.context().clearCookies();
  await draft.press('Asthma', 'Include');
  const dialog = page.getByRole('dialog', { name: 'Log in to go on' });
  await dialog.getByLabel('Password of alice').fill('not this');
  await page.keyboard.press('Enter');
  await dialog
    .getByRole('alert')
    .getByText(/correct username and password/)
    .waitFor();
  visitor.complaints.length = 0; // the browser itself names each 401
  await visitor.check('log-in');
  await dialog.getByLabel('Password of alice').fill(password);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await draft.press('Acute exacerbation of asthma', 'Exclude');
  await draft.expectAgreement();
  visitor.complaints.length = 0;
});

journey('save for review: blocked with some left, n visits them, then saved', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Review', ['asthma', 'wheezing']);
  await draft.press('Asthma', 'Include');
  await draft.expectAgreement();
  const save = page.getByRole('button', { name: 'Save for review' }).first();
  const undecided = async () =>
    Object.values(await draft.statuses()).filter((own) => own === '?').length;
  let left = await undecided();
  expect(left).toBeGreaterThanOrEqual(3);
  expect(await save.isDisabled()).toBe(true);
  await draft.row('Asthma').focus();
  while (left > 0) {
    await page.keyboard.press('n');
    await page.keyboard.press('-');
    const before = left;
    await expect.poll(undecided).toBeLessThan(before);
    left = await undecided();
  }
  await expect.poll(() => save.isEnabled()).toBe(true);
  await save.click();
  await page.waitForURL(/\/codelist\/example-university\/review-/);
  await page.getByText('Under review').first().waitFor();
});
