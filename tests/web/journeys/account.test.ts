// An account's life, and a codelist's first step.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { journey, useBrowser } from '../browser.ts';

useBrowser();

// The link in the newest mail to this address.
function linkInMailTo(address: string): string {
  const folder = join(inject('data'), 'mail');
  const mails = readdirSync(folder)
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .filter((mail) => mail.includes(address));
  const link = mails
    .at(-1)
    ?.replaceAll('=\r\n', '')
    .match(/http\S+\/accounts\/reset\/\S+/)?.[0];
  if (!link) throw new Error(`no link in a mail to ${address}`);
  return new URL(link).pathname;
}

journey('register, log out, forget the password, and come back', async (visitor) => {
  const { page } = visitor;
  const name = `dora-${visitor.name}`;
  const email = `${name}@example.org`;
  await visitor.open('/accounts/register/');
  const fill = async (values: Record<string, string>) => {
    for (const [label, value] of Object.entries(values)) {
      await page.getByLabel(label, { exact: true }).fill(value);
    }
  };
  await fill({
    Username: name,
    Name: 'Dora Diaz',
    'E-mail address': email,
    Password: 'correct horse 8',
    'The same password again': 'another horse 8',
  });
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  // Beside the field, and in the summary, which leads to it.
  const summary = page.getByRole('alert');
  await summary.getByRole('link').click();
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('id_password2');
  expect(await page.locator('#error_password2').textContent()).toMatch(/didn.t match/);
  await visitor.check();
  await fill({ Password: 'correct horse 8', 'The same password again': 'correct horse 8' });
  await page.getByRole('button', { name: 'Register', exact: true }).click();
  await page.getByRole('button', { name: 'My account' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await visitor.logIn(name, 'wrong horse 8');
  expect(await page.getByRole('alert').textContent()).toMatch(/correct username and password/);
  await visitor.check();
  await page.getByRole('link', { name: 'Forgotten your password?' }).click();
  await fill({ 'E-mail address': email });
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByRole('heading', { name: 'Look at your mail' }).waitFor();
  await expect.poll(() => linkInMailTo(email)).toContain('/accounts/reset/');
  await visitor.open(linkInMailTo(email));
  await fill({ 'New password': 'new horse 88', 'The same new password again': 'new horse 88' });
  await page.getByRole('button', { name: 'Set password' }).click();
  await visitor.logIn(name, 'new horse 88');
  await page.getByRole('link', { name: 'My codelists' }).click();
  await page.getByRole('link', { name: 'Create a codelist' }).waitFor();
  await visitor.check();
});

journey('a codelist from scratch, and a name that is taken', async (visitor) => {
  const { page } = visitor;
  const name = `Wheeze ${visitor.name}`;
  await visitor.logIn('alice');
  const create = async () => {
    await page.getByRole('link', { name: 'My codelists' }).click();
    await page.getByRole('link', { name: 'Create a codelist' }).click();
    await page.getByLabel('Owner').selectOption({ label: 'Example University' });
    await page.getByRole('textbox', { name: 'Codelist name *' }).fill(name);
    await page.getByLabel('Coding system *').selectOption('snomedct');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
  };
  await create();
  await page.getByRole('heading', { name }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/builder\/[0-9a-f]{8}\/$/);
  await visitor.check();
  await create();
  expect(await page.getByRole('alert').textContent()).toContain(
    `There is already a codelist called ${name}`,
  );
  await visitor.check();
  await page.getByRole('link', { name: 'My codelists' }).click();
  const row = page.getByRole('row', { name });
  expect(await row.textContent()).toMatch(/Example University.*Draft/s);
  await visitor.check();
});
