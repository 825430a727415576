// @vitest-environment happy-dom
import { afterEach, expect, test, vi } from 'vitest';
import { mount } from '../../../../server/web/src/islands/copy.ts';

afterEach(() => vi.unstubAllGlobals());

function page(markup: string, writeText: (text: string) => Promise<void>): HTMLElement {
  vi.stubGlobal('navigator', { clipboard: { writeText } });
  const place = document.createElement('p');
  place.append(document.createRange().createContextualFragment(markup));
  document.body.replaceChildren(place);
  mount(place);
  return place;
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

test('a button copies the text of the element that it names, and says so', async () => {
  const copied: string[] = [];
  const place = page(
    '<code id="link"> https://here/reset/ </code><button data-copy="link" hidden>Copy</button>',
    async (text) => void copied.push(text),
  );
  const button = place.querySelector('button') as HTMLButtonElement;
  expect(button.hidden).toBe(false);
  button.click();
  await turn();
  expect(copied).toEqual(['https://here/reset/']);
  expect(button.textContent).toBe('Copied');
  expect(place.querySelector('[role=status]')?.textContent).toBe('Copied');
});

test('without a name it copies the address; its icon stays, and a failure is told', async () => {
  const asked: string[] = [];
  const place = page(
    '<button data-copy="" hidden><svg></svg><span>Copy link</span></button>',
    async (text) => {
      asked.push(text);
      throw new Error('not allowed');
    },
  );
  document.execCommand = () => false;
  (place.querySelector('button') as HTMLButtonElement).click();
  await turn();
  expect(asked).toEqual([location.href]);
  expect(place.querySelector('button > svg')).not.toBeNull();
  expect(place.querySelector('[role=status]')?.textContent).toBe('Copy it from the address bar.');
});
