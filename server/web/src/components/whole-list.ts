// Paper does not scroll: when a version is printed, all rows of its list are, as the server writes
// them on a page for that. They are read at that moment, and while the browser waits: it prints
// what is there when `beforeprint` ends.
import { notWhole } from '../words/version.ts';

type Policy = { createHTML(html: string): string };
type PolicyMaker = { createPolicy(name: string, rules: Policy): Policy };

// A page may make the policy once.
let policy: Policy | undefined;

// What our own server sends; and in a document that is only parsed, nothing runs.
function parsed(html: string): Document {
  const { trustedTypes } = self as unknown as { trustedTypes?: PolicyMaker };
  policy ??= trustedTypes?.createPolicy('codelog', { createHTML: (text) => text });
  return new DOMParser().parseFromString(policy?.createHTML(html) ?? html, 'text/html');
}

function readNow(address: string): Document | null {
  const request = new XMLHttpRequest();
  request.open('GET', address, false);
  try {
    request.send();
  } catch {
    return null;
  }
  return request.status === 200 ? parsed(request.responseText) : null;
}

function wholeAddress(): string {
  const query = new URLSearchParams(location.search);
  query.set('rows', 'all');
  return `${location.pathname}?${query}`;
}

function makeWhole(): HTMLElement {
  const whole = document.createElement('div');
  const list = readNow(wholeAddress())?.querySelector('.full-list');
  whole.className = list ? 'whole-rows' : 'whole-rows is-missing';
  if (list) {
    for (const part of list.querySelectorAll('.scroll-x, .whole-list, .empty')) {
      whole.append(document.importNode(part, true));
    }
  } else {
    whole.textContent = notWhole;
  }
  return whole;
}

// The server's rows are all that there are if it leads to no others.
function isWhole(list: HTMLElement): boolean {
  return list.querySelector('.list-scroller, .whole-list') === null;
}

export function startPrintingWhole(list: HTMLElement): void {
  let whole: HTMLElement | undefined;
  const add = () => {
    if (whole || isWhole(list)) return;
    whole = makeWhole();
    list.after(whole);
  };
  const remove = () => {
    whole?.remove();
    whole = undefined;
  };
  addEventListener('beforeprint', add);
  addEventListener('afterprint', remove);
  matchMedia('print').addEventListener('change', ({ matches }) => (matches ? add() : remove()));
}
