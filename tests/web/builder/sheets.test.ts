// What opens over the tree, and who else is there: journeys 29 and 30, and the parts of 19, 21, 22
// and 23 that need no real server.
import { expect } from 'vitest';
import { useBrowser } from '../browser.ts';
import type { Double } from '../double/server.ts';
import { type DraftPage, draftJourney } from './draft-page.ts';

useBrowser();

const searched = ({ draft }: Double) => void draft.addSearch('asthma', 'words');

async function command(draft: DraftPage, name: string): Promise<void> {
  const { page } = draft;
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'A command' }).fill(name);
  await page.getByRole('option', { name }).first().click();
}

// All that would change the draft is there, and tells why it does nothing.
async function expectOff({ page }: DraftPage): Promise<void> {
  const why = 'Codelog is not taking changes at the moment: the disk is full.';
  await page.getByRole('alert').getByText(why).waitFor();
  const asthma = page.getByRole('row', { name: /^Acute asthma,/ });
  const buttons = [
    ...['Save for review', 'Save draft', 'Discard', 'Undo', 'Search'].map((name) =>
      page.getByRole('button', { name, exact: name === 'Search' }),
    ),
    ...['Include', 'Exclude'].map((name) => asthma.getByRole('button', { name })),
    page.getByRole('button', { name: '− all' }).first(),
  ];
  for (const button of buttons) {
    expect(await button.isDisabled()).toBe(true);
    expect(await button.getAttribute('title')).toBe(why);
  }
  expect(await page.getByRole('searchbox').isDisabled()).toBe(true);
}

draftJourney(
  'a log that takes no changes: a bar, buttons off, and back again',
  searched,
  async (draft) => {
    const { page, double, visitor } = draft;
    double.setReadOnly('the disk is full');
    await draft.press('Asthma', 'Include');
    await page
      .getByText('Codelog is not taking changes at the moment: the disk is full.')
      .waitFor();
    await expectOff(draft);
    visitor.complaints.length = 0; // the browser itself names the 503
    await visitor.check('read-only');
    double.setReadOnly(null);
    // A look at another row asks again.
    await draft.row('Acute asthma').focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('.bar').waitFor({ state: 'detached' });
    await draft.expectAgreement();
    await draft.expectStatus('Acute asthma', 'included-through');
    visitor.complaints.length = 0;
  },
);

draftJourney(
  'opened while no changes are taken: the same, until the server says that they are',
  (double) => {
    searched(double);
    double.setReadOnly('the disk is full');
  },
  async (draft) => {
    const { page, double, visitor } = draft;
    await expectOff(draft);
    await visitor.check('opened read-only');
    expect(double.writes).toEqual([]);
    double.setReadOnly(null);
    await page.locator('.bar').waitFor({ state: 'detached' });
    await draft.press('Asthma', 'Include');
    await draft.expectAgreement();
    expect(double.writes).toEqual(['PATCH /statuses']);
  },
);

draftJourney('others are seen, in the head and on their row', searched, async (draft) => {
  const { page, double, visitor } = draft;
  await expect.poll(() => double.streams.size).toBeGreaterThan(0);
  const bob = { username: 'bob', name: 'Bob Bell', version: 'abcd1234' };
  double.showPeople([{ ...bob, code: draft.code('Acute asthma') }]);
  await draft.row('Acute asthma').getByText('Bob Bell').waitFor();
  const person = page.getByRole('button', { name: 'BB: go to where Bob Bell is' });
  expect(await person.textContent()).toBe('BB');
  await visitor.check('people');
  await person.click();
  await page.locator(`.row-focused[data-code="${draft.code('Acute asthma')}"]`).waitFor();
  double.showPeople([]);
  await person.waitFor({ state: 'hidden' });
});

draftJourney('another’s decision carries initials for a moment', searched, async (draft) => {
  const { double } = draft;
  await expect.poll(() => double.streams.size).toBeGreaterThan(0);
  double.draft.decide([[draft.code('Acute asthma'), '-']], '', 'bob');
  double.tell();
  await draft.row('Acute asthma').getByText('B', { exact: true }).waitFor();
});

draftJourney(
  'the review sheet tells what is in, and leads to what is left',
  searched,
  async (draft) => {
    const { page } = draft;
    await draft.press('Acute asthma', 'Include');
    await draft.press('Allergic asthma', 'Exclude');
    await page.getByRole('button', { name: 'Review', exact: true }).click();
    const sheet = page.getByRole('dialog', { name: 'Review before saving' });
    await sheet.getByText('100 % of the 3 codes included are of the type Disorder.').waitFor();
    expect(await sheet.getByRole('row', { name: /Disorder/ }).textContent()).toBe('Disorder33');
    expect(await sheet.getByRole('button', { name: 'Save for review' }).isDisabled()).toBe(true);
    await draft.visitor.check('review');
    await sheet.getByRole('button', { name: 'Show them' }).click();
    await page.getByText('6 of 12 codes').waitFor();
    expect(new URL(page.url()).search).toBe('?show=undecided');
    await page.getByRole('button', { name: '− Exclude these' }).click();
    await draft.expectCount('0 undecided');
    await draft.expectAgreement();
    await draft.visitor.check('filtered');
  },
);

draftJourney('tidying lists what changes nothing, and clears it', searched, async (draft) => {
  const { page } = draft;
  await draft.press('Acute asthma', 'Include');
  await draft.press('Asthma', 'Include');
  await draft.expectSaved();
  await command(draft, 'Tidy');
  const dialog = page.getByRole('dialog', { name: 'Tidy' });
  await dialog.getByText('Acute asthma').waitFor();
  await draft.visitor.check('tidy');
  await dialog.getByRole('button', { name: 'Clear 1 decision' }).click();
  await draft.expectStatus('Acute asthma', 'included-through');
  await draft.expectAgreement();
});

draftJourney(
  'a reason stays, is offered again, and is shown in the tree',
  searched,
  async (draft) => {
    const { page } = draft;
    await command(draft, 'Give a reason');
    await page.getByRole('combobox', { name: 'For your next decisions' }).fill('seen in care');
    await page.keyboard.press('Enter');
    await draft.press('Acute asthma', 'Include');
    await draft.press('Allergic asthma', 'Exclude');
    await draft.expectAgreement();
    expect(draft.double.draft.history.slice(-2).map(({ reason }) => reason)).toEqual([
      'seen in care',
      'seen in care',
    ]);
    await page.getByRole('button', { name: 'Stop giving the reason' }).click();
    await draft.press('Occupational asthma', 'Include');
    await draft.expectAgreement();
    expect(draft.double.draft.history.at(-1)?.reason).toBe('');
    await command(draft, 'Show the reasons');
    await draft.row('Acute asthma').getByText('“seen in care”').waitFor();
    expect(await draft.row('Occupational asthma').getByText('“').count()).toBe(0);
    await draft.visitor.check('reasons');
  },
);

draftJourney('each of my steps is listed, and can be taken back', searched, async (draft) => {
  const { page, double } = draft;
  await draft.press('Acute asthma', 'Exclude');
  await draft.expectSaved();
  await page.getByRole('button', { name: 'Steps of this draft' }).click();
  const dialog = page.getByRole('dialog', { name: 'Steps of this draft' });
  await dialog.getByText('Excluded Acute asthma').waitFor();
  await draft.visitor.check('steps');
  await dialog.getByRole('button', { name: 'Take back' }).first().click();
  await expect.poll(() => double.writes.at(-1)).toBe('POST /undo');
  await draft.expectStatus('Acute asthma', 'undecided');
});

draftJourney(
  'the map shows the draft at one look, and leads to a code',
  searched,
  async (draft) => {
    const { page } = draft;
    await draft.press('Acute asthma', 'Include');
    await draft.row('Acute asthma').focus();
    await page.keyboard.press('m');
    const dialog = page.getByRole('dialog', { name: 'Map of the draft' });
    await dialog.getByRole('button', { name: 'Acute asthma: 3 codes, 100 % included' }).waitFor();
    await draft.visitor.check('map');
    await dialog.getByRole('button', { name: /^Asthma: 11 codes/ }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Go to this code' }).click();
    await page.locator(`.row-focused[data-code="${draft.code('Acute asthma')}"]`).waitFor();
  },
);

draftJourney('pasted codes are decided together', searched, async (draft) => {
  const { page } = draft;
  await command(draft, 'Decide pasted codes');
  const codes = [draft.code('Dry cough'), `${draft.code('Acute asthma')} |Acute asthma|`];
  await page.getByRole('textbox', { name: /^Codes of SNOMED CT/ }).fill(codes.join('\n'));
  await page.getByText('2 codes, 1 new to this draft').waitFor();
  await draft.visitor.check('paste');
  await page.getByRole('button', { name: '+ Include 2 codes' }).click();
  await draft.expectStatus('Dry cough', 'included');
  await draft.expectStatus('Acute asthma', 'included');
});

draftJourney('a link shows a list, with the focus on its code', searched, async (draft) => {
  const { page, double, visitor } = draft;
  const code = draft.code('Pollen asthma');
  await visitor.open(`${double.address}/builder/abcd1234/?view=list&type=Disorder&code=${code}`);
  await page.locator(`.row-focused[data-code="${code}"]`).waitFor();
  expect(await page.locator('[data-code]').count()).toBe(11);
  expect(await page.getByRole('button', { name: /[⊞⊟]/ }).count()).toBe(0);
  await draft.press('Acute asthma', 'Include');
  await draft.expectStatus('Acute severe asthma', 'included-through');
  await draft.expectAgreement();
  await visitor.check('list');
});

draftJourney('single keys can be switched off; letters lead to terms', searched, async (draft) => {
  const { page, visitor } = draft;
  if (visitor.isNarrow) return; // a phone has no keys
  await draft.row('Asthma').click();
  await page.keyboard.type('all');
  await page.locator(`.row-focused[data-code="${draft.code('Allergic asthma')}"]`).waitFor();
  await page.locator('body').click({ position: { x: 5, y: 5 } });
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys in the tree' });
  await keys.waitFor();
  await visitor.check('keys');
  await keys.getByRole('checkbox').uncheck();
  await keys.getByRole('button', { name: 'Close' }).click();
  await draft.row('Allergic asthma').focus();
  await page.keyboard.press('+');
  await page.keyboard.press('ArrowDown');
  await draft.expectStatus('Allergic asthma', 'undecided');
  expect(draft.double.writes).toEqual([]);
});
