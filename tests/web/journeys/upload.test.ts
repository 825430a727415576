// Uploading codes as spreadsheets leave them: the problems of each row, before anything is sent.
import { readFileSync } from 'node:fs';
import { expect, inject } from 'vitest';
import { journey, useBrowser, type Visitor } from '../browser.ts';

useBrowser();

type Code = { code: string; term: string; active: boolean };

async function api<T>(path: string): Promise<T> {
  const answer = await fetch(new URL(`/api/v2${path}`, inject('address')));
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as T;
}

type Release = { alias: string; coding_system: string; valid_from: string };

// Active codes of the newest release; those of SNOMED CT have check digits.
async function codesOf(term: string, system = 'snomedct'): Promise<Code[]> {
  const { releases } = await api<{ releases: Release[] }>('/releases');
  const own = releases.filter(({ coding_system }) => coding_system === system);
  own.sort((one, other) => (one.valid_from < other.valid_from ? 1 : -1));
  const found = await api<{ hits: Code[] }>(
    `/releases/${own[0]?.alias}/matches?term=${term}&mode=words&active=true&limit=20`,
  );
  return found.hits;
}

function rounded(code: string): string {
  return Number(code).toExponential(5).replace('e+', 'E+').replace('.', ',');
}

function withOtherDigit(code: string): string {
  const last = Number(code.at(-1));
  return code.slice(0, -1) + String((last + 1) % 10);
}

async function chooseFile(visitor: Visitor, name: string, text: string): Promise<void> {
  const file = { name, mimeType: 'text/csv', buffer: Buffer.from(text, 'utf8') };
  await visitor.page.locator('input[type=file]').setInputFiles(file);
  await visitor.page.locator('.upload-head').waitFor();
}

journey('a damaged file becomes a draft with the right codes', async (visitor) => {
  const { page } = visitor;
  const [first, second, third] = await codesOf('asthma');
  if (!first || !second || !third) throw new Error('no codes');
  const rows = [
    'code;term',
    `${rounded(first.code)};${first.term}`,
    `${withOtherDigit(second.code)};${second.term}`,
    `${third.code};${third.term}`,
    `${third.code};again`,
    'H33..;Asthma of another system',
    ';nothing',
  ];
  await visitor.logIn('alice');
  await visitor.open('/users/alice/new-codelist/');
  const name = `Mended ${visitor.name}`;
  await page.getByRole('textbox', { name: 'Codelist name *' }).fill(name);
  await chooseFile(visitor, 'asthma.csv', `\uFEFF${rows.join('\r\n')}\r\n`);
  const kinds = page.locator('.upload-problems tbody tr');
  await kinds.first().waitFor();
  expect(await kinds.evaluateAll((all) => all.map((row) => row.getAttribute('data-kind')))).toEqual(
    ['rounded', 'check_digit', 'duplicate', 'other_system', 'blank'],
  );
  expect(await page.locator('.upload-notes li').count()).toBe(2);
  await visitor.check();
  await page.getByRole('button', { name: /^Take all 2 suggestions/ }).click();
  // A row is still open: nothing is sent, and its button has the focus.
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('alert').filter({ hasText: 'Nothing is sent yet' }).waitFor();
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.closest('tr')?.dataset.kind))
    .toBe('other_system');
  await page
    .locator('tr[data-kind=other_system]')
    .getByRole('button', { name: 'Leave out' })
    .click();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the problems' }).click();
  const saved = readFileSync(await (await saving).path(), 'utf8');
  expect(saved).toContain('check_digit');
  await visitor.check();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.waitForURL(/\/builder\/[0-9a-f]{8}\/$/);
  const hash = page.url().split('/').at(-2);
  const draft = await api<{ statuses: Record<string, string> }>(`/versions/${hash}`);
  for (const { code } of [first, second, third]) {
    expect(draft.statuses[code]).toMatch(/^\(?\+\)?$/);
  }
});

journey('zeros that a spreadsheet has left out come back', async (visitor) => {
  const { page } = visitor;
  const hits = await codesOf('salbutamol', 'bnf');
  const { code } = hits.find((hit) => hit.code.startsWith('0')) ?? {};
  if (!code) throw new Error('no code begins with zero');
  await visitor.logIn('alice');
  await visitor.open('/users/alice/new-codelist/');
  await page.getByRole('textbox', { name: 'Codelist name *' }).fill(`Zeros ${visitor.name}`);
  await page.getByRole('combobox', { name: 'Coding system *' }).selectOption('bnf');
  await chooseFile(visitor, 'zeros.csv', `code,term\n${code.slice(1)},Salbutamol\n`);
  await page.locator('.upload-problems tr[data-kind=lost_zeros]').waitFor();
  await page.getByText('with the zeros that are missing').waitFor();
  await page.getByRole('button', { name: 'Take the suggestion' }).click();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.waitForURL(/\/builder\/[0-9a-f]{8}\/$/);
  const draft = await api<{ statuses: Record<string, string> }>(
    `/versions/${page.url().split('/').at(-2)}`,
  );
  expect(draft.statuses[code]).toBe('+');
});

journey('pasted codes are looked at, line by line', async (visitor) => {
  const { page } = visitor;
  const [first, second] = await codesOf('asthma');
  if (!first || !second) throw new Error('no codes');
  await visitor.logIn('alice');
  await visitor.open('/users/alice/new-codelist/');
  await page.getByRole('textbox', { name: 'Codelist name *' }).fill(`Pasted ${visitor.name}`);
  const lines = `${first.code} |${first.term}|\n${withOtherDigit(second.code)}, ${second.term}\n`;
  await page.getByRole('textbox', { name: 'Codes, one a line' }).fill(lines);
  const row = page.locator('.upload-problems tbody tr');
  await row.first().waitFor();
  expect(await row.locator('th').textContent()).toBe('2');
  await page.getByRole('button', { name: 'Take the suggestion' }).click();
  await page.getByText('All is settled.').waitFor();
  // Sent right after a change, it is the new codes that arrive.
  await page.getByRole('textbox', { name: 'Codes, one a line' }).fill(`${first.code}\n`);
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.waitForURL(/\/builder\/[0-9a-f]{8}\/$/);
  const draft = await api<{ statuses: Record<string, string> }>(
    `/versions/${page.url().split('/').at(-2)}`,
  );
  const decided = Object.keys(draft.statuses).filter((code) => draft.statuses[code] === '+');
  expect(decided).toEqual([first.code]);
});

journey('a table of another shape becomes a codelist and a version', async (visitor) => {
  const { page } = visitor;
  const [first, second] = await codesOf('asthma');
  if (!first || !second) throw new Error('no codes');
  await visitor.logIn('alice');
  await visitor.open('/codelist/user/alice/add/');
  await page.getByRole('textbox', { name: 'Codelist name *' }).fill(`Table ${visitor.name}`);
  await chooseFile(visitor, 'table.csv', `id,number\n1,${first.code}\n`);
  expect(await page.getByRole('combobox', { name: 'codes in' }).inputValue()).toBe('id');
  await page.getByRole('combobox', { name: 'codes in' }).selectOption('number');
  await page.getByText('Every code is in the release.', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.waitForURL(/\/codelist\/user\/alice\/table-/);
  expect(await page.locator('#full-list').textContent()).toContain(first.code);
  const codelist = new URL(page.url()).pathname.split('/').slice(0, 5).join('/');
  await visitor.open(`${codelist}/upload-version/`);
  await chooseFile(
    visitor,
    'next.csv',
    `code,term\n${withOtherDigit(second.code)},${second.term}\n`,
  );
  await page.getByRole('button', { name: 'Take the suggestion' }).click();
  await visitor.check();
  await page.getByRole('button', { name: 'Upload' }).click();
  await page.waitForURL(/\/codelist\/user\/alice\/table-/);
  expect(await page.locator('#full-list').textContent()).toContain(second.code);
});
