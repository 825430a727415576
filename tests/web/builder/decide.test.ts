// Journeys 14, 15, 16, 18 and 19: deciding.
import { expect } from 'vitest';
import { useBrowser } from '../browser.ts';
import type { Double } from '../double/server.ts';
import { draftJourney } from './draft-page.ts';

useBrowser();

const searched = ({ draft }: Double) => void draft.addSearch('asthma', 'words');

draftJourney('+ on a top: everything below follows, and is saved', searched, async (draft) => {
  await draft.press('Asthma', 'Include');
  await draft.expectStatus('Acute asthma', 'included-through');
  await draft.expectCount('11 included');
  await draft.expectAgreement();
  expect(draft.double.writes).toEqual(['PATCH /statuses']);
  const strip = await draft.page.locator('.strip').first().getAttribute('aria-label');
  expect(strip).toBe('1 included, 10 included through another code, 1 undecided');
  await draft.visitor.check('decided');
});

draftJourney(
  '+ on a top of 2,115 codes: all follow, counts and strip are right, and nothing is read again',
  ({ draft }) => void draft.addSearch('respiratory', 'words'),
  async (draft) => {
    const { page, double } = draft;
    await draft.expectCount('2,115 undecided');
    await draft.press('Respiratory disorder', 'Include');
    await draft.expectStatus('Respiratory disorder, type 1', 'included-through');
    await draft.expectCount('2,115 included');
    await draft.expectCount('0 undecided');
    await draft.expectAgreement();
    expect(double.writes).toEqual(['PATCH /statuses']);
    const strip = await page.locator('.strip').first().getAttribute('aria-label');
    expect(strip).toBe('1 included, 2,114 included through another code');
  },
  2_115,
);

draftJourney(
  '− below a +, a conflict where two ways disagree, and its end',
  searched,
  async (draft) => {
    const { page } = draft;
    await draft.press('Asthma', 'Include');
    await draft.press('Occupational asthma', 'Exclude');
    await draft.expectStatus('Allergic asthma', 'included-through');
    await draft.press('Allergic asthma', 'Include');
    await draft.row('Allergic asthma').press('ArrowRight');
    await draft.expectStatus('Pollen asthma', 'in-conflict');
    await draft.expectCount('1 in conflict');
    await draft.visitor.check('disagreement');
    await draft.row('Pollen asthma').click();
    await page.keyboard.press('?');
    await page.getByText('In conflict: Allergic asthma and Occupational asthma').waitFor();
    await page
      .getByRole('complementary')
      .getByRole('button', { name: /^Exclude/ })
      .click();
    await draft.expectCount('0 in conflict');
    await draft.expectAgreement();
  },
);

draftJourney('a button tells its effect before it is pressed', searched, async (draft) => {
  const { page } = draft;
  await draft.row('Asthma').getByRole('button', { name: 'Include' }).focus();
  await page.getByRole('tooltip').getByText('Includes 11 codes: 11 undecided').waitFor();
  await draft.press('Asthma', 'Include');
  await draft.expectCount('11 included');
  await draft.row('Acute asthma').getByRole('button', { name: 'Exclude' }).hover();
  await page.getByRole('tooltip').getByText('Excludes 3 codes: 3 included').waitFor();
});

draftJourney('a section at once keeps decisions, or overrides them', searched, async (draft) => {
  const { page } = draft;
  await draft.press('Acute asthma', 'Include');
  await page.getByRole('button', { name: '− all' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Excludes 8 codes').waitFor();
  await draft.visitor.check('bulk');
  await dialog.getByRole('radio', { name: 'Override them' }).check();
  await dialog.getByRole('button', { name: 'Exclude 11 codes' }).click();
  await draft.expectStatus('Acute asthma', 'excluded-through');
  await draft.expectAgreement();
  await page.getByRole('button', { name: 'Undo' }).click();
  await draft.expectStatus('Acute asthma', 'included');
});

draftJourney('a selection is excluded with a reason', searched, async (draft) => {
  const { page } = draft;
  await draft.row('Acute asthma').click();
  await page.getByRole('treegrid').press('r');
  await page.getByRole('combobox', { name: 'For your next decisions' }).fill('not asthma');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await page.keyboard.press('x');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('2 selected').waitFor();
  await page.keyboard.press('-');
  await draft.expectAgreement();
  expect(draft.double.draft.history.at(-1)?.reason).toBe('not asthma');
  expect(draft.double.draft.history.at(-1)?.after.size).toBe(2);
});
