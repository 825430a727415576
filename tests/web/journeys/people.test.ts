// Members of an organisation, tokens and sessions, and a codelist's details.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { journey, useBrowser, type Visitor } from '../browser.ts';
import { password } from '../people.ts';

useBrowser();

const program =
  process.env.CODELOG_PROGRAM ?? join(import.meta.dirname, '../../../build/release/codelog');

function command(args: string[], input?: string): string {
  const options = input === undefined ? {} : { input };
  return execFileSync(program, [...args, '--data', inject('data')], options)
    .toString()
    .trim();
}

function addUser(name: string): void {
  const email = `${name}@example.org`;
  command(['user', 'add', name, '--name', `Name of ${name}`, '--email', email]);
  command(['user', 'password', name], `${password}\n`);
}

function addOrganisation(slug: string, admin: string): void {
  command(['organisation', 'add', slug, '--name', `Org ${slug}`, '--url', 'https://example.org']);
  command(['organisation', 'member', slug, admin, '--admin']);
}

async function createDraft(visitor: Visitor, owner: string, name: string): Promise<void> {
  const { page } = visitor;
  await visitor.open(`/users/${owner}/new-codelist/`);
  await page.getByRole('textbox', { name: 'Codelist name *' }).fill(name);
  await page.getByLabel('Coding system *').selectOption('snomedct');
  await page.getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('heading', { name }).waitFor();
}

journey(
  'an administrator adds, promotes and removes a member, who sees why not',
  async (visitor) => {
    const { page } = visitor;
    const slug = `org-${visitor.name}`;
    const admin = `ada-${visitor.name}`;
    const member = `ben-${visitor.name}`;
    for (const name of [admin, member]) addUser(name);
    addOrganisation(slug, admin);
    await visitor.logIn(admin);
    await visitor.open(`/organisations/${slug}/`);
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await visitor.check();
    const add = async (who: string) => {
      await page.getByLabel('Username or e-mail address').fill(who);
      await page.getByRole('button', { name: 'Add', exact: true }).click();
    };
    await add('nobody-at-all');
    const problem = page.getByRole('alert').getByRole('link');
    expect(await problem.textContent()).toBe(
      'Username or e-mail address: User nobody-at-all does not exist',
    );
    await problem.click();
    const field = page.getByLabel('Username or e-mail address');
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await field.inputValue()).toBe('nobody-at-all');
    await visitor.check('wrong');
    await add(`${member}@example.org`);
    await page.getByText(`${member} is a member now.`).waitFor();
    const row = page.getByRole('row', { name: member });
    await row.getByRole('button', { name: /Make an administrator/ }).click();
    await page.getByText(`${member} is an administrator now.`).waitFor();
    await row.getByRole('button', { name: /Make a member/ }).click();
    await page.getByText(`${member} is a member now.`).waitFor();

    await visitor.logIn(member);
    await visitor.open(`/organisations/${slug}/users`);
    await page.getByText(`${admin} can add and remove members`).waitFor();
    expect(await page.getByLabel('Username or e-mail address').count()).toBe(0);
    visitor.complaints.length = 0; // the browser's line about 403
    await visitor.check();

    await visitor.logIn(admin);
    await visitor.open(`/organisations/${slug}/users`);
    await row.getByRole('link', { name: /Remove/ }).click();
    await page.getByLabel('Why (the log keeps it)').fill('has left');
    await visitor.check();
    await page.getByRole('button', { name: `Remove ${member}` }).click();
    await page.getByText(`${member} is no longer a member.`).waitFor();
    await visitor.open(`/organisations/${slug}/`);
    await visitor.check();
  },
);

journey('a token is made, shown once, used and revoked; sessions have names', async (visitor) => {
  const { page } = visitor;
  const name = `tess-${visitor.name}`;
  addUser(name);
  await visitor.logIn(name);
  await visitor.open('/accounts/tokens/');
  expect(await page.getByRole('rowheader', { name: /^Chrome on / }).count()).toBe(1);
  await page.getByLabel('What the token is for').fill('study-42');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const token = (await page.locator('.shown-once code').textContent()) ?? '';
  await page.getByRole('button', { name: 'Copy' }).waitFor();
  await visitor.check();
  const me = () =>
    fetch(new URL('/api/v2/me', inject('address')), {
      headers: { Authorization: `Token ${token}` },
    });
  expect((await me()).status).toBe(200);
  await page.getByRole('link', { name: 'I have stored it' }).click();
  expect(await page.content()).not.toContain(token);
  await visitor.check();
  await page.getByRole('button', { name: 'Revoke the token study-42' }).click();
  await page.getByText('The token is revoked.').waitFor();
  expect((await me()).status).toBe(401);
});

journey('details with a preview of Markdown, in which nothing runs', async (visitor) => {
  const { page } = visitor;
  const owner = `edna-${visitor.name}`;
  addUser(owner);
  await visitor.logIn(owner);
  await createDraft(visitor, owner, 'Wheeze');
  await visitor.open(`/codelist/user/${owner}/wheeze/edit/`);
  const preview = page.getByRole('region', { name: 'As readers see it' });
  await page
    .getByLabel('Methodology')
    .fill('# Why\n\n*Careful*. <script>document.title="run"</script> [here](javascript:alert(1))');
  await expect.poll(() => preview.getByRole('heading', { name: 'Why' }).count()).toBe(1);
  expect(await preview.locator('em').textContent()).toBe('Careful');
  expect(await preview.locator('script, [href^=javascript]').count()).toBe(0);
  expect(await page.title()).not.toBe('run');
  await visitor.check();
  expect(await page.getByRole('link', { name: 'What was changed before' }).count()).toBe(1);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await visitor.open(`/codelist/user/${owner}/wheeze/-/`);
  expect(await page.locator('.markdown em').textContent()).toBe('Careful');
  expect(await page.locator('.markdown script, .markdown [href^=javascript]').count()).toBe(0);
});

journey('a clone is made by its button, not by looking at its address', async (visitor) => {
  const { page } = visitor;
  const name = `cleo-${visitor.name}`;
  addUser(name);
  await visitor.logIn(name);
  await visitor.open('/');
  const list = page.locator('.list-card h3 a').first();
  const clone = `${await list.getAttribute('href')}clone/`;
  const cookies = await page.context().cookies();
  const ahead = await fetch(new URL(clone, inject('address')), {
    headers: {
      'Sec-Purpose': 'prefetch',
      Cookie: cookies.map((cookie) => `${cookie.name}=${cookie.value}`).join('; '),
    },
  });
  expect(ahead.status).toBe(200);
  await visitor.open(clone);
  await visitor.open(`/users/${name}/`);
  expect(await page.getByRole('row').count()).toBeLessThan(2);
  await visitor.open(clone);
  await visitor.check();
  await page.getByRole('button', { name: 'Clone' }).click();
  await page.waitForURL(`**/codelist/user/${name}/**`);
  await visitor.open(`/users/${name}/`);
  expect(await page.getByRole('row').count()).toBe(2);
});
