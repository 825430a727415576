// @vitest-environment happy-dom
import { act } from 'preact/test-utils';
import { beforeEach, expect, test, vi } from 'vitest';
import type { RowsAnswer, RowsQuery } from '../../../../server/web/src/api/version-api.ts';
import { FullList } from '../../../../server/web/src/full-list/index.tsx';
import { RowsStore } from '../../../../server/web/src/stores/rows.ts';
import { frames, mounted, press, type, until } from './mounted.ts';

const props = {
  hash: 'abcd1234',
  isTable: false,
  usualSort: 'term',
  columns: [],
  counts: [0, 0, 500, 0, 100, 0],
  types: [],
  history: '/codelist/user/alice/asthma/-/history/',
  firstRow: 0,
};
const question = { text: '', show: 'included', type: '', sort: '' };

// Answers with codes that tell the question; `none` finds nothing.
function answerOf({ text, offset, limit }: RowsQuery): RowsAnswer {
  const total = text === 'none' ? 0 : text ? 50 : 500;
  const rows = Array.from({ length: Math.min(limit, total - offset) }, (_, at) => {
    return [`${text}${offset + at}`, 'Term', '+', null, 1] as RowsAnswer['rows'][number];
  });
  return { total, rows };
}

let hold: Promise<void> | null = null;

async function openList(): Promise<{ store: RowsStore; element: HTMLElement }> {
  const store = new RowsStore(async (query) => {
    await hold;
    return { ok: true, status: 200, headers: new Headers(), data: answerOf(query) };
  });
  await store.ask(question);
  const element = mounted(<FullList store={store} props={props} firstRow={0} />);
  await frames();
  return { store, element };
}

const field = () => document.querySelector('.list-filter') as HTMLInputElement;
const scroller = () => document.querySelector('.list-scroller') as HTMLElement;
const row = (number: number) => document.querySelector<HTMLElement>(`[data-number="${number}"]`);
const focused = () => (document.activeElement as HTMLElement).dataset.number;

beforeEach(() => {
  hold = null;
  history.replaceState(null, '', '/');
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(280);
});

test('after an arrow key, the filter keeps the focus while rows arrive', async () => {
  await openList();
  row(0)?.focus();
  press('ArrowDown');
  await frames();
  expect(focused()).toBe('1');
  type(field(), 'a');
  await until(() => expect(row(0)?.textContent).toBe('a0'));
  await frames();
  expect(document.activeElement).toBe(field());
});

test('letters that are typed just when the pause ends stay', async () => {
  const { store } = await openList();
  type(field(), 'as');
  store.question.subscribe(({ text }) => {
    if (text === 'as') type(field(), 'ast');
  });
  await until(() => expect(store.question.value.text).toBe('as'));
  await frames();
  expect(field().value).toBe('ast');
  await until(() => expect(store.shown.value?.question.text).toBe('ast'));
});

test('the filter shows a text that something else has set', async () => {
  const { store } = await openList();
  type(field(), 'as');
  await until(() => expect(store.shown.value?.question.text).toBe('as'));
  await store.ask({ ...question, text: 'wheeze' });
  await until(() => expect(field().value).toBe('wheeze'));
  await store.ask(question);
  await until(() => expect(field().value).toBe(''));
});

test('the row with the focus stays when it is out of view, and keys go on from it', async () => {
  await openList();
  row(1)?.focus();
  await frames();
  scroller().scrollTop = 300 * 28;
  scroller().dispatchEvent(new Event('scroll'));
  await frames();
  expect(row(300)).not.toBeNull();
  expect(row(100)).toBeNull();
  expect(focused()).toBe('1');
  press('ArrowDown');
  await frames();
  expect(focused()).toBe('2');
});

test('keys go to rows that are not here yet', async () => {
  await openList();
  row(0)?.focus();
  hold = new Promise(() => {});
  press('End');
  await frames();
  expect(focused()).toBe('499');
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Row 500 is on its way');
});

test('another list begins at its first row, which has the focus if a row had it', async () => {
  const { store } = await openList();
  row(0)?.focus();
  press('End');
  await frames();
  await act(() => store.ask({ ...question, text: 'a' }));
  await frames();
  expect(focused()).toBe('0');
  expect(scroller().scrollTop).toBe(0);
});

test('titles and counts are those of the rows that are shown', async () => {
  const { store, element } = await openList();
  const sorted = () => element.querySelector('[aria-sort]')?.textContent;
  const count = () => element.querySelector('.rows-count')?.textContent;
  let go = () => {};
  hold = new Promise((resolve) => {
    go = resolve;
  });
  const asked = store.ask({ ...question, show: 'excluded', sort: 'code', text: 'x' });
  await frames();
  expect([sorted(), count()]).toEqual(['Term', '500 rows']);
  go();
  await asked;
  await frames();
  expect([sorted(), count()]).toEqual(['Code', '50 of 100 rows']);
});

test('“Show all” of an empty list leaves the focus in the list', async () => {
  const { store } = await openList();
  await store.ask({ ...question, text: 'none' });
  await frames();
  const button = document.querySelector<HTMLElement>('.empty button');
  button?.focus();
  button?.click();
  await frames();
  expect(store.shown.value?.total).toBe(500);
  expect(document.activeElement).toBe(scroller());
});

test('a copy that fails is said', async () => {
  vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new Error('not allowed'));
  document.execCommand = () => false;
  const { element } = await openList();
  row(3)?.click();
  await until(() => expect(element.querySelector('.copy-told')).not.toBeNull());
  expect(element.querySelector('.visually-hidden')?.textContent).toContain('3 could not be copied');
});

test('links open elsewhere with Ctrl', async () => {
  const { store, element } = await openList();
  for (const link of element.querySelectorAll('.segments a, thead a')) {
    const event = new MouseEvent('click', { ctrlKey: true, bubbles: true, cancelable: true });
    link.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
  }
  expect(store.question.value).toEqual(question);
});
