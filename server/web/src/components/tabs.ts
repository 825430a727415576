// Turns links to the parts of a page into tabs. Without it the parts follow each other. The address
// says which part is open, so that links and the browser's way back work.
import { goTo, isPlainClick } from './links.ts';

const firstTab = 0;

function sectionOf(tab: HTMLAnchorElement): HTMLElement | null {
  return document.getElementById(tab.hash.slice(1));
}

export function startTabs(element: HTMLElement): void {
  const bar = element.querySelector<HTMLElement>('.tabs');
  if (!bar) return;
  const tabs = [...bar.querySelectorAll('a')].filter((tab) => sectionOf(tab));

  function open(chosen: HTMLAnchorElement): void {
    const hidden = tabs.filter((tab) => tab !== chosen).map(sectionOf);
    const hadFocus = hidden.some((section) => section?.contains(document.activeElement));
    for (const tab of tabs) {
      const isOpen = tab === chosen;
      tab.setAttribute('aria-selected', String(isOpen));
      tab.tabIndex = isOpen ? 0 : -1;
      const section = sectionOf(tab);
      if (section) section.hidden = !isOpen;
    }
    if (hadFocus) chosen.focus();
  }

  function tabOfAddress(): HTMLAnchorElement | undefined {
    const wanted = location.hash;
    const inside = wanted ? document.getElementById(wanted.slice(1)) : null;
    return tabs.find((tab) => tab.hash === wanted || sectionOf(tab)?.contains(inside));
  }

  function follow(): void {
    const tab = tabOfAddress() ?? tabs[firstTab];
    if (tab) open(tab);
  }

  bar.setAttribute('role', 'tablist');
  for (const tab of tabs) {
    const section = sectionOf(tab);
    tab.setAttribute('role', 'tab');
    tab.setAttribute('aria-controls', tab.hash.slice(1));
    tab.id = `tab-${tab.hash.slice(1)}`;
    section?.setAttribute('role', 'tabpanel');
    section?.setAttribute('aria-labelledby', tab.id);
    tab.addEventListener('click', (event) => {
      if (!isPlainClick(event)) return;
      event.preventDefault();
      if (location.hash !== tab.hash) goTo(tab.hash);
    });
  }
  bar.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    const at =
      document.activeElement instanceof HTMLAnchorElement
        ? tabs.indexOf(document.activeElement)
        : -1;
    const next = step === 0 || at < 0 ? undefined : tabs[(at + step + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.click();
  });
  window.addEventListener('popstate', follow);
  window.addEventListener('hashchange', follow);
  element.classList.add('tabbed');
  follow();
  // The browser may have scrolled to where the part stood before.
  const linked = tabs.find((tab) => tab.hash === location.hash);
  if (linked) sectionOf(linked)?.scrollIntoView();
}
