// Those who look after the site: people, publishing and withdrawing, deleting and bringing back.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, inject } from 'vitest';
import { journey, useBrowser } from '../browser.ts';
import { password } from '../people.ts';

useBrowser();

const program =
  process.env.CODELOG_PROGRAM ?? join(import.meta.dirname, '../../../build/release/codelog');

function addUser(name: string, ...options: string[]): void {
  const data = ['--data', inject('data')];
  const who = ['--name', `Person ${name}`, '--email', `${name}@example.org`];
  execFileSync(program, ['user', 'add', name, ...who, ...options, ...data]);
  execFileSync(program, ['user', 'password', name, ...data], { input: `${password}\n` });
}

// The API as this person.
function apiOf(name: string) {
  const token = execFileSync(program, ['user', 'token', name, '--data', inject('data')])
    .toString()
    .trim();
  return async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(new URL(`/api/v2${path}`, inject('address')), {
      method,
      headers: { Authorization: `Token ${token}`, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(answer.ok, `${method} ${path} ${answer.status}`).toBe(true);
    return answer.json();
  };
}

async function firstCode(
  api: ReturnType<typeof apiOf>,
): Promise<{ release: string; code: string }> {
  const { releases } = await api('GET', '/releases');
  const release = releases.find(
    (each: { coding_system: string }) => each.coding_system === 'snomedct',
  ).alias;
  const { matching } = await api('GET', `/releases/${release}/search?term=asthma`);
  return { release, code: matching[0] };
}

journey('a superuser finds a person by address, deactivates and erases them', async (visitor) => {
  const { page } = visitor;
  const admin = `sue-${visitor.name}`;
  const name = `finn-${visitor.name}`;
  addUser(admin, '--admin');
  addUser(name);
  await visitor.logIn(admin);
  await visitor.open('/superusers/');
  await visitor.check();
  await page.getByRole('searchbox', { name: 'Find anything' }).fill(`${name}@EXAMPLE`);
  await page.getByRole('button', { name: 'Find' }).click();
  await visitor.check();
  await page.getByRole('link', { name }).click();
  await page.getByRole('link', { name: 'Deactivate' }).click();
  await visitor.check();
  await page.getByLabel('Why (the log keeps it)').fill('has left the university');
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await page.getByText(`${name} is deactivated.`).waitFor();
  const record = page.getByRole('row', { name: /Deactivate user/ });
  expect(await record.textContent()).toMatch(new RegExp(`${admin}.*has left the university`, 's'));
  await visitor.check();
  await page.getByRole('link', { name: 'Erase' }).click();
  await page.getByLabel(`Type the username ${name}`).fill(name);
  await page.getByRole('button', { name: 'Erase' }).click();
  await page.getByText('can no longer be read').waitFor();
  for (const path of [
    `/superusers/users/${name}/`,
    `/superusers/users/?q=${name}`,
    `/superusers/?q=${name}`,
  ]) {
    await visitor.open(path);
    expect(await page.content(), path).not.toContain(`Person ${name}`);
    expect(await page.content(), path).not.toContain(`${name}@example.org`);
    await visitor.check();
  }
  for (const path of ['organisations', 'codelists', 'releases', 'codelists/restore']) {
    await visitor.open(`/superusers/${path}/`);
    await visitor.check();
  }
  await visitor.open('/superusers/users/?show=spam');
  await visitor.check();
});

journey('publishing names the draft that it closes, and its author is told', async (visitor) => {
  const { page } = visitor;
  const owner = `olga-${visitor.name}`;
  const other = `otto-${visitor.name}`;
  for (const name of [owner, other]) addUser(name);
  const api = apiOf(owner);
  const { release, code } = await firstCode(api);
  const list = `user/${owner}/colds`;
  const made = await api('POST', '/codelists', {
    owner: `user/${owner}`,
    name: 'Colds',
    coding_system: 'snomedct',
    release,
    codes: [code],
  });
  await api('POST', `/versions/${made.version.hash}/save`);
  await api('PUT', `/codelists/${list}/collaborators/${other}`);
  const draft = await apiOf(other)('POST', `/versions/${made.version.hash}/drafts`, {});
  await visitor.logIn(owner);
  await visitor.open(`/codelist/${list}/${made.version.hash}/`);
  await page.getByRole('button', { name: 'Publish version' }).click();
  const dialog = page.getByRole('dialog', { name: 'Publish this version?' });
  expect(await dialog.textContent()).toMatch(
    new RegExp(`The draft ${draft.hash} of ${other} \\(\\d+ decisions?, .*will be closed`, 's'),
  );
  await visitor.check();
  await dialog.getByRole('button', { name: 'Publish', exact: true }).click();
  await page.getByText('Published', { exact: true }).first().waitFor();
  await visitor.logIn(other);
  const notice = page.getByText(`closed your draft ${draft.hash}`);
  expect(await notice.count()).toBe(1);
  await visitor.check();
  await visitor.open('/');
  expect(await notice.count()).toBe(0);
});

journey('a version is deleted under review; a published one is withdrawn', async (visitor) => {
  const { page } = visitor;
  const owner = `wanda-${visitor.name}`;
  addUser(owner, '--admin');
  const api = apiOf(owner);
  const { release, code } = await firstCode(api);
  const made = await api('POST', '/codelists', {
    owner: `user/${owner}`,
    name: 'Coughs',
    coding_system: 'snomedct',
    release,
    codes: [code],
  });
  await api('POST', `/versions/${made.version.hash}/save`);
  await api('POST', `/versions/${made.version.hash}/publish`);
  const list = `/codelist/user/${owner}/coughs/`;
  const second = await api('POST', `/codelists/user/${owner}/coughs/versions`, {
    codes: [code],
    release,
    always_create_new_version: true,
  });
  const hash = second.hash ?? second.version?.hash;
  await visitor.logIn(owner);
  await visitor.open(`${list}${hash}/`);
  await page.getByRole('button', { name: 'Delete version' }).click();
  await visitor.check();
  const dialog = page.getByRole('dialog', { name: 'Delete this version?' });
  await dialog.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.waitForURL(`**${list}${made.version.hash}/`);
  await page.getByRole('link', { name: 'Withdraw this version' }).click();
  await visitor.check();
  await page.getByLabel('Why it is withdrawn').fill('A code was wrong.\nUse nothing of it.');
  await page.getByRole('button', { name: 'Withdraw this version' }).click();
  await page.getByText('This version was withdrawn.').waitFor();
  const answer = await page.reload();
  expect(answer?.status()).toBe(410);
  expect(await page.locator('.reason').textContent()).toContain('A code was wrong.');
  visitor.complaints.length = 0; // the browser's line about 410
  await visitor.check();
});
