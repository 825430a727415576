import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Client } from '../../../../server/web/src/api/client.ts';
import { FindApi, type Found } from '../../../../server/web/src/api/find-api.ts';
import { choicesOf, Finder } from '../../../../server/web/src/stores/finder.ts';

const counts = { '+': 1, '(+)': 0, '-': 0, '(-)': 0, '?': 0, '!': 0 };
const newest = { hash: '66f08cca', tag: null, updated_at: '2026-01-01T00:00:00Z' };

const found: Found = {
  codelists_total: 1,
  codelists: [
    {
      owner: 'user/ada',
      slug: 'asthma',
      name: 'Asthma',
      owner_name: 'ada',
      coding_system: 'snomedct',
      counts,
      codes_count: 1,
      signoffs_count: 0,
      newest,
      has_code: false,
    },
  ],
  codes: [
    {
      code: 'H33..',
      term: 'Asthma',
      matched: 'Asthma',
      coding_system: 'readv2',
      release: 'r',
      active: true,
      codelists_count: 0,
    },
  ],
  people: [{ owner: 'organisation/uni', name: 'University', codelists_count: 2 }],
};

let asked: string[] = [];

function finderWith(answer: (path: string) => Response | Promise<Response>): Finder {
  const fetcher = async (input: RequestInfo | URL) => {
    asked.push(String(input));
    return answer(String(input));
  };
  return new Finder(new FindApi(new Client({ fetch: fetcher, csrfToken: () => '' })));
}

beforeEach(() => {
  asked = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test('choices lead to pages', () => {
  expect(choicesOf(found, 'a&b').map(({ href }) => href)).toEqual([
    '/codelist/user/ada/asthma/',
    '/releases/r/code/H33../',
    '/codelist/uni/',
    '/?q=a%26b',
  ]);
  expect(choicesOf({ ...found, codelists: [], codes: [], people: [] }, 'x')).toEqual([]);
});

test('typing asks once, after a pause', async () => {
  const finder = finderWith(() => Response.json(found));
  finder.type('a');
  await vi.advanceTimersByTimeAsync(60);
  finder.type('as ');
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toEqual(['/api/v2/find?q=as&limit=6']);
  expect(finder.choices.value.length).toBe(4);
  finder.move(1);
  expect(finder.chosen?.kind).toBe('codelist');
  finder.move(-1);
  expect(finder.chosen).toBe(undefined);
  finder.move(-1);
  expect(finder.chosen?.kind).toBe('all');
  finder.type('');
  expect(finder.isOpen.value).toBe(false);
  expect(finder.choices.value).toEqual([]);
});

test('a late answer does not take the place of a newer one', async () => {
  const finder = finderWith(async (path) => {
    if (path.includes('q=slow')) await new Promise((resolve) => setTimeout(resolve, 1000));
    return Response.json({ ...found, codelists_total: path.includes('slow') ? 1 : 2 });
  });
  finder.type('slow');
  await vi.advanceTimersByTimeAsync(400);
  expect(finder.isSlow.value).toBe(true);
  finder.type('quick');
  await vi.advanceTimersByTimeAsync(2000);
  expect(finder.answer.value?.text).toBe('quick');
  expect(finder.answer.value?.found.codelists_total).toBe(2);
  expect(finder.isSlow.value).toBe(false);
});

test('a failure is said, and typing goes on', async () => {
  const finder = finderWith(() => Response.json({ detail: 'Ask again.' }, { status: 503 }));
  finder.type('asthma');
  await vi.advanceTimersByTimeAsync(200);
  expect(finder.problem.value).toBe('Ask again.');
  finder.type('');
  expect(finder.problem.value).toBe('');
});
