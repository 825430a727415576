// Where the focus goes when what had it goes away: to the first that there is of the selectors.
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

// For the element around all of them.
export function useKeptFocus(...selectors: string[]): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null);
  const hadFocus = element.current?.contains(document.activeElement);
  // Once all parts are as they are to be.
  useEffect(() => {
    const { current } = element;
    if (!hadFocus || !current || document.activeElement !== document.body) return;
    for (const selector of selectors) {
      const next = current.querySelector<HTMLElement>(selector);
      if (next) return next.focus({ preventScroll: true });
    }
  });
  return element;
}
