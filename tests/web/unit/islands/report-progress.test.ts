// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest';
import { mount } from '../../../../server/web/src/islands/report-progress.ts';

test('the bar and its words say how far a report is', async () => {
  vi.stubGlobal('fetch', async (address: string) => {
    expect(address).toBe('/api/v2/releases/demo%2F1/upgrade-report?limit=1');
    return Response.json({ progress: { running: true, done: 1200, total: 1500 } });
  });
  const place = document.createElement('div');
  place.append(
    ...['label', 'progress'].map((name) => document.createElement(name)),
    Object.assign(document.createElement('p'), { className: 'hint', textContent: 'Reload.' }),
  );
  mount(place, { release: 'demo/1' });
  await vi.waitFor(() => expect(place.querySelector('progress')?.value).toBe(1200));
  expect(place.querySelector('progress')?.max).toBe(1500);
  expect(place.textContent).toBe('The report is being made: 1,200 of 1,500 versions compared.');
  vi.unstubAllGlobals();
});
