// Looking back: a list's life on a slider, a code's life, and what undoing left in the history.
import { readFileSync } from 'node:fs';
import { expect, inject } from 'vitest';
import { journey, useBrowser, type Visitor } from '../browser.ts';
import { Person } from '../site.ts';

useBrowser();

const brittle = '1459999999100';

type List = { hash: string; slug: string; history: string };

async function send(visitor: Visitor, method: string, path: string, body: object) {
  const token = await visitor.page.locator('meta[name=csrf-token]').getAttribute('content');
  const answer = await visitor.page.request.fetch(new URL(path, inject('address')).href, {
    method,
    data: body,
    headers: { 'X-CSRFToken': token ?? '', Origin: new URL(inject('address')).origin },
  });
  expect(answer.status(), await answer.text()).toBeLessThan(300);
  return answer.json();
}

// A draft of alice's with a search, a decision with a reason, and one without.
async function makeList(visitor: Visitor, name: string): Promise<List> {
  await visitor.logIn('alice');
  await visitor.open('/accounts/settings/');
  const created = await send(visitor, 'POST', '/api/v2/codelists', {
    owner: 'user/alice',
    name: `${name} ${visitor.name}`,
    coding_system: 'snomedct',
  });
  const { hash } = created.version;
  const version = `/api/v2/versions/${hash}`;
  await send(visitor, 'POST', `${version}/searches`, { term: 'asthma' });
  const { statuses } = await send(visitor, 'GET', version, {});
  const [first, second] = Object.keys(statuses);
  const patch = (code: string | undefined, sign: string, reason?: string) =>
    send(visitor, 'PATCH', `${version}/statuses`, { updates: [[code, sign]], reason });
  await patch(first, '+', 'seen in primary care');
  await patch(second, '-', 'not what we study');
  const { slug } = created;
  return { hash, slug, history: `/codelist/user/alice/${slug}/-/history/` };
}

journey('a slider through the life of a list, with the tree as it was', async (visitor) => {
  const { page } = visitor;
  const list = await makeList(visitor, 'Slid');
  await visitor.open(list.history);
  const slider = page.getByRole('slider', { name: 'Moment in the life of the list' });
  await slider.waitFor();
  await page.locator('.moment-tree [data-code]').first().waitFor();
  const included = page.locator('.moment .counts');
  expect(await included.textContent()).not.toContain('vs now');
  await visitor.check();

  // Back over the two decisions and the search: a draft without codes.
  await slider.focus();
  const before = await slider.inputValue();
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => slider.inputValue()).toBe(String(Number(before) - 1));
  await expect.poll(() => page.url()).toMatch(/\?at=\d+$/);
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/alice decided 1 code$/);
  await page.keyboard.press('ArrowLeft');
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/searched for “asthma”/);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/alice decided 1 code$/);
  await expect.poll(() => included.textContent()).toMatch(/[1-9]\d* included/);
  await page.locator('.moment-tree .row-included').first().waitFor();
  await page.getByRole('button', { name: 'Earlier' }).click();
  await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/searched for “asthma”/);
  await expect.poll(() => page.locator('.moment-tree .row-included').count()).toBe(0);
  // Keys that filter in the builder do nothing here.
  await page.locator('.moment-tree [data-row]').first().focus();
  await page.keyboard.press('3');
  expect(new URL(page.url()).pathname).toBe(list.history);
  await slider.focus();
  const moment = page.url();
  const undecided = await included.textContent();
  expect(undecided).toContain('0 included');
  expect(undecided).toMatch(/\+\d+ −0/);
  await page.keyboard.press('Home');
  await page.getByText('The version had no codes yet.').waitFor();

  // The link opens the same moment, with and without the script.
  await page.goto(moment);
  await page.locator('.moment-tree [data-code]').first().waitFor();
  expect(await included.textContent()).toBe(undecided);
  await visitor.check();
});

journey(
  'a moment without JavaScript',
  async (visitor) => {
    const { page } = visitor;
    await visitor.open('/codelist/example-university/asthma-diagnoses/-/history/');
    await page.locator('.story-position').last().click();
    await page.getByText('As it was after').waitFor();
    const first = page.url();
    await page.getByRole('link', { name: 'Later' }).click();
    expect(page.url()).not.toBe(first);
    await page.getByRole('link', { name: 'Earlier' }).click();
    expect(page.url()).toBe(first);
    await page.getByRole('link', { name: 'Later' }).click();
    expect(await page.locator('.moment-codes summary').textContent()).toMatch(/^\d+ codes? then$/);
  },
  { javaScript: false },
);

journey('a list of many weeks: its story, and its activity', async (visitor) => {
  const { page } = visitor;
  await visitor.open('/codelist/example-university/asthma-diagnoses/-/history/');
  await page.locator('.moment-tree [data-code]').first().waitFor();
  await page.getByText(/changes in the last 12 months/).waitFor();
  await page.getByRole('button', { name: 'As a table' }).click();
  expect(await page.locator('.timeline .picture-table tbody tr').count()).toBeGreaterThan(0);
  await page.getByRole('button', { name: /table/ }).click();
  await page.locator('.timeline-grid').waitFor();
  await visitor.check();
});

journey('from a version to the life of a code in three clicks', async (visitor) => {
  const { page } = visitor;
  const person = new Person(`lives-${visitor.name}`);
  const reason = 'too rare in primary care';
  const made = await person.publish(`Lives ${visitor.name}`, 'asthma', [brittle], reason);
  await visitor.open(made.path);
  await page.getByRole('tab', { name: 'Definition' }).click();
  await page.locator('#definition .term-link').filter({ hasText: 'Brittle asthma' }).click();
  await page.getByRole('heading', { name: 'The life of one code' }).waitFor();
  expect(await page.locator('.code-life').textContent()).toContain('Brittle asthma');
  const story = page.locator('.story');
  await story.getByText(`“${reason}”`).waitFor();
  expect(await story.locator('> li').count()).toBeGreaterThan(1);
  await visitor.check();
});

journey('reasons are in the file of a version’s decisions', async (visitor) => {
  const { page } = visitor;
  const list = await makeList(visitor, 'Reasoned');
  const version = `/api/v2/versions/${list.hash}`;
  await send(visitor, 'PATCH', `${version}/statuses`, { select: { status: ['?'] }, to: '+' });
  await send(visitor, 'POST', `${version}/save`, {});
  await visitor.open(`/codelist/user/alice/${list.slug}/${list.hash}/#definition`);
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Decisions with reasons (CSV)' }).click();
  const file = readFileSync(await (await waiting).path(), 'utf8');
  expect(file).toMatch(/^code,term,decision,reason,who,when,position,origin\r\n/);
  expect(file).toContain(',include,seen in primary care,alice,');
  expect(file).toContain(',exclude,not what we study,alice,');
});

journey('a change of the texts shows what they were and what they are', async (visitor) => {
  const { page } = visitor;
  const list = await makeList(visitor, 'Described');
  const codelist = `/api/v2/codelists/user/alice/${list.slug}`;
  await send(visitor, 'PATCH', codelist, { methodology: 'Seen by Ada.' });
  await send(visitor, 'PATCH', codelist, { methodology: 'Seen by Bob.', description: 'Asthma.' });
  await visitor.open(list.history);
  const step = page.locator('.story > li').first();
  expect(await step.textContent()).toContain('changed the description and the methodology');
  await step.getByText('What changed in it').click();
  expect(await step.getByRole('deletion').textContent()).toBe('Ada.');
  expect(await step.getByRole('insertion').allTextContents()).toEqual(['Asthma.', 'Bob.']);
  await visitor.check();
});

journey('undoing and redoing stay in the history', async (visitor) => {
  const { page } = visitor;
  const list = await makeList(visitor, 'Undone');
  const version = `/api/v2/versions/${list.hash}`;
  const { statuses: start } = await send(visitor, 'GET', version, {});
  const third = Object.keys(start)[2];
  await send(visitor, 'PATCH', `${version}/statuses`, { updates: [[third, '+']] });
  const { statuses: before } = await send(visitor, 'GET', version, {});
  for (let i = 0; i < 3; i++) await send(visitor, 'POST', `${version}/undo`, {});
  for (let i = 0; i < 2; i++) await send(visitor, 'POST', `${version}/redo`, {});
  await visitor.open(list.history);
  await page.getByText('8 steps').click();
  const steps = page.locator('.story-steps');
  expect(await steps.getByText('undid').count()).toBe(3);
  expect(await steps.getByText('redid').count()).toBe(2);
  // The builder, opened again, has what the log says: two of three decisions.
  const { statuses: after } = await send(visitor, 'GET', version, {});
  expect(after).not.toEqual(before);
  expect(await page.getByText('“seen in primary care”').count()).toBeGreaterThan(0);
  await visitor.check();
  await visitor.open(`/builder/${list.hash}/`);
  await page.locator('[data-code]').first().waitFor();
  const counts = await page.locator('.builder-head').textContent();
  const included = Object.values(after).filter((status) => String(status).includes('+')).length;
  expect(counts?.replaceAll(/\D+/g, ' ')).toContain(` ${included} `);
});

journey('the methods of a version: a page, a print, and a file', async (visitor) => {
  const { page } = visitor;
  await visitor.open('/codelist/example-university/asthma-diagnoses/');
  await page.getByRole('link', { name: 'Methods appendix' }).click();
  const decisions = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Decisions (CSV)' }).click();
  expect((await decisions).suggestedFilename()).toMatch(/-decisions\.csv$/);
  await page.getByRole('heading', { name: /^Methods: Asthma diagnoses/ }).waitFor();
  await visitor.check();
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download as Markdown' }).click();
  expect((await waiting).suggestedFilename()).toMatch(/-methods\.md$/);
  await page.emulateMedia({ media: 'print' });
  expect(await page.locator('.site-header').isVisible()).toBe(false);
  expect(await page.getByRole('link', { name: 'Download as Markdown' }).isVisible()).toBe(false);
  expect(await page.locator('#version-hash').isVisible()).toBe(true);
});

journey('a proof checked in the browser; a byte changed on the way is told', async (visitor) => {
  const { page } = visitor;
  await visitor.open('/codelist/example-university/asthma-diagnoses/66f08cca/');
  await page.getByRole('link', { name: 'Proof', exact: true }).click();
  const panel = page.locator('.proof-panel');
  await panel.getByText('Checked here, by your browser').waitFor();
  expect(await panel.getByRole('listitem').count()).toBe(5);
  await visitor.check('good');
  // The next visit compares the log with the one that was seen.
  await page.reload();
  await panel.getByText('that this browser saw on').waitFor();

  const changes: [string, (text: string) => string, string][] = [
    ['**/commits/*/proof', (text) => text.replace(/^extra .{40}/m, (all) => swapped(all)), 'lead'],
    ['**/log/checkpoint', (text) => text.replace(/^(\d+)$/m, (size) => `${size}1`), 'signed by'],
    ['**/download.csv', (text) => `${text}1,changed\r\n`, 'download.csv is not the file'],
  ];
  for (const [address, change, words] of changes) {
    await page.route(address, async (route) => {
      const answer = await route.fetch();
      await route.fulfill({ response: answer, body: change(await answer.text()) });
    });
    await page.reload();
    await panel.getByText('This record does not match the signed log.').waitFor();
    expect(await panel.locator('.proof-bad').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringContaining(words)]),
    );
    await visitor.check(`bad ${words}`);
    const saving = page.waitForEvent('download');
    await panel.getByRole('button', { name: 'Save the evidence' }).click();
    const evidence = JSON.parse(readFileSync(await (await saving).path(), 'utf8'));
    expect(evidence.proof).toContain('c2sp.org/tlog-proof@v1');
    await page.unroute(address);
  }

  // A site with another key than the one that this browser remembers.
  await page.evaluate(() => {
    const seen = JSON.parse(localStorage.getItem('codelog.log') ?? '{}');
    localStorage.setItem(
      'codelog.log',
      JSON.stringify({ ...seen, key: 'old.example+0badcafe+AA' }),
    );
  });
  await page.reload();
  await panel.getByText('0badcafe').waitFor();
});

// The text with its last letter changed.
function swapped(text: string): string {
  return text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');
}
