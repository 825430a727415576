// Whether a click on a link is for this page: with other keys or buttons it opens elsewhere.
export function isPlainClick(event: MouseEvent): boolean {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}
