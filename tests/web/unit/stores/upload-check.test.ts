import { expect, test } from 'vitest';
import { Client } from '../../../../server/web/src/api/client.ts';
import {
  UploadApi,
  type UploadCheck,
  type UploadProblem,
} from '../../../../server/web/src/api/upload-api.ts';
import { UploadStore } from '../../../../server/web/src/stores/upload-check.ts';

function problem(row: number, kind: string, ...codes: string[]): UploadProblem {
  const suggestions = codes.map((code) => ({ code, term: `term of ${code}`, because: '' }));
  return { row, column: 'code', given: `given ${row}`, kind, detail: 'is wrong', suggestions };
}

const good: UploadCheck = {
  columns: ['code', 'term'],
  code_column: 'code',
  has_header: true,
  separator: ',',
  rows_count: 5,
  problems: [],
  problems_count: 0,
};

function storeAsking(fetcher: () => Promise<Response>): UploadStore {
  return new UploadStore(new UploadApi(new Client({ fetch: fetcher, csrfToken: () => '' })));
}

function storeWith(answer: UploadCheck | number): UploadStore {
  return storeAsking(async () =>
    typeof answer === 'number' ? new Response('{}', { status: answer }) : Response.json(answer),
  );
}

const table = {
  name: 'a.csv',
  text: 'code,term\na,1\nb,2\n,3\nd,4\n',
  encoding: 'utf-8',
  isTyped: false,
};

test('single suggestions are taken together; the rest stays open', async () => {
  const problems = [
    problem(2, 'rounded', '10'),
    problem(3, 'unknown', '20', '21'),
    problem(4, 'blank'),
    problem(5, 'duplicate'),
  ];
  const store = storeWith({ ...good, problems, problems_count: 4 });
  await store.look(table, 'snomedct');
  expect(store.open.value.map(({ row }) => row)).toEqual([2, 3]);
  expect(store.sure.value.map(({ row }) => row)).toEqual([2]);
  store.takeSuggestions();
  expect(store.open.value.map(({ row }) => row)).toEqual([3]);
  store.choose(3, { kind: 'use', code: '21' });
  expect(store.open.value).toEqual([]);
  expect(store.mended('codes')).toBe('code\n10\n21\nd\n');
  expect(store.mended('table')).toBe('code,term\n10,1\n21,2\nd,4\n');
  store.choose(3, null);
  store.leaveOutOpen();
  expect(store.mended('codes')).toBe('code\n10\nd\n');
  expect(store.problemsFile(['row'])).toContain('3,given 3,unknown,is wrong,20 term of 20; 21');
});

test('a table without problems is sent as it is', async () => {
  const store = storeWith(good);
  await store.look(table, 'snomedct');
  expect(store.mended('table')).toBe(null);
  expect(store.mended('codes')).toBe('code\na\nb\n\nd\n');
});

test('a check that fails stops nothing', async () => {
  const store = storeWith(503);
  await store.look(table, 'snomedct');
  expect(store.failure.value).not.toBe('');
  expect(store.open.value).toEqual([]);
  expect(store.mended('table')).toBe(null);
});

test('with more problems than are listed, the file is not mended', async () => {
  const store = storeWith({ ...good, problems: [problem(2, 'unknown')], problems_count: 2 });
  await store.look(table, 'snomedct');
  expect(store.isCut.value).toBe(true);
  expect(store.mended('table')).toBe(null);
});

test('the answer about an earlier file is forgotten, also if it comes last', async () => {
  const answers: ((answer: UploadCheck) => void)[] = [];
  const store = storeAsking(
    () => new Promise((resolve) => answers.push((answer) => resolve(Response.json(answer)))),
  );
  const first = store.look(table, 'snomedct');
  const second = store.look({ ...table, name: 'b.csv' }, 'snomedct');
  answers[1]?.(good);
  await second;
  answers[0]?.({ ...good, problems: [problem(2, 'unknown')], problems_count: 1 });
  await first;
  expect(store.table.value?.name).toBe('b.csv');
  expect(store.check.value).toEqual(good);
});

test('a blank row is left out by itself only where all rows can be settled', async () => {
  const problems = [problem(4, 'blank')];
  for (const problems_count of [1, 2]) {
    const store = storeWith({ ...good, problems, problems_count });
    await store.look(table, 'snomedct');
    expect(store.choices.value.size).toBe(problems_count === 1 ? 1 : 0);
    expect(store.rowsToLookAt.value).toBe(problems_count);
  }
});
