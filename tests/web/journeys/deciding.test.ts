// Journeys 16, 18 and 19: what decisions do, on the real server.
import { expect } from 'vitest';
import { journey, useBrowser } from '../browser.ts';
import { RealDraft } from './real-draft.ts';

useBrowser();

const groups: [words: string, statuses: string[]][] = [
  ['undecided', ['?']],
  ['in conflict', ['!']],
  ['included', ['+', '(+)']],
  ['excluded', ['-', '(-)']],
];

type Statuses = Record<string, string>;

// "Excludes 3 codes: 1 undecided, 2 included", from what has happened.
function told(verb: string, before: Statuses, after: Statuses): string {
  const changed = Object.keys(before).filter((code) => before[code] !== after[code]);
  const parts = groups.flatMap(([words, statuses]) => {
    const count = changed.filter((code) => statuses.includes(before[code] ?? '')).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  const codes = changed.length === 1 ? 'code' : 'codes';
  return `${verb} ${changed.length} ${codes}: ${parts.join(', ')}`;
}

const presses: [term: string, sign: 'Include' | 'Exclude', how: 'focus' | 'hover', verb: string][] =
  [
    ['Asthma', 'Include', 'focus', 'Includes'],
    ['Acute exacerbation of asthma', 'Exclude', 'hover', 'Excludes'],
    ['Allergic asthma', 'Include', 'hover', 'Includes'],
    ['Childhood asthma', 'Exclude', 'focus', 'Excludes'],
    ['Acute exacerbation of asthma', 'Include', 'focus', 'Includes'],
    ['Asthma', 'Include', 'hover', 'Clears'],
    ['Asthma', 'Exclude', 'focus', 'Excludes'],
  ];

journey('hover and focus tell what + and − do, and they do it', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('alice');
  const draft = await RealDraft.create(visitor, 'Told before', ['asthma']);
  await draft.open();
  for (const [term, sign, how, verb] of presses) {
    const button = draft.row(term).getByRole('button', { name: sign });
    await (how === 'hover' ? button.hover() : button.focus());
    const tip = await page.getByRole('tooltip').textContent();
    const before = await draft.statuses();
    await button.click();
    await draft.expectAgreement();
    expect(tip, `${how} ${sign} ${term}`).toBe(told(verb, before, await draft.statuses()));
  }
});

journey('a section at once keeps decisions, or overrides them, as one step', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('alice');
  const draft = await RealDraft.create(visitor, 'Section', ['asthma']);
  await draft.open();
  await draft.press('Acute exacerbation of asthma', 'Include');
  await draft.expectAgreement();
  const before = await draft.statuses();
  const excludeAll = () => page.getByRole('button', { name: '− all' }).first().click();
  const dialog = page.getByRole('dialog');
  const agree = dialog.getByRole('button', { name: /^Exclude \d+ codes$/ });

  await excludeAll();
  expect(await dialog.getByRole('radio', { name: 'Keep them' }).isChecked()).toBe(true);
  const kept = await agree.textContent();
  await agree.click();
  await draft.expectStatus('Asthma', 'excluded');
  await draft.expectStatus('Acute exacerbation of asthma', 'included');
  await draft.expectAgreement();
  const after = await draft.statuses();
  const changed = Object.keys(before).filter((code) => before[code] !== after[code]);
  expect(kept).toBe(`Exclude ${changed.length} codes`);
  await page.getByRole('button', { name: 'Undo' }).click();
  await draft.expectStatus('Asthma', 'undecided');
  await draft.expectAgreement();
  expect(await draft.statuses()).toEqual(before);

  await excludeAll();
  await dialog.getByRole('radio', { name: 'Override them' }).check();
  await dialog.getByRole('combobox', { name: 'Reason' }).fill('not for this study');
  await agree.click();
  await draft.expectStatus('Acute exacerbation of asthma', 'excluded-through');
  await draft.expectAgreement();
  await page.getByRole('button', { name: 'Undo' }).click();
  await draft.expectStatus('Acute exacerbation of asthma', 'included');
  await draft.expectAgreement();
  expect(await draft.statuses()).toEqual(before);
});

journey('fourteen codes are excluded at once for a reason that stays', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('alice');
  const draft = await RealDraft.create(visitor, 'Reasons');
  const top = 'Disorder of respiratory system';
  const { hits } = await draft.read<{ hits: { code: string; term: string }[] }>(
    `/versions/${draft.hash}/matches?term=${encodeURIComponent(top)}&mode=phrase&limit=10`,
  );
  const code = hits.find(({ term }) => term === top)?.code;
  await draft.send('POST', '/searches', { code });
  await draft.open();
  // The fourteen below it, closed.
  await draft.row(top).focus();
  await page.keyboard.press('Shift+NumpadMultiply');
  await page.keyboard.press('ArrowRight');
  const rows = page.locator('[data-code][aria-level="3"]');
  await expect.poll(() => rows.count()).toBe(14);
  await rows.first().locator('.tree-code').click();
  await page.keyboard.press('r');
  await page.getByRole('combobox', { name: 'For your next decisions' }).fill('not seen in care');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  await rows
    .nth(13)
    .locator('.tree-code')
    .click({ modifiers: ['Shift'] });
  const selected = page.getByRole('toolbar', { name: 'Selected codes' });
  await selected.getByText('14 selected').waitFor();
  await visitor.check('selected');
  await selected.getByRole('button', { name: '− Exclude' }).click();
  await draft.expectAgreement();
  const decided = Object.values(await draft.statuses()).filter((own) => own === '-');
  expect(decided.length).toBe(14);

  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'A command' }).fill('Show the reasons');
  await page.keyboard.press('Enter');
  await rows.first().getByText('“not seen in care”').waitFor();
  expect(await page.locator('[data-code]').getByText('“not seen in care”').count()).toBe(14);
  await visitor.check('reasons');
  // It stays for what comes next.
  await rows.nth(2).getByRole('button', { name: 'Include' }).click();
  await page.locator('.row-included').getByText('“not seen in care”').waitFor();
  await draft.expectAgreement();

  await visitor.open(`/codelist/example-university/${draft.slug}/-/history/`);
  expect(await page.getByText('not seen in care').count()).toBeGreaterThan(0);
  const { events } = await draft.read<{ events: { reason?: string; updates?: string[][] }[] }>(
    `/codelists/organisation/example-university/${draft.slug}/history?limit=1000`,
  );
  const withReason = events.filter(({ reason }) => reason === 'not seen in care');
  expect(withReason.map(({ updates }) => updates?.length)).toEqual([14, 1]);
});
