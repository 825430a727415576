// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import type { Found } from '../../../../server/web/src/api/find-api.ts';
import { mount } from '../../../../server/web/src/islands/find.tsx';
import { frames, press, type, until } from './mounted.ts';

const page = `<main><h1>Codelog</h1><div id="find">
  <form><input type="search" name="q"><button type="submit">Search</button></form>
</div></main>`;

const found: Found = {
  codelists_total: 0,
  codelists: [],
  codes: [],
  people: [{ owner: 'organisation/uni', name: 'University', codelists_count: 2 }],
};

const narrow = Object.assign(new EventTarget(), { matches: false });
const input = () => document.querySelector('input') as HTMLInputElement;
const panel = () => document.querySelector<HTMLElement>('.find-panel');
const isOpen = () => panel()?.hidden === false;

function turn(isNarrow: boolean): void {
  narrow.matches = isNarrow;
  narrow.dispatchEvent(new Event('change'));
}

function open(address: string, remembered = ''): void {
  history.replaceState({ find: remembered }, '', address);
  document.body.innerHTML = page;
  mount(document.getElementById('find') as HTMLElement);
}

beforeEach(() => {
  vi.restoreAllMocks();
  narrow.matches = false;
  vi.stubGlobal('matchMedia', () => narrow);
  vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(found));
});

test('what a step back brings back has the focus, so that it closes like any other', async () => {
  open('/?q=asthma', 'uni');
  await until(() => expect(panel()?.textContent).toContain('University'));
  expect(document.activeElement).toBe(input());
  press('Escape');
  await frames();
  expect(isOpen()).toBe(false);
  expect(input().value).toBe('');
});

test('what the page is about is not asked again', async () => {
  open('/?q=asthma', 'asthma');
  await frames();
  expect(document.activeElement).toBe(document.body);
  expect(fetch).not.toHaveBeenCalled();
});

test('an open sheet covers the page as long as the window is narrow', async () => {
  open('/');
  type(input(), 'uni');
  await until(() => expect(panel()?.textContent).toContain('University'));
  const heading = document.querySelector('h1');
  expect(heading?.hasAttribute('inert')).toBe(false);
  turn(true);
  expect(heading?.hasAttribute('inert')).toBe(true);
  turn(false);
  expect(heading?.hasAttribute('inert')).toBe(false);
});

test('“Close” leaves the focus in the form, and a press on the field opens again', async () => {
  turn(true);
  open('/');
  type(input(), 'uni');
  await until(() => expect(panel()?.textContent).toContain('University'));
  const close = document.querySelector<HTMLElement>('.find-close');
  close?.focus();
  close?.click();
  await frames();
  expect(isOpen()).toBe(false);
  expect(document.activeElement?.textContent).toBe('Search');
  input().click();
  await frames();
  expect(isOpen()).toBe(true);
});
