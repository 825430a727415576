// Journeys 17, 22, 23, 24, 26, 27, 28 and 30: nothing is lost, and it ends well.
import { expect } from 'vitest';
import { useBrowser } from '../browser.ts';
import type { Double } from '../double/server.ts';
import { DraftPage, draftJourney } from './draft-page.ts';

useBrowser();

const searched = ({ draft }: Double) => void draft.addSearch('asthma', 'words');

draftJourney(
  'by keyboard alone, from / to saving for review',
  () => {},
  async (draft) => {
    const { page } = draft;
    await page.keyboard.press('/');
    await page.keyboard.type('asthma');
    await page.keyboard.press('Enter');
    await draft.expectStatus('Asthma', 'undecided');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('+');
    await draft.expectStatus('Acute asthma', 'included-through');
    await page.keyboard.press('n');
    await page.keyboard.press('-');
    await draft.expectCount('0 undecided');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'A command' }).waitFor();
    await page.keyboard.type('save for');
    await page.getByRole('option', { name: 'Save for review' }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/saved\//);
    expect(draft.double.draft.isSaved).toBe(true);
  },
);

draftJourney('undo three times, redo twice, and load the page again', searched, async (draft) => {
  const { page, visitor } = draft;
  await draft.press('Acute asthma', 'Exclude');
  await draft.press('Allergic asthma', 'Include');
  await draft.press('Asthma', 'Include');
  await draft.expectSaved();
  await draft.row('Asthma').focus();
  for (const key of ['u', 'u', 'u', 'Shift+U', 'Shift+U']) {
    await page.keyboard.press(key);
    await draft.expectSaved();
    const before = draft.double.writes.length;
    await expect.poll(() => draft.double.writes.length).toBeGreaterThanOrEqual(before);
    await page.locator('.undo-bar button:not(:disabled)').first().waitFor();
  }
  await draft.expectStatus('Acute asthma', 'excluded');
  await draft.expectStatus('Allergic asthma', 'included');
  await draft.expectStatus('Asthma', 'undecided');
  await page.reload();
  await draft.expectStatus('Allergic asthma', 'included');
  await draft.expectStatus('Asthma', 'undecided');
  await visitor.check('undone');
});

draftJourney(
  'three refusals: a bar, then each decision once, by itself',
  searched,
  async (draft) => {
    const { page, double, visitor } = draft;
    double.refusals.push(503, 502, 500);
    await draft.press('Asthma', 'Include');
    await draft.press('Acute asthma', 'Exclude');
    const bar = page.getByRole('alert').getByText('2 decisions are not saved yet.');
    await bar.waitFor();
    await expect.poll(() => double.draft.history.length, { timeout: 30_000 }).toBe(3);
    await draft.expectAgreement();
    await bar.waitFor({ state: 'detached' });
    // Three times the first, and then each.
    expect(double.writes.length).toBe(5);
    visitor.complaints.length = 0; // the browser itself names each refusal
  },
);

draftJourney('who does not want to wait tries at once', searched, async (draft) => {
  const { page, double, visitor } = draft;
  const before = Date.now();
  double.refusals.push(503, 503, 503, 503, 503); // the waits add up to 31 seconds
  await draft.press('Asthma', 'Include');
  for (let attempt = 1; attempt <= 5; attempt++) {
    await expect.poll(() => double.writes.length).toBeGreaterThanOrEqual(attempt);
    await page.getByRole('button', { name: 'Try now' }).click();
  }
  await draft.expectAgreement();
  expect(Date.now() - before).toBeLessThan(25_000);
  visitor.complaints.length = 0; // the browser itself names each 503
});

draftJourney('a closed tab’s decisions are offered and sent once', searched, async (draft) => {
  const { page, double, visitor } = draft;
  double.refusals.push(503, 503, 503, 503, 503, 503);
  await draft.press('Asthma', 'Include');
  await draft.press('Acute asthma', 'Exclude');
  await page.getByRole('alert').getByText('2 decisions are not saved yet.').waitFor();
  const later = new DraftPage(await visitor.inNewTab(), double);
  double.refusals.length = 0;
  await later.open();
  await later.page.getByText('2 decisions from').waitFor();
  await later.page.getByRole('button', { name: 'Send', exact: true }).click();
  await later.expectAgreement();
  await later.expectStatus('Asthma', 'included');
  await later.expectStatus('Acute asthma', 'excluded');
  expect(double.draft.history.length).toBe(3);
  await later.page.reload();
  await later.expectStatus('Acute asthma', 'excluded');
  expect(await later.page.getByText('decisions from').count()).toBe(0);
});

draftJourney('what somebody else decides appears', searched, async (draft) => {
  const { double } = draft;
  await expect.poll(() => double.streams.size).toBeGreaterThan(0);
  double.draft.decide([[draft.code('Acute asthma'), '-']], '', 'bob');
  double.tell();
  await draft.expectStatus('Acute asthma', 'excluded');
  await draft.expectSaved();
});

draftJourney('saving waits until n has visited every code', searched, async (draft) => {
  const { page } = draft;
  await draft.press('Acute asthma', 'Include');
  await draft.press('Allergic asthma', 'Include');
  const save = page.getByRole('button', { name: 'Save for review' });
  expect(await save.isDisabled()).toBe(true);
  await draft.row('Acute asthma').focus();
  for (let visit = 0; visit < 12; visit++) {
    await page.keyboard.press('n');
    if (await save.isEnabled()) break;
    await page.keyboard.press('-');
  }
  await draft.expectCount('0 undecided');
  await draft.visitor.check('open');
  await save.click();
  await page.waitForURL(/\/saved\//);
});

draftJourney(
  'after the session has ended, a log-in lets decisions go on',
  searched,
  async (draft) => {
    const { page, double, visitor } = draft;
    double.refusals.push(401);
    await draft.press('Asthma', 'Include');
    const dialog = page.getByRole('dialog', { name: 'Log in to go on' });
    await dialog.waitFor();
    visitor.complaints.length = 0; // the browser itself names the 401
    await visitor.check('log-in');
    await dialog.getByRole('button', { name: 'Later' }).click();
    await draft.press('Acute asthma', 'Exclude');
    await page.getByRole('alert').getByRole('button', { name: 'Log in' }).click();
    await dialog.getByLabel('Password of alice').fill('wrong');
    await page.keyboard.press('Enter');
    await dialog.getByText('Not the password.').waitFor();
    await dialog.getByLabel('Password of alice').fill('right');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await draft.expectAgreement();
    await draft.expectStatus('Acute asthma', 'excluded');
    visitor.complaints.length = 0; // the browser itself names the 401
  },
);

draftJourney(
  'two people on one code: a card, and mine wins when I insist',
  searched,
  async (draft) => {
    const { page, double, visitor } = draft;
    double.draft.decide([[draft.code('Acute asthma'), '-']], '', 'bob');
    await draft.press('Acute asthma', 'Include');
    const card = page.getByRole('alert', { name: 'Two decisions on one code' });
    await card
      .getByText('bob excluded Acute asthma while you included it. Nothing is lost.')
      .waitFor();
    await draft.expectStatus('Acute asthma', 'excluded');
    visitor.complaints.length = 0; // the browser itself names the 409
    await visitor.check('conflict');
    await card.getByRole('button', { name: 'Use mine' }).click();
    await draft.expectStatus('Acute asthma', 'included');
    await draft.expectSaved();
    expect(double.draft.history.at(-1)?.actor).toBe('alice');
  },
);
