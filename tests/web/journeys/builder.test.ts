// Journeys 13, 15, 17, 21, 22, 27, 28 and 30: one person builds a draft on the real server.
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
  await page.getByRole('searchbox').fill('asthma');
  const preview = page.getByText(
    /^\d+ found · \d+ with all below them · \d+ of these new to this draft$/,
  );
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
  await page
    .getByRole('complementary')
    .getByRole('button', { name: /^Exclude/ })
    .click();
  await draft.expectCount('0 in conflict');
  await draft.expectAgreement();
});

journey('by keys alone, from / to saving for review', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Keys', []);
  await page.keyboard.press('/');
  await page.keyboard.type('asthma');
  await page.keyboard.press('Enter');
  await draft.expectStatus('Asthma', 'undecided');
  await page.keyboard.press('Home');
  await page.keyboard.press('n');
  await page.keyboard.press('+');
  await draft.expectStatus('Asthma', 'included');
  const save = page.getByRole('button', { name: 'Save for review' });
  const isDecided = async () => {
    if (await save.isEnabled()) return true;
    await page.keyboard.press('n');
    await page.keyboard.press('-');
    return save.isEnabled();
  };
  await expect.poll(isDecided, { interval: 200, timeout: 60_000 }).toBe(true);
  await draft.expectAgreement();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'A command' }).waitFor();
  await page.keyboard.type('save for');
  await page.getByRole('option', { name: 'Save for review' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/codelist\/example-university\/keys-/);
  await page.getByText('Under review').first().waitFor();
});

journey('a search by code, as typed or as chosen; words that nothing has', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'By code', []);
  const search = page.getByRole('searchbox');
  await search.fill('asthmma');
  await page.getByText('No description matches “asthmma”').waitFor();
  await page.getByRole('button', { name: /^asthma \d+$/ }).waitFor();
  await visitor.check('did you mean');
  await page.getByRole('button', { name: /^asthma \d+$/ }).click();
  await page.getByText(/^\d+ found/).waitFor();
  expect(await search.inputValue()).toBe('asthma');
  const found = page.locator('.hit', { hasText: 'Acute exacerbation of asthma' });
  const code = await found.locator('code').textContent();

  await search.fill(`code:${code}`);
  await search.press('Enter');
  await draft.expectStatus('Acute exacerbation of asthma', 'undecided');
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Find your first codes.').waitFor();
  await page.getByRole('radio', { name: 'Code' }).check();
  await search.fill(`code: ${code}`);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await draft.expectStatus('Acute exacerbation of asthma', 'undecided');
  const { searches } = await draft.read<{ searches: { code?: string }[] }>(
    `/versions/${draft.hash}/searches`,
  );
  expect(searches.map((own) => own.code)).toEqual([code]);
});

journey('where a code is: each place, with the way there from the top', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Places', ['asthma']);
  const term = 'Acute exacerbation of allergic asthma';
  await draft.row('Asthma').focus();
  await page.keyboard.press('*');
  await draft.row(term).focus();
  await page.keyboard.press('?');
  const code = await draft.row(term).getAttribute('data-code');
  const { places } = await draft.read<{ places: string[][] }>(
    `/versions/${draft.hash}/codes/${code}`,
  );
  const terms = new Map<string | null, string | null>();
  for (const row of await page.locator('[data-code]').all()) {
    terms.set(await row.getAttribute('data-code'), await row.locator('.term-text').textContent());
  }
  const pane = page.getByRole('complementary');
  await pane.getByText(`Where it is (${places.length} places)`).waitFor();
  const shown = await pane
    .locator('.places > li')
    .evaluateAll((all) =>
      all.map((place) =>
        [...place.querySelectorAll('button')]
          .map((step) => step.lastChild)
          .map((text) => text?.textContent),
      ),
    );
  const expected = places.map((path) => path.map((above) => terms.get(above)));
  expect(new Set(shown.map(String))).toEqual(new Set(expected.map(String)));
  expect(expected.some((path) => path.length > 1)).toBe(true);
  await visitor.check('places');
});

journey(
  'a tab is closed with two decisions unsent: offered, sent, not doubled',
  async (visitor) => {
    const { page } = visitor;
    const draft = await begin(visitor, 'Closed tab', ['asthma']);
    await page.route('**/statuses', (route) => route.abort());
    await draft.press('Asthma', 'Include');
    await draft.press('Acute exacerbation of asthma', 'Exclude');
    await page.getByRole('alert').getByText('2 decisions are not saved yet.').waitFor();
    const later = draft.as(await visitor.inNewTab());
    await later.open();
    await later.page.getByText('2 decisions from').waitFor();
    await later.visitor.check('left from before');
    await later.page.getByRole('button', { name: 'Send', exact: true }).click();
    await later.expectStatus('Asthma', 'included');
    await later.expectStatus('Acute exacerbation of asthma', 'excluded');
    await later.expectAgreement();
    const { events } = await later.read<{ events: { type: string }[] }>(
      `/codelists/organisation/example-university/${draft.slug}/history?limit=1000`,
    );
    expect(events.filter(({ type }) => type === 'StatusesChanged').length).toBe(2);
  },
);

journey('Save draft tells that all is saved; Discard takes the draft away', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Ends', ['asthma']);
  await draft.press('Asthma', 'Include');
  await draft.expectAgreement();
  await page.getByRole('button', { name: 'Save draft' }).click();
  await page
    .locator('.last-step')
    .getByText(/^All is saved at /)
    .waitFor();
  await page.getByRole('button', { name: 'Discard' }).click();
  const dialog = page.getByRole('dialog', { name: 'Discard this draft?' });
  await dialog.getByText(draft.hash).waitFor();
  await visitor.check('discard');
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Discard' }).click();
  await dialog.getByRole('button', { name: 'Discard the draft' }).click();
  await page.waitForURL((address) => address.pathname === '/'); // it was the only version
  const gone = await page.request.get(new URL(`/builder/${draft.hash}/`, page.url()).href);
  expect(gone.status()).toBe(404);
});

journey('removing a search tells what leaves, and is undone', async (visitor) => {
  const { page } = visitor;
  const draft = await begin(visitor, 'Removal', ['asthma', 'wheezing']);
  await draft.showSearches();
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
  const save = page.getByRole('button', { name: 'Save for review' });
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
