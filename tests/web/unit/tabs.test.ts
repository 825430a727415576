// @vitest-environment happy-dom
import { beforeEach, expect, test } from 'vitest';
import { startTabs } from '../../../server/web/src/components/tabs.ts';

const page = `<div id="parts">
  <nav class="tabs"><a href="#about">About</a><a href="#tree">Tree</a></nav>
  <section id="about"><h2>About</h2><a href="#x" id="inside">x</a></section>
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

test('what shows a part of the address hears of a click, too', () => {
  const heard: string[] = [];
  const listen = () => heard.push(location.search + location.hash);
  addEventListener('popstate', listen);
  open('/?q=a');
  part('tab-tree').click();
  part('tab-tree').click();
  removeEventListener('popstate', listen);
  expect(heard).toEqual(['?q=a#tree']);
});

test('the focus does not stay in a part that is hidden', () => {
  part('inside').focus();
  history.replaceState(null, '', '/#tree');
  window.dispatchEvent(new Event('popstate'));
  expect(document.activeElement?.id).toBe('tab-tree');
  part('node').tabIndex = 0;
  part('node').focus();
  window.dispatchEvent(new Event('popstate'));
  expect(document.activeElement?.id).toBe('node');
});

test('a click with Ctrl opens elsewhere', () => {
  const event = new MouseEvent('click', { ctrlKey: true, bubbles: true, cancelable: true });
  part('tab-tree').dispatchEvent(event);
  expect(event.defaultPrevented).toBe(false);
  expect(part('tree').hidden).toBe(true);
});
