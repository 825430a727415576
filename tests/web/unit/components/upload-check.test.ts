// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import type { UploadCheck, UploadProblem } from '../../../../server/web/src/api/upload-api.ts';
import { mount } from '../../../../server/web/src/islands/upload-check.tsx';
import { frames, until } from './mounted.ts';

const page = `<form>
  <div class="field"><input type="file" name="csv_data"></div>
  <textarea name="codes"></textarea>
</form>`;

function unknown(row: number, ...codes: string[]): UploadProblem {
  const suggestions = codes.map((code) => ({ code, term: `term ${code}`, because: 'one digit' }));
  return { row, column: 'code', given: 'x', kind: 'unknown', detail: 'is unknown', suggestions };
}

let problems: UploadProblem[] = [];
let problemsCount: number | null = null;
let checked: string[] = [];

const form = () => document.querySelector('form') as HTMLFormElement;
const lines = () => document.querySelector('textarea') as HTMLTextAreaElement;
const choice = (name: string) =>
  [...form().querySelectorAll('button')].filter(({ textContent }) => textContent?.includes(name));

function paste(text: string): void {
  lines().value = text;
  lines().dispatchEvent(new Event('input', { bubbles: true }));
}

function choose(file: File): void {
  const input = document.querySelector('input') as HTMLInputElement;
  Object.defineProperty(input, 'files', { value: [file], configurable: true });
  input.dispatchEvent(new Event('change'));
}

// What the form would send.
function sent(name: string): FormDataEntryValue | null {
  const formData = new FormData();
  formData.set('codes', lines().value);
  const event = Object.assign(new Event('formdata'), { formData });
  form().dispatchEvent(event);
  return formData.get(name);
}

function submit(): boolean {
  return form().dispatchEvent(new Event('submit', { cancelable: true }));
}

beforeEach(() => {
  problems = [];
  problemsCount = null;
  checked = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (_, init) => {
    checked.push(String(init?.body));
    const answer: UploadCheck = {
      columns: ['code', 'term'],
      code_column: 'code',
      has_header: true,
      separator: ',',
      rows_count: 3,
      problems,
      problems_count: problemsCount ?? problems.length,
    };
    return Response.json(answer);
  });
  document.body.innerHTML = page;
  mount(form(), { kind: 'codes', codingSystem: 'snomedct' });
});

async function pasteAndWait(text: string): Promise<void> {
  paste(text);
  await until(() => expect(form().querySelector('[role=status]')?.textContent).toContain('rows'));
}

test('codes that were edited after their check are sent as they are now', async () => {
  problems = [unknown(2, '20')];
  await pasteAndWait('10');
  choice('20')[0]?.click();
  expect(sent('codes')).toBe('20\n');
  paste('30');
  await frames();
  expect(sent('codes')).toBe('30');
  expect(form().querySelector('.upload-problems')).toBeNull();
});

test('codes that something else has changed are sent as they are', async () => {
  await pasteAndWait('10');
  expect(sent('codes')).toBe('10\n');
  lines().value = '40';
  expect(sent('codes')).toBe('40');
});

test('the file that was chosen last is looked at, however long the first takes', async () => {
  const file = (name: string, bytes: Promise<ArrayBuffer>) =>
    Object.assign(new File([], name), { arrayBuffer: () => bytes });
  let giveBig = (_: ArrayBuffer) => {};
  const bytesOf = (text: string) => new TextEncoder().encode(text).buffer as ArrayBuffer;
  choose(file('big.csv', new Promise((resolve) => (giveBig = resolve))));
  choose(file('small.csv', Promise.resolve(bytesOf('code\nsmall\n'))));
  await frames();
  giveBig(bytesOf('code\nbig\n'));
  await frames();
  expect(checked.join()).not.toContain('big');
  expect(form().querySelector('.upload-head')?.textContent).toContain('small.csv');
  expect((sent('csv_data') as File).name).toBe('small.csv');
});

test('a form that is not sent says so at the row that is open, however far down', async () => {
  problems = Array.from({ length: 150 }, (_, at) => unknown(at + 2));
  await pasteAndWait('x');
  for (const leaveOut of choice('Leave out').filter((one) => one.classList.contains('leave-out'))) {
    leaveOut.click();
  }
  await frames();
  expect(form().querySelector('[data-row="102"]')).toBeNull();
  expect(submit()).toBe(false);
  await frames();
  const open = form().querySelector('[data-row="102"]');
  expect(open?.querySelector('[role=alert]')?.textContent).toContain('this row and 49 more');
  expect(document.activeElement?.closest('tr')).toBe(open);
  (document.activeElement as HTMLElement).click();
  await frames();
  expect(form().querySelector('[role=alert]')).toBeNull();
});

test('what cannot be settled here offers nothing, and says why', async () => {
  problems = [unknown(2, '20'), unknown(3)];
  problemsCount = 3_000;
  await pasteAndWait('x');
  expect(form().querySelector('.upload-problems')?.textContent).toContain('term 20');
  expect(form().querySelectorAll('.upload-problems button')).toHaveLength(0);
  expect(choice('Take')).toHaveLength(0);
  expect(form().textContent).toContain('The first 2 of 3,000 problems. These are too many');
  expect(submit()).toBe(true);
});

test('why a code is suggested can be read, and a check that failed is an alert', async () => {
  problems = [unknown(2, '20')];
  await pasteAndWait('x');
  expect(choice('20')[0]?.textContent).toContain('one digit');
  vi.mocked(fetch).mockImplementation(async () =>
    Response.json({ detail: 'Busy.' }, { status: 503 }),
  );
  paste('y');
  await until(() => expect(form().querySelector('[role=alert]')?.textContent).toContain('Busy.'));
});
