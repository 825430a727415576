// Reading a version: its list however long, its tree, its pictures, and how to cite it.
import { expect, inject } from 'vitest';
import { journey, useBrowser, type Visitor } from '../browser.ts';

useBrowser();

const asthma = '/codelist/example-university/asthma-diagnoses/';
const longListRows = 150_000;
const rowsInPageMax = 60;

type Made = { slug: string; version: { hash: string } };

// Sends a request of the API as the person who is logged in.
async function send<Answer>(
  { page }: Visitor,
  method: string,
  path: string,
  body: unknown,
): Promise<Answer> {
  const request = [method, `/api/v2${path}`, JSON.stringify(body)] as const;
  return page.evaluate(async ([how, where, content]) => {
    const token = document.querySelector<HTMLMetaElement>('meta[name=csrf-token]')?.content ?? '';
    const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token };
    const answer = await fetch(where, { method: how, headers, body: content });
    if (!answer.ok) throw new Error(`${how} ${where}: ${await answer.text()}`);
    return answer.json();
  }, request);
}

// A table of a system whose releases have no files, so that any code may be in it.
async function makeLongList(visitor: Visitor, name = 'Long'): Promise<string> {
  await visitor.logIn('alice');
  const rows = Array.from({ length: longListRows }, (_, at) => `${1_000_000 + at},Term ${at}`);
  const made = await send<Made>(visitor, 'POST', '/codelists', {
    owner: 'user/alice',
    name: `${name} ${visitor.name}`,
    coding_system: 'null',
    csv: `code,term\n${rows.join('\n')}\n`,
  });
  return `/codelist/user/alice/${made.slug}/${made.version.hash}/`;
}

// Every code below a top of the demonstration's hierarchy, some of them excluded.
async function makeBigTree(visitor: Visitor): Promise<string> {
  await visitor.logIn('alice');
  const made = await send<Made>(visitor, 'POST', '/codelists', {
    owner: 'user/alice',
    name: `Big ${visitor.name}`,
    coding_system: 'snomedct',
    release: 'snomedct_demo_20240101',
  });
  const version = `/versions/${made.version.hash}`;
  await send(visitor, 'POST', `${version}/searches`, { term: 'disorder', mode: 'words' });
  const select = { status: ['?'] };
  await send(visitor, 'PATCH', `${version}/statuses`, { select, to: '+' });
  await send(visitor, 'POST', `${version}/save`, {});
  return `/codelist/user/alice/${made.slug}/${made.version.hash}/`;
}

journey('a list of 150,000 codes: first rows at once, the last by a key', async (visitor) => {
  const { page } = visitor;
  const path = await makeLongList(visitor);
  const html = await (await page.request.get(new URL(path, inject('address')).href)).text();
  expect(html).toContain('<td class="mono">1000000</td>');
  expect(html).toContain('<td class="mono">1000119</td>');
  await visitor.open(`${path}#full-list`);
  const list = page.locator('#full-list');
  await list.locator('.list-scroller').waitFor();
  expect(await list.getByText('150,000 rows').isVisible()).toBe(true);
  await list.getByRole('button', { name: '1000000', exact: true }).focus();
  await page.keyboard.press('End');
  await list.getByRole('button', { name: '1149999', exact: true }).waitFor();
  expect(await list.locator('tbody tr').count()).toBeLessThanOrEqual(rowsInPageMax);
  await visitor.check();
  await page.keyboard.press('Home');
  await list.getByRole('button', { name: '1000000', exact: true }).waitFor();
  // Rows arrive while somebody types; the field keeps the focus and all letters.
  await list.getByRole('textbox').click();
  await list.getByRole('textbox').pressSequentially('149999', { delay: 90 });
  await list.getByText('1 of 150,000 rows').waitFor();
  expect(await list.getByRole('textbox').inputValue()).toBe('149999');
  expect(await list.locator('tbody tr td').nth(1).textContent()).toBe('Term 149999');
  await list.getByRole('textbox').fill('zz');
  await list.getByText('No code of this version is like that.').waitFor();
  await visitor.check();
});

journey('a version is printed with all rows of its list', async (visitor) => {
  const { page } = visitor;
  await visitor.logIn('alice');
  const rows = Array.from({ length: 500 }, (_, at) => `${1_000_000 + at},Term ${at}`);
  const made = await send<Made>(visitor, 'POST', '/codelists', {
    owner: 'user/alice',
    name: `Printed ${visitor.name}`,
    coding_system: 'null',
    csv: `code,term\n${rows.join('\n')}\n`,
  });
  const path = `/codelist/user/alice/${made.slug}/${made.version.hash}/`;
  const visible = () => page.locator('#full-list tbody tr:visible').count();
  // From another tab of the page, and from the list itself.
  for (const part of ['#about', '#full-list']) {
    await visitor.open(`${path}${part}`);
    await page.waitForLoadState('networkidle');
    await page.emulateMedia({ media: 'print' });
    await expect.poll(visible).toBe(500);
    await page.getByText('Term 499').waitFor();
    await page.emulateMedia({ media: null });
    await expect.poll(visible).toBeLessThanOrEqual(120);
  }
  // What is there when the browser begins to print.
  await page.evaluate(() => {
    addEventListener('beforeprint', () => {
      document.title = String(document.querySelectorAll('.whole-rows tbody tr').length);
    });
  });
  await page.pdf();
  expect(await page.title()).toBe('500');
  await page.locator('#full-list').getByRole('textbox').fill('Term 49');
  await expect.poll(visible).toBe(15);
  await page.emulateMedia({ media: 'print' });
  await expect.poll(visible).toBe(15);
});

async function codesShown(visitor: Visitor): Promise<string[]> {
  return visitor.page.locator('#full-list tbody td:first-child').allTextContents();
}

async function statusesShown({ page }: Visitor): Promise<string[]> {
  const marks = page.locator('#full-list tbody .status [role=img]');
  return marks.evaluateAll((all) => all.map((mark) => mark.ariaLabel ?? ''));
}

// How often the next one is another.
function changes(all: string[]): number {
  return all.filter((one, at) => at > 0 && one !== all[at - 1]).length;
}

journey('the full list sorts by code, term and status, also after a reload', async (visitor) => {
  const { page } = visitor;
  await visitor.open(`${asthma}#full-list`);
  const list = page.locator('#full-list');
  await list.locator('.list-scroller').waitFor();
  await list.getByRole('link', { name: /^All \d/ }).click();
  await list.getByText('16 rows').waitFor();
  const byTerm = await codesShown(visitor);
  expect(changes(await statusesShown(visitor))).toBeGreaterThan(1);
  for (const title of ['Code', 'Status', 'Term']) {
    await list.getByRole('columnheader', { name: title }).getByRole('link').click();
    await expect.poll(() => list.locator('[aria-sort]').textContent()).toBe(title);
    const sorted = await codesShown(visitor);
    if (title === 'Code') expect(sorted).toEqual([...sorted].sort());
    if (title === 'Term') expect(sorted).toEqual(byTerm);
    if (title === 'Status') {
      expect([...sorted].sort()).toEqual([...byTerm].sort());
      expect(changes(await statusesShown(visitor))).toBe(1);
    }
    await page.reload();
    await list.locator('.list-scroller').waitFor();
    expect(await list.locator('[aria-sort]').textContent()).toBe(title);
    expect(await codesShown(visitor)).toEqual(sorted);
  }
  await visitor.check();
});

journey(
  'without JavaScript, the list sorts and filters, too',
  async (visitor) => {
    const { page } = visitor;
    await visitor.open(asthma);
    const list = page.locator('#full-list');
    await list.getByRole('columnheader', { name: 'Code' }).getByRole('link').click();
    const sorted = await codesShown(visitor);
    expect(sorted).toEqual([...sorted].sort());
    await list.getByRole('textbox').fill('allergic');
    await list.getByRole('button', { name: 'Filter' }).click();
    expect(new URL(page.url()).hash).toBe('#full-list');
    const filtered = await codesShown(visitor);
    expect(filtered.length).toBeGreaterThan(0);
    expect(filtered.length).toBeLessThan(sorted.length);
    expect(filtered).toEqual([...filtered].sort());
  },
  { javaScript: false },
);

journey('after printing, the list is where it was', async (visitor) => {
  const { page } = visitor;
  await visitor.open(`${await makeLongList(visitor, 'On paper')}#full-list`);
  const scroller = page.locator('.list-scroller');
  await scroller.waitFor();
  await scroller.evaluate((element) => {
    element.scrollTop =
      3_000 * Number.parseInt(getComputedStyle(element).getPropertyValue('--row'), 10);
  });
  const row = page.getByRole('button', { name: '1003003', exact: true });
  await row.waitFor();
  const place = await row.boundingBox();
  await page.emulateMedia({ media: 'print' });
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
  expect(await scroller.isVisible()).toBe(false);
  await page.getByText('These are the first 20,000 of 150,000 rows').waitFor();
  await page.getByText('Term 19999', { exact: true }).waitFor();
  await page.emulateMedia({ media: 'screen' });
  await page.evaluate(() => dispatchEvent(new Event('afterprint')));
  await row.waitFor();
  expect(await row.boundingBox()).toEqual(place);
});

journey('a code is copied by a click', async (visitor) => {
  const { page } = visitor;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await visitor.open(`${asthma}#full-list`);
  const code = page.locator('#full-list .code-copy').first();
  await code.click();
  await page.getByText(`${await code.textContent()} is copied.`).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await code.textContent());
});

journey('the tree opens whole, and a repeat leads to its first place and back', async (visitor) => {
  const { page } = visitor;
  await visitor.open(asthma);
  await page.getByRole('tab', { name: 'Tree' }).click();
  const tree = page.getByRole('treegrid');
  await tree.waitFor();
  await page.getByRole('button', { name: 'Open all', exact: true }).click();
  const repeat = tree.getByRole('row').filter({ has: page.locator('.chip-home') });
  await expect.poll(() => repeat.count()).toBeGreaterThan(0);
  await visitor.check();
  const row = repeat.first();
  const [code, place] = [await row.getAttribute('data-code'), await row.getAttribute('data-row')];
  await row.focus();
  await page.keyboard.press('Enter');
  const focused = () =>
    page.evaluate(() => {
      const { dataset } = document.activeElement as HTMLElement;
      return [dataset.code, dataset.row];
    });
  await expect.poll(async () => (await focused())[1]).not.toBe(place);
  expect((await focused())[0]).toBe(code);
  await page.keyboard.press('Backspace');
  await expect.poll(focused).toEqual([code, place]);
  // The same by hand.
  await row.locator('.chip-home').click();
  await page.getByRole('button', { name: 'Back to where you were' }).click();
  await expect.poll(() => tree.locator('.row-focused').getAttribute('data-row')).toBe(place);
  await expect.poll(focused).toEqual([code, place]);
  await page.getByRole('button', { name: 'Close all', exact: true }).click();
  await expect.poll(() => repeat.count()).toBe(0);
});

journey('a link leads to a code in the tree', async (visitor) => {
  const { page } = visitor;
  await visitor.open(`${asthma}#full-list`);
  const code = await page.locator('#full-list tbody td').first().textContent();
  await visitor.open(`${new URL(page.url()).pathname}?code=${code}#tree`);
  await page.locator(`.row-focused[data-code="${code}"]`).waitFor();
});

journey('a row of the list and of the tree leads to the history of its code', async (visitor) => {
  const { page } = visitor;
  for (const part of ['full-list', 'tree']) {
    await visitor.open(`${asthma}#${part}`);
    const row =
      part === 'tree'
        ? page.getByRole('treegrid').locator('[data-code]').nth(1)
        : page.locator('#full-list .list-scroller tbody tr').nth(1);
    const link = row.getByRole('link');
    const code =
      part === 'tree'
        ? await row.getAttribute('data-code')
        : await row.locator('td').first().textContent();
    await link.click();
    await page.getByRole('heading', { name: 'The life of one code' }).waitFor();
    expect(new URL(page.url()).searchParams.get('code')).toBe(code);
    expect(await page.locator('.story > li').count()).toBeGreaterThan(0);
  }
  // By keys: from the row to its link.
  await page.goBack();
  await page.getByRole('treegrid').locator('[tabindex="0"]').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+ArrowRight');
  await page.keyboard.press('Control+ArrowRight');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'The life of one code' }).waitFor();
});

journey('a version is cited in words and as BibTeX, and by search engines', async (visitor) => {
  const { page } = visitor;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await visitor.open(asthma);
  const copied = async (button: string) => {
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  const hash = await page.locator('#version-hash').textContent();
  const words = await copied('Copy the citation');
  expect(words).toMatch(/^Example University \(\d{4}\)\. Asthma diagnoses, version /);
  await expect.poll(() => page.getByRole('button', { name: 'Copied' }).count()).toBe(0);
  const bibtex = await copied('Copy BibTeX');
  expect(bibtex).toMatch(
    /^@misc\{asthma-diagnoses-[\w.-]+,\n {2}author = \{\{Example University\}\},/,
  );
  const { pathname } = new URL(page.url());
  expect(bibtex).toMatch(new RegExp(`\\n {2}url = \\{http\\S+${pathname}\\}\\n`));
  const data = JSON.parse(
    (await page.locator('script[type="application/ld+json"]').textContent()) ?? '',
  );
  expect(data).toMatchObject({
    '@context': 'https://schema.org',
    '@type': 'Dataset',
    name: 'Asthma diagnoses',
    identifier: hash,
    url: expect.stringContaining(pathname),
    creator: { '@type': 'Organization', name: 'Example University' },
    distribution: [{ contentUrl: expect.stringContaining(`${pathname}download.csv`) }],
  });
  expect(data.description.length).toBeGreaterThan(50);
});

journey('a bar of the composition shows its codes in the list', async (visitor) => {
  const { page } = visitor;
  await visitor.open(asthma);
  const picture = page.getByRole('figure').filter({ hasText: 'Codes by type' });
  await picture.getByRole('button', { name: 'As a table' }).click();
  await visitor.check();
  const bar = picture.getByRole('link').first();
  const title = (await bar.locator('.bar-title').textContent()) ?? '';
  await bar.click();
  const list = page.locator('#full-list');
  await list.locator('.list-scroller').waitFor();
  expect(await list.getByRole('combobox').inputValue()).toBe(title);
  expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('Full list');
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  expect(await focused()).toBe('Full list');
  // Back, and to the list by its tab: it shows what its address says.
  await page.goBack();
  expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('About');
  await page.getByRole('tab', { name: 'Full list' }).click();
  await expect.poll(() => list.getByRole('combobox').inputValue()).toBe('');
  await list.getByText('14 rows').waitFor();
});

journey('the map of a big hierarchy is walked by keys, and by a click', async (visitor) => {
  const { page } = visitor;
  await visitor.open(`${await makeBigTree(visitor)}#tree`);
  const map = page.getByRole('tree', { name: 'Map of the hierarchy' });
  await map.waitFor();
  await visitor.check();
  const cells = map.getByRole('treeitem');
  await cells.first().focus();
  await page.keyboard.press('ArrowDown');
  const name = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? '');
  await expect.poll(name).not.toBe(await cells.first().getAttribute('aria-label'));
  const entered = (await name()).split(',')[0] ?? '';
  await page.keyboard.press('Enter');
  const path = page.getByRole('navigation', { name: 'Way down the hierarchy' });
  await path.getByRole('button', { name: entered }).waitFor();
  expect(await cells.first().getAttribute('aria-label')).toContain(entered);
  await expect.poll(name).toBe(await cells.first().getAttribute('aria-label'));
  expect(await page.locator('.icicle-told').textContent()).toBe(await name());
  await page.keyboard.press('Escape');
  await expect.poll(() => path.getByRole('button').count()).toBe(1);
  await expect.poll(async () => (await name()).startsWith(`${entered}, `)).toBe(true);
  await cells.nth(1).click();
  await expect.poll(() => path.getByRole('button').count()).toBe(2);
  await path.getByRole('button', { name: 'All codes' }).click();
  await expect.poll(() => path.getByRole('button').count()).toBe(1);
});

journey('an overview shows how a codelist has grown', async (visitor) => {
  const { page } = visitor;
  await visitor.open('/codelist/example-university/cardiovascular-disease/-/');
  const picture = page.getByRole('figure').filter({ hasText: 'version by version' });
  await picture.waitFor();
  expect(await picture.getByRole('img').getAttribute('aria-label')).toMatch(/^From \d+ on /);
  await visitor.check();
  await picture.getByRole('button', { name: 'As a table' }).click();
  expect(await picture.getByRole('row').count()).toBe(3);
});
