// Journey 13, and the parts of a search that others rely on.
import { expect } from 'vitest';
import { useBrowser } from '../browser.ts';
import { draftJourney } from './draft-page.ts';

useBrowser();

draftJourney(
  'the first search: counts before Enter, and a tinted tree after it',
  () => {},
  async (draft) => {
    const { page } = draft;
    await page.getByText('Find your first codes.').waitFor();
    await page.getByRole('searchbox').fill('asthma');
    await page.getByText(/^12 found · .*12 of these new to this draft$/).waitFor();
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('treegrid').waitFor();
    await draft.expectStatus('Asthma', 'undecided');
    await draft.expectCount('12 undecided');
    expect(draft.double.writes).toEqual(['POST /searches']);
    await draft.visitor.check('searched');
  },
);

draftJourney(
  'a search by code, with the radios and the button that tests from outside know',
  () => {},
  async (draft) => {
    const { page } = draft;
    await page.getByRole('radio', { name: 'Code' }).click();
    await page.getByRole('searchbox').fill(draft.code('Cough'));
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await draft.expectStatus('Cough', 'undecided');
    expect(await draft.row('Cough').getByRole('button', { name: /[⊞⊟]/ }).count()).toBe(1);
  },
);

draftJourney(
  'ticked hits are included without adding the search',
  () => {},
  async (draft) => {
    const { page } = draft;
    await page.getByRole('searchbox').fill('dry cough');
    await page.getByRole('checkbox', { name: 'Dry cough' }).check();
    await page.getByRole('button', { name: '+ Include 1' }).click();
    await draft.expectStatus('Dry cough', 'included');
    await draft.expectAgreement();
  },
);

draftJourney(
  'a search is removed, and comes back',
  ({ draft }) => {
    draft.addSearch('asthma', 'words');
    draft.addSearch('cough', 'words');
  },
  async (draft) => {
    const { page } = draft;
    await draft.showSearches();
    await page.getByRole('button', { name: 'Remove the search cough' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove this search?' });
    await dialog.getByText('2 codes leave the draft with “cough”: 2 undecided.').waitFor();
    await draft.visitor.check('removal');
    await dialog.getByRole('button', { name: 'Remove the search' }).click();
    await expect.poll(() => page.getByText('Removed the search').count()).toBe(1);
    expect(draft.double.draft.listSearches().map(({ term }) => term)).toEqual(['asthma']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Remove the search cough' }).waitFor();
  },
);
