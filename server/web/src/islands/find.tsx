// The search of the home page, as it is typed. The form stays as it is: without a choice, Enter
// sends it.
//
// Written by hand, not with @zag-js/combobox: the choices are links in groups and not values, so of
// the machine only the arrow keys would be used, for 25 kB; Esc, Back, new tabs and the sheet are
// ours in any case.
import { effect, signal } from '@preact/signals';
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { FindApi } from '../api/find-api.ts';
import { choiceId, FindPanel, listId } from '../components/find-panel.tsx';
import { Finder } from '../stores/finder.ts';

const sheetWidths = '(max-width: 640px)'; // there the panel covers the window

// All that a sheet over the whole window covers.
function coveredBy(element: HTMLElement): Element[] {
  const covered: Element[] = [];
  for (let one: Element = element; one.parentElement; one = one.parentElement) {
    if (one === document.body) break;
    covered.push(...[...one.parentElement.children].filter((other) => other !== one));
  }
  return covered;
}

function describeInput(input: HTMLInputElement, finder: Finder): void {
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-controls', listId);
  effect(() => {
    const { active, choices, isOpen } = finder;
    const isShown = isOpen.value && choices.value.length > 0;
    input.setAttribute('aria-expanded', String(isShown));
    if (isShown && active.value >= 0) {
      input.setAttribute('aria-activedescendant', choiceId(active.value));
      document.getElementById(choiceId(active.value))?.scrollIntoView({ block: 'nearest' });
    } else {
      input.removeAttribute('aria-activedescendant');
    }
  });
}

function actOnKey(event: KeyboardEvent, input: HTMLInputElement, finder: Finder): void {
  if (event.isComposing) return;
  if (event.key === 'Escape') {
    event.preventDefault();
    input.value = '';
    finder.type('');
    remember('');
  } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
    event.preventDefault();
    if (finder.isOpen.value) finder.move(event.key === 'ArrowDown' ? 1 : -1);
    else finder.open();
  } else if (event.key === 'Enter') {
    const { chosen } = finder;
    if (!chosen) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) window.open(chosen.href, '_blank', 'noopener');
    else location.assign(chosen.href);
  }
}

// With the page's place in the history, so that Back brings it back.
function remember(text: string): void {
  history.replaceState({ ...history.state, find: text }, '');
}

function rememberedText(): string {
  const { find } = (history.state ?? {}) as { find?: unknown };
  return typeof find === 'string' ? find : '';
}

export function mount(element: HTMLElement): void {
  const input = element.querySelector<HTMLInputElement>('input[type=search]');
  if (!input) return;
  const finder = new Finder(new FindApi(new Client()));
  const place = document.createElement('div');
  element.append(place);
  const close = () => {
    element.querySelector<HTMLElement>('button[type=submit]')?.focus();
    finder.close();
  };
  render(<FindPanel finder={finder} close={close} />, place);
  describeInput(input, finder);
  const covered = coveredBy(element);
  const narrow = matchMedia(sheetWidths);
  const isSheet = signal(narrow.matches);
  narrow.addEventListener('change', () => {
    isSheet.value = narrow.matches;
  });
  effect(() => {
    const isOpen = finder.isOpen.value;
    element.classList.toggle('is-open', isOpen);
    for (const other of covered) other.toggleAttribute('inert', isOpen && isSheet.value);
  });
  input.addEventListener('input', () => {
    finder.type(input.value);
    remember(input.value);
  });
  input.addEventListener('keydown', (event) => actOnKey(event, input, finder));
  for (const event of ['focus', 'click']) input.addEventListener(event, () => finder.open());
  element.addEventListener('focusout', ({ relatedTarget }) => {
    const isInside = relatedTarget instanceof Node && element.contains(relatedTarget);
    if (!isInside && !isSheet.value) finder.close();
  });
  // What was typed before this script was here counts, too.
  const typed = rememberedText() || (input === document.activeElement ? input.value : '');
  if (typed === '' || typed === new URL(location.href).searchParams.get('q')) return;
  input.value = typed;
  finder.type(typed);
  input.focus(); // so that the panel closes like any other
}
