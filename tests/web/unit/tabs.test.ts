// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import { startTabs } from '../../../server/web/src/components/tabs.ts';

const page = `<div id="parts">
  <nav class="tabs"><a href="#about">About</a><a href="#tree">Tree</a></nav>
  <section id="about"><h2>About</h2></section>
  <section id="tree"><ul><li id="node">x</li></ul></section>
</div>`;

function part(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
}

function open(address: string): void {
  history.replaceState(null, '', address);
  document.body.innerHTML = page;
  startTabs(part('parts'));
}

beforeEach(() => open('/'));

test('the first part is open, the others are hidden', () => {
  expect(part('about').hidden).toBe(false);
  expect(part('tree').hidden).toBe(true);
  expect(part('tab-about').getAttribute('aria-selected')).toBe('true');
});

test('the address chooses the part, also by something inside it', () => {
  open('/#tree');
  expect(part('tree').hidden).toBe(false);
  open('/#node');
  expect(part('tree').hidden).toBe(false);
  expect(part('about').hidden).toBe(true);
});

test('a click opens a part and changes the address; going back opens the part before', () => {
  part('tab-tree').click();
  expect(location.hash).toBe('#tree');
  expect(part('tree').hidden).toBe(false);
  history.replaceState(null, '', '/');
  window.dispatchEvent(new Event('popstate'));
  expect(part('about').hidden).toBe(false);
});

test('arrow keys go round', () => {
  part('tab-about').focus();
  const press = (key: string) =>
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  press('ArrowLeft');
  expect(document.activeElement?.id).toBe('tab-tree');
  press('ArrowRight');
  expect(document.activeElement?.id).toBe('tab-about');
  expect(part('tree').hidden).toBe(true);
});
