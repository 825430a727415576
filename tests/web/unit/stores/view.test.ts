import { signal } from '@preact/signals';
import { expect, test, vi } from 'vitest';
import { status } from '../../../../server/web/src/engine/statuses.ts';
import { DraftStore } from '../../../../server/web/src/stores/draft.ts';
import { filterFrom, noFilter, toParameters } from '../../../../server/web/src/stores/filter.ts';
import type { Terms } from '../../../../server/web/src/stores/terms.ts';
import { ViewStore } from '../../../../server/web/src/stores/view.ts';
import { encodeGraph } from '../engine/trees.ts';
import { FakeClock, FakeServer, MemoryStorage } from './fakes.ts';

const family = {
  codes: ['asthma', 'acute', 'severe', 'chronic', 'wheeze'],
  children: new Map([
    ['asthma', ['acute', 'chronic']],
    ['acute', ['severe']],
    ['chronic', ['severe']],
  ]),
};

async function openView() {
  const { api } = new FakeServer(encodeGraph(family));
  const options = { api, storage: new MemoryStorage(), canEdit: true, clock: new FakeClock() };
  const draft = new DraftStore(options);
  await draft.load();
  return { draft, view: new ViewStore(draft) };
}

function shown({ draft, view }: { draft: DraftStore; view: ViewStore }): string[] {
  return [...(view.rows.value?.code ?? [])].map((code) => (code < 0 ? '#' : draft.codeOf(code)));
}

test('rows open and close, a repeat at its own place', async () => {
  const all = await openView();
  expect(shown(all)).toEqual(['#', 'asthma', 'acute', 'chronic', 'wheeze']);
  all.view.setOpen(2, true);
  all.view.setOpen(4, true);
  expect(shown(all)).toEqual(['#', 'asthma', 'acute', 'severe', 'chronic', 'severe', 'wheeze']);
  all.view.setOpenBelow(1, false);
  expect(shown(all)).toEqual(['#', 'asthma', 'wheeze']);
});

test('going to a code opens the way to its home and drops a filter that hides it', async () => {
  const all = await openView();
  const { view } = all;
  view.setFilter({ ...noFilter, text: 'wheeze' });
  expect(shown(all)).toEqual(['#', 'wheeze']);
  view.goTo(2);
  expect(all.draft.codeOf(view.focusedCode())).toBe('severe');
  expect(shown(all)).toContain('chronic');
});

test('n visits what has no side yet, around the end', async () => {
  const { draft, view } = await openView();
  draft.decide([[0, '+']]);
  expect(view.goToOpen(1)).toBe(true);
  expect(draft.codeOf(view.focusedCode())).toBe('wheeze');
  draft.decide([[4, '-']]);
  expect(view.goToOpen(1)).toBe(false);
});

test('a decided row stays until the filter is set again', async () => {
  const all = await openView();
  const undecided = { ...noFilter, show: [status.undecided] };
  all.view.setFilter(undecided);
  all.draft.decide([[4, '-']]);
  expect(shown(all)).toContain('wheeze');
  all.view.setFilter(undecided);
  expect(shown(all)).not.toContain('wheeze');
});

test('the address keeps the filter', () => {
  const address = (text: string) => new URL(text, 'http://localhost/builder/abcd1234/');
  const filter = { ...noFilter, show: [status.conflict], type: 'Disorder', search: 3 };
  expect(filterFrom(address(`?${toParameters(filter)}`))).toEqual(filter);
  expect(filterFrom(address('?search=none&assumed='))).toEqual({
    ...noFilter,
    search: 'none',
    assumed: true,
  });
  expect(filterFrom(address('search/12/asthma/'))).toEqual({ ...noFilter, search: 12 });
  expect(filterFrom(address('no-search-term/'))).toEqual({ ...noFilter, search: 'none' });
  expect(filterFrom(address('?search=x&show=what'))).toEqual(noFilter);
});

test('all opens and closes, and the focus stays on its code', async () => {
  const all = await openView();
  const { view, draft } = all;
  view.setAllOpen(true);
  expect(shown(all)).toEqual(['#', 'asthma', 'acute', 'severe', 'chronic', 'severe', 'wheeze']);
  view.focus.value = 6;
  view.setAllOpen(false);
  expect(shown(all)).toEqual(['#', 'asthma', 'wheeze']);
  expect(draft.codeOf(view.focusedCode())).toBe('wheeze');
});

test('a place is found again after its code was shown elsewhere', async () => {
  const { view, draft } = await openView();
  view.setAllOpen(true);
  const place = view.placeAt(5); // severe below chronic, a repeat
  expect(view.placeAt(0)).toBeNull();
  view.goTo(view.codeAt(5));
  expect(view.focus.value).toBe(3);
  expect(view.goToPlace(place as number)).toBe(true);
  expect(view.focus.value).toBe(5);
  expect(draft.codeOf(view.focusedCode())).toBe('severe');
  view.setAllOpen(false);
  expect(view.goToPlace(place as number)).toBe(false);
});

test('terms that come after the filter was set are found, too', async () => {
  const { draft } = await openView();
  const terms = signal(1);
  const known = new Map([[4, 'noisy breathing']]);
  vi.spyOn(draft, 'terms', 'get').mockReturnValue({ arrived: terms } as unknown as Terms);
  vi.spyOn(draft, 'termOf').mockImplementation((code) => known.get(code));
  const late = { draft, view: new ViewStore(draft) };
  const noisy = { ...noFilter, show: [status.undecided], text: 'noisy' };
  late.view.setFilter(noisy);
  expect(shown(late)).toEqual(['#', 'wheeze']);
  draft.decide([[4, '-']]);
  known.set(2, 'noisy and severe');
  terms.value++;
  expect(shown(late)).toEqual(['#', 'asthma', 'acute', 'severe', 'wheeze']);
  expect(draft.codeOf(late.view.focusedCode())).toBe('wheeze');
  expect(late.view.shownCodes().map((code) => draft.codeOf(code))).toEqual(['severe', 'wheeze']);
  // Where nothing was found before.
  known.clear();
  late.view.setFilter(noisy);
  expect(shown(late)).toEqual([]);
  known.set(2, 'noisy and severe');
  terms.value++;
  expect(draft.codeOf(late.view.focusedCode())).toBe('asthma');
});
