// Links that do not leave the page.

// Whether a click on a link is for this page: with other keys or buttons it opens elsewhere.
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

// Whatever shows a part of the address hears of it as of a step back in the browser.
export function goTo(address: string): void {
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
}
