// On every page: tabs, the theme, the key of the search field, printing, and the islands. An island
// is a part of a page that a script makes livelier; the server's markup stays until the island has
// something better.
import { makeSortable } from './components/sortable-table.ts';
import { startTabs } from './components/tabs.ts';
import { rememberTheme, themeOf } from './components/theme.ts';
import { startPrintingWhole } from './components/whole-list.ts';

type Island = { mount(element: HTMLElement, props: unknown): void };

const islands = import.meta.glob<Island>('./islands/*.{ts,tsx}');

function propsOf(element: HTMLElement): unknown {
  return JSON.parse(element.dataset.props ?? '{}');
}

async function mountIsland(element: HTMLElement): Promise<void> {
  const name = element.dataset.island ?? '';
  const load = islands[`./islands/${name}.tsx`] ?? islands[`./islands/${name}.ts`];
  if (!load) return;
  (await load()).mount(element, propsOf(element));
}

// Far down the page, an island waits until it comes near.
function mountIslands(): void {
  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        if (entry.target instanceof HTMLElement) void mountIsland(entry.target);
      }
    },
    { rootMargin: '400px' },
  );
  for (const element of document.querySelectorAll('[data-island]')) near.observe(element);
}

function startThemeButton(): void {
  const button = document.querySelector<HTMLButtonElement>('#theme-switch');
  if (!button) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const systemIsDark = matchMedia('(prefers-color-scheme: dark)').matches;
    const now = themeOf(document.documentElement.dataset.theme, systemIsDark);
    const next = now === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    rememberTheme(next);
  });
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select') !== null;
}

// "/" goes to the search field, as in many programs.
function startSearchKey(): void {
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target)) return;
    const field = document.querySelector<HTMLInputElement>('input[type=search]');
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}

for (const element of document.querySelectorAll<HTMLElement>('[data-tabs]')) startTabs(element);
for (const table of document.querySelectorAll<HTMLTableElement>('table[data-sortable]')) {
  makeSortable(table);
}
startThemeButton();
startSearchKey();
for (const list of document.querySelectorAll<HTMLElement>('[data-island="full-list"]')) {
  startPrintingWhole(list);
}
mountIslands();
