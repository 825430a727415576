// @vitest-environment happy-dom
import { signal } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import { Statuses } from '../../../../server/web/src/engine/statuses.ts';
import { decodeTree } from '../../../../server/web/src/engine/tree-format.ts';
import { mount } from '../../../../server/web/src/islands/tree-tab.tsx';
import { type TreeSource, ViewStore } from '../../../../server/web/src/stores/view.ts';
import { TreeTab } from '../../../../server/web/src/tree-tab/index.tsx';
import { Ways } from '../../../../server/web/src/tree-tab/ways.ts';
import { encodeGraph } from '../engine/trees.ts';
import { frames, mounted, press, type, until } from './mounted.ts';

// A code with two parents.
const graph = {
  codes: ['a', 'b', 'c', 'x'],
  children: new Map([
    ['a', ['b', 'c']],
    ['b', ['x']],
    ['c', ['x']],
  ]),
};

function openTree(): { view: ViewStore; ways: Ways } {
  const tree = decodeTree(encodeGraph(graph));
  const source: TreeSource = {
    tree: signal(tree),
    version: signal(0),
    statuses: new Statuses(tree, new Uint8Array(tree.count)),
    terms: null,
    termOf: (code) => `term of ${tree.codes[code]}`,
    codeOf: (code) => tree.codes[code] ?? '',
  };
  const view = new ViewStore(source);
  const ways = new Ways(view);
  mounted(<TreeTab source={source} view={view} ways={ways} name="Asthma" />);
  return { view, ways };
}

const rowWith = (text: string) =>
  [...document.querySelectorAll<HTMLElement>('[data-row]')].find((row) =>
    row.getAttribute('aria-label')?.startsWith(`term of ${text}`),
  );
const button = (name: string) =>
  [...document.querySelectorAll('button')].find(({ textContent }) => textContent === name);
const field = () => document.querySelector('.list-filter') as HTMLInputElement;

beforeEach(() => {
  vi.restoreAllMocks();
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(280);
});

test('keys go on from where a screen reader has put the focus', async () => {
  const { view } = openTree();
  view.setAllOpen(true);
  await frames();
  rowWith('c')?.focus();
  await frames();
  press('ArrowLeft');
  press('ArrowLeft');
  await frames();
  expect(document.activeElement?.getAttribute('data-code')).toBe('a');
});

test('after the last way back, the focus is on the row that it led to', async () => {
  const { view, ways } = openTree();
  view.setAllOpen(true);
  const repeat = [...(view.rows.value?.isRepeat ?? [])].indexOf(1);
  view.focus.value = repeat;
  ways.goHome(repeat);
  await frames();
  const back = button('Back to where you were');
  back?.focus();
  back?.click();
  await frames();
  expect(document.activeElement?.getAttribute('data-row')).toBe(String(repeat));
});

test('the filter is empty after a jump that has dropped it', async () => {
  const { view } = openTree();
  type(field(), 'term of b');
  await until(() => expect(view.filter.value.text).toBe('term of b'));
  view.goTo(2);
  await until(() => expect(field().value).toBe(''));
});

test('a tree that cannot be read says so above that of the page, and is tried again', async () => {
  let answer = () => Response.json({ detail: 'No answer yet.' }, { status: 503 });
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    return String(input).includes('terms') ? new Response('1\n2\n3\n4') : answer();
  });
  document.body.innerHTML = '<div id="tree"><ul><li>as the page has it</li></ul></div>';
  const element = document.getElementById('tree') as HTMLElement;
  await mount(element, { hash: 'abcd1234', name: 'Asthma', history: '/-/history/' });
  await frames();
  expect(element.querySelector('[role=alert]')?.textContent).toContain('No answer yet.');
  expect(element.textContent).toContain('as the page has it');
  const tree = encodeGraph(graph);
  answer = () => new Response(tree);
  vi.mocked(fetch).mockImplementation(async (input) => {
    if (String(input).includes('terms')) return new Response('1\n2\n3\n4');
    return new Response(String(input).endsWith('/tree') ? tree : new Uint8Array(4));
  });
  button('Try again')?.focus();
  button('Try again')?.click();
  await until(() => expect(element.querySelector('[role=treegrid]')).not.toBeNull());
  expect(element.textContent).not.toContain('as the page has it');
  expect(document.activeElement).toBe(field());
});
