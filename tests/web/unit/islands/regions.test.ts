// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest';
import { mount } from '../../../../server/web/src/islands/regions.tsx';
import { choose } from '../../../../server/web/src/stores/comparison.ts';

const side = (letter: string) => {
  return { of: `${letter}${letter}`, letter, name: letter, version: '1', codesCount: 3 };
};
const props = {
  sides: [side('A'), side('B')],
  regions: [{ letters: 'A', words: 'only in A', codesCount: 1 }],
};

test('a region that was chosen before its rows came near is shown', async () => {
  const asked: unknown[] = [];
  vi.stubGlobal('fetch', async (_: string, { body }: { body: string }) => {
    asked.push(JSON.parse(body));
    return Response.json({ rows: [['123', 'Asthma']], total: 1 });
  });
  const place = document.createElement('div');
  place.append('the rows of the server');
  document.body.append(place);
  choose('A');
  mount(place, props);
  await vi.waitFor(() => expect(place.querySelector('td')?.textContent).toBe('123'));
  expect(asked).toEqual([{ of: ['AA', 'BB'], region: [0], offset: 0, limit: 200 }]);
  expect(place.querySelector('h2')?.textContent).toBe('Codes only in A');

  // Again: what the server had shown.
  choose('A');
  await vi.waitFor(() => expect(place.textContent).toBe('the rows of the server'));
  vi.unstubAllGlobals();
});
