// Journey 48: what OpenCodelists' own browser tests do, with the names that they look for.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { journey, useBrowser, type Visitor } from '../browser.ts';
import { RealDraft } from './real-draft.ts';

useBrowser();

type NewList = { name: string; system: string; owner?: string };

async function create(visitor: Visitor, { name, system, owner }: NewList): Promise<void> {
  const { page } = visitor;
  await page.getByRole('link', { name: 'My codelists' }).click();
  await page.getByRole('link', { name: 'Create a codelist' }).click();
  if (owner) await page.getByLabel('Owner').selectOption({ label: owner });
  await page.getByRole('textbox', { name: 'Codelist name *' }).fill(name);
  await page.getByRole('combobox', { name: 'Coding system *' }).selectOption(system);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.waitForURL(/\/builder\/[0-9a-f]{8}\/$/);
}

async function search(visitor: Visitor, kind: 'Term' | 'Code', text: string): Promise<void> {
  const { page } = visitor;
  await page.getByRole('radio', { name: kind }).click();
  await page.getByRole('searchbox').fill(text);
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.locator('.last-step', { hasText: `Searched ${text}` }).waitFor();
}

const buttons = { Include: /\+.*Include/, Exclude: /−.*Exclude/ };
const styles = { Include: 'row-included', Exclude: 'row-excluded' };

// Each code with nothing above it, until none is undecided.
async function decideTops(page: Page, sign: 'Include' | 'Exclude'): Promise<void> {
  const tops = page.locator('[data-code].row-undecided[aria-level="2"]');
  for (let left = await tops.count(); left > 0; left = await tops.count()) {
    const top = tops.first();
    const code = (await top.getAttribute('data-code')) ?? '';
    await top.getByRole('button', { name: buttons[sign] }).click();
    await page.locator(`[data-code="${code}"].${styles[sign]}`).first().waitFor();
  }
}

async function saveForReview(page: Page): Promise<void> {
  const save = page.getByRole('button', { name: 'Save for review' });
  await expect.poll(() => save.isEnabled()).toBe(true);
  await save.click();
  await page.waitForURL(/\/codelist\//);
}

async function codesOnReviewPage(page: Page): Promise<string[]> {
  await page.getByRole('tab', { name: 'Full list' }).click();
  const cells = page.locator('#full-list table tbody tr td:first-child');
  await cells.first().waitFor();
  return (await cells.allTextContents()).sort();
}

// By the API: what the version includes.
async function includedCodes(page: Page): Promise<string[]> {
  const hash = await page.locator('#version-hash').textContent();
  return page.evaluate(async (version) => {
    const { statuses } = await (await fetch(`/api/v2/versions/${version}`)).json();
    return Object.keys(statuses)
      .filter((code) => statuses[code] === '+' || statuses[code] === '(+)')
      .sort();
  }, hash);
}

for (const owner of [undefined, 'Example University']) {
  journey(`a SNOMED CT list of ${owner ?? 'one’s own'}, and its definition`, async (visitor) => {
    const { page } = visitor;
    await visitor.logIn('bob');
    const name = `Tested ${owner ? 'together' : 'alone'} ${visitor.name}`;
    await create(visitor, { name, system: 'snomedct', ...(owner ? { owner } : {}) });
    await search(visitor, 'Term', 'asthma');
    await decideTops(page, 'Include');
    // A branch is left out, but for one code of it.
    const row = (term: string) => page.locator(`[data-code][aria-label^="${term},"]`).first();
    const press = (term: string, sign: 'Include' | 'Exclude') =>
      row(term).getByRole('button', { name: buttons[sign] }).click();
    await press('Allergic asthma', 'Exclude');
    await row('Allergic asthma').getByRole('button', { name: /⊞/ }).click();
    await press('Asthma due to house dust mite', 'Include');
    await press('Acute exacerbation of allergic asthma', 'Exclude');
    const left = await row('Allergic asthma').getAttribute('data-code');
    const kept = await row('Asthma due to house dust mite').getAttribute('data-code');
    await saveForReview(page);
    const codes = await codesOnReviewPage(page);
    expect(codes).toEqual(await includedCodes(page));
    expect(codes).toContain(kept);
    expect(codes).not.toContain(left);
    await page.getByRole('tab', { name: 'Definition' }).click();
    const definition = await page.locator('#definition .definition').allTextContents();
    for (const code of [left, kept]) expect(definition.join()).toContain(code);
  });
}

journey('two searches, one without decisions: undecided codes prevent saving', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('bob');
  await create(visitor, { name: `Two searches ${visitor.name}`, system: 'snomedct' });
  const save = page.getByRole('button', { name: 'Save for review' });
  await search(visitor, 'Term', 'asthma');
  await decideTops(page, 'Include');
  await expect.poll(() => save.isEnabled()).toBe(true);
  await search(visitor, 'Term', 'diabetes');
  expect(await save.isDisabled()).toBe(true);
  if (visitor.isNarrow) await page.getByRole('button', { name: 'Searches and filters' }).click();
  for (const text of ['asthma', 'diabetes']) {
    await page.getByRole('button', { name: `Remove the search ${text}` }).waitFor();
  }
  if (visitor.isNarrow) await page.getByRole('button', { name: 'Codes', exact: true }).click();
  await decideTops(page, 'Exclude');
  await saveForReview(page);
  await page.getByRole('tab', { name: 'Searches' }).click();
  const searches = page.locator('#searches').getByRole('rowheader');
  expect(await searches.allTextContents()).toEqual(['asthma', 'diabetes']);
});

for (const system of ['bnf', 'dmd']) {
  journey(`a list of ${system}`, async (visitor) => {
    const { page } = visitor;
    await visitor.logIn('bob');
    await create(visitor, { name: `Of ${system} ${visitor.name}`, system });
    await search(visitor, 'Term', 'salbutamol');
    await decideTops(page, 'Include');
    await saveForReview(page);
    const codes = await includedCodes(page);
    expect(codes.length).toBeGreaterThan(0);
    expect(await codesOnReviewPage(page)).toEqual(codes);
  });
}

journey('metadata of a draft: Markdown is rendered after saving', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('alice');
  const draft = await RealDraft.create(visitor, 'Described', ['asthma']);
  await visitor.open(`/codelist/example-university/${draft.slug}/edit/`);
  await page.getByLabel('Description').fill('Asthma, described.');
  await page.getByLabel('Methodology').fill('Looked at **every** code.');
  await page.getByRole('button', { name: 'Save' }).click();
  await visitor.open(`/codelist/example-university/${draft.slug}/-/`);
  await page.getByText('Asthma, described.').first().waitFor();
  await draft.send('PATCH', '/statuses', { select: { status: ['?'] }, to: '+' });
  await draft.send('POST', '/save', {});
  await visitor.open(`/codelist/example-university/${draft.slug}/${draft.hash}/`);
  expect(await page.locator('#about .markdown strong').textContent()).toBe('every');
});

journey('one’s own page sorts by name, owner and date, both ways', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('bob');
  await visitor.open('/users/bob/');
  const { compare } = new Intl.Collator('en-GB', { numeric: true, sensitivity: 'base' });
  const names = () => page.locator('tbody th').allTextContents();
  // On a phone the titles of the columns are not shown.
  const sort = (title: string) =>
    page.locator('.sort-button', { hasText: title }).evaluate((button: HTMLElement) => {
      button.click();
    });
  await sort('Name');
  const up = await names();
  expect(up).toEqual([...up].sort(compare));
  await sort('Name');
  expect(await names()).toEqual([...up].sort((one, other) => compare(other, one)));
  await sort('Owner');
  const owners = await page.locator('tbody td:nth-child(2)').allTextContents();
  expect(owners).toEqual([...owners].sort(compare));
  await sort('Last updated');
  await sort('Last updated');
  const times = await page
    .locator('tbody time')
    .evaluateAll((all) => all.map((time) => time.getAttribute('datetime') ?? ''));
  expect(times).toEqual([...times].sort().reverse());
  await visitor.check('sorted');
});

journey('the reference’s addresses of the builder land on the right filter', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('alice');
  const draft = await RealDraft.create(visitor, 'Addresses', ['asthma', 'wheezing']);
  const { searches } = await draft.read<{ searches: { id: number; slug: string }[] }>(
    `/versions/${draft.hash}/searches`,
  );
  const [asthma, wheezing] = searches;
  const { codes } = await draft.read<{ codes: string[] }>(
    `/versions/${draft.hash}/searches/${asthma?.id}`,
  );
  const shown = page.getByRole('toolbar', { name: 'The codes that are shown' });
  await draft.open(`search/${wheezing?.id}/${wheezing?.slug}/`);
  await shown.getByText('search “wheezing”').waitFor();
  expect(new URL(page.url()).search).toBe(`?search=${wheezing?.id}`);
  await draft.open('no-search-term/');
  await shown.getByText('no search').waitFor();
  await draft.open(`?show=undecided&code=${codes[0]}`);
  await page.locator(`.row-focused[data-code="${codes[0]}"]`).waitFor();
  await shown.getByText('undecided').waitFor();
});

journey('pages that visitors, users and members reach', async (visitor) => {
  const { page } = visitor;
  const reach = async (path: string, heading: string | RegExp) => {
    await visitor.open(path);
    await page.getByRole('heading', { level: 1, name: heading }).waitFor();
  };
  await reach('/', 'Codelog');
  await reach('/codelist/example-university/asthma-diagnoses/', 'Asthma diagnoses');
  await visitor.logIn('bob');
  await reach('/users/bob/', 'My codelists');
  await reach('/organisations/', /organisations/i);
  await reach('/codelist/example-university/', 'Example University');
});
