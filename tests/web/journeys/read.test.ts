// Finding, judging and taking a codelist.
import { readFileSync } from 'node:fs';
import { expect, inject } from 'vitest';
import { journey, useBrowser } from '../browser.ts';
import { Person } from '../site.ts';

useBrowser();

const asthma = '/codelist/example-university/asthma-diagnoses/';

async function bytesOf(path: string): Promise<string> {
  const reply = await fetch(new URL(path, inject('address')));
  expect(reply.status).toBe(200);
  return reply.text();
}

journey(
  'without JavaScript, from home to the file of a codelist',
  async (visitor) => {
    const { page } = visitor;
    await visitor.open('/');
    await page.getByRole('searchbox').fill('asthma');
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('link', { name: 'Asthma diagnoses' }).click();
    expect(await page.locator('#version-hash').textContent()).toMatch(/^[0-9a-f]{8}$/);
    const waiting = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download CSV' }).click();
    const file = readFileSync(await (await waiting).path(), 'utf8');
    expect(file).toBe(await bytesOf(`${new URL(page.url()).pathname}download.csv`));
    // The file has the codes that the API includes.
    const [head, ...rows] = file.trim().split('\r\n');
    expect(head).toBe('code,term');
    const version = `/api/v2/versions/${await page.locator('#version-hash').textContent()}`;
    const { statuses } = JSON.parse(await bytesOf(version));
    const included = Object.keys(statuses).filter((code) => /^\(?\+\)?$/.test(statuses[code]));
    expect(rows.map((row) => row.split(',')[0]).sort()).toEqual(included.sort());
  },
  { javaScript: false },
);

journey('tabs follow the address, and a hash may be in capitals', async (visitor) => {
  const { page } = visitor;
  await visitor.open(asthma);
  const path = new URL(page.url()).pathname;
  const hash = (await page.locator('#version-hash').textContent()) ?? '';
  expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('About');
  await page.getByRole('tab', { name: 'Full list' }).click();
  expect(await page.locator('#full-list table tbody tr').count()).toBeGreaterThan(5);
  await visitor.check();
  await page.goBack();
  await page.locator('#about').waitFor();
  expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('About');
  await visitor.open(`${path.replace(hash, hash.toUpperCase())}#tree`);
  await page.locator('#tree').waitFor();
  // The part and its tabs are in sight.
  for (const part of ['#tree', '.tabs']) {
    const box = await page.locator(part).boundingBox();
    expect(box?.y).toBeGreaterThanOrEqual(0);
    expect(box?.y).toBeLessThan(page.viewportSize()?.height ?? 0);
  }
  expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('Tree');
  await visitor.check();
});

journey('the address that a list had before leads to the part of its page', async (visitor) => {
  const { page } = visitor;
  const renamer = new Person(`renamer-${visitor.name}`);
  const { path } = await renamer.publish(`Wheeze ${visitor.name}`, 'asthma');
  const [, , , name, slug = '', hash] = path.split('/');
  const renamed = `airways-${visitor.name}`;
  await renamer.ask('PATCH', `/codelists/user/${name}/${slug}`, { slug: renamed });
  await visitor.open(`${path}#tree`);
  await page.getByRole('treegrid').waitFor();
  expect(await page.getByRole('tab', { selected: true }).textContent()).toBe('Tree');
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
    `Wheeze ${visitor.name}`,
  );
  const now = `/codelist/user/${name}/${renamed}/${hash}/`;
  const { pathname } = new URL(page.url());
  const canonical = await page.locator('link[rel=canonical]').getAttribute('href');
  expect([pathname, canonical && new URL(canonical).pathname]).toContain(now);
});

journey('a version prints with its name, hash and release, without navigation', async (visitor) => {
  const { page } = visitor;
  await visitor.open(asthma);
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(true);
  expect(await page.locator('#version-hash').isVisible()).toBe(true);
  expect(await page.getByText('SNOMED CT (UK Clinical Edition)').isVisible()).toBe(true);
  const hash = await page.locator('#version-hash').textContent();
  const api = await fetch(new URL(`/api/v2/versions/${hash}`, inject('address')));
  const { content_digest: content } = (await api.json()) as { content_digest: string };
  const digests = page.locator('.digest p');
  expect(await digests.count()).toBe(2); // of the content and of the release
  for (const digest of await digests.all()) {
    expect(await digest.isVisible()).toBe(true);
    expect((await digest.boundingBox())?.y).toBeLessThan(600); // on the first sheet
  }
  expect(await digests.allTextContents()).toContain(content);
  expect(await page.locator('#full-list table').isVisible()).toBe(true);
  expect(await page.locator('.site-header').isVisible()).toBe(false);
  expect(await page.locator('.tabs').isVisible()).toBe(false);
});

journey(
  'the theme is remembered',
  async (visitor) => {
    const { page } = visitor;
    await visitor.open('/');
    const ground = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    await visitor.openMenu();
    const before = visitor.look.theme === 'dark' ? 'light' : 'dark';
    await page.getByRole('button', { name: 'Switch between light and dark' }).click();
    expect(await ground()).toBe(before);
    await visitor.open('/releases/');
    expect(await ground()).toBe(before);
    await visitor.check();
  },
  { inEachTheme: true },
);

for (const path of [
  '/',
  '/?q=asthma',
  '/?q=zzz',
  asthma,
  `${asthma}-/`,
  '/codelist/example-university/statins/',
  '/codelist/example-university/',
  '/organisations/example-university/',
  '/users/bob/',
  '/releases/',
  '/releases/snomedct_demo_20240101/',
  '/coding-systems/latest-releases',
  '/conversions/',
  '/contact/',
  '/accounts/login/?next=/users/alice/',
  '/accounts/register/',
]) {
  journey(`${path} is quiet, accessible and fits`, async (visitor) => {
    await visitor.open(path);
    await visitor.check();
  });
}
