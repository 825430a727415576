// The rows near the visible part of a scroller, for rows of one height.
import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

const beyondEdges = 8;
const heightAtFirst = 28;

type VisibleRows = {
  top: number; // the first row in view
  first: number;
  after: number;
  rowHeight: number;
  rowsInView: number;
  scrollTo: (row: number) => void; // as little as needed to see it
  beginAt: (row: number) => void;
};

export function useVisibleRows(
  scroller: RefObject<HTMLElement | null>,
  count: number,
): VisibleRows {
  const top = useSignal(0);
  const height = useSignal(0);
  const rowHeight = useSignal(heightAtFirst);
  useLayoutEffect(() => {
    const { current: element } = scroller;
    if (!element) return;
    const measure = () => {
      const wasHidden = height.value === 0;
      height.value = element.clientHeight;
      if (height.value === 0) return; // off the page it has no styles
      const style = getComputedStyle(element).getPropertyValue('--row');
      const rowHeightNow = Number.parseInt(style, 10) || heightAtFirst;
      // Browsers forget the place of what is hidden, and keep pixels where rows get higher.
      const isPlaceLost = wasHidden || rowHeightNow !== rowHeight.value;
      rowHeight.value = rowHeightNow;
      if (isPlaceLost) element.scrollTop = top.value * rowHeightNow;
    };
    const scrolled = () => {
      if (element.clientHeight > 0) top.value = Math.floor(element.scrollTop / rowHeight.value);
    };
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    element.addEventListener('scroll', scrolled, { passive: true });
    measure();
    return () => {
      watcher.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, []);
  const rowsInView = Math.ceil(height.value / rowHeight.value);
  return {
    top: top.value,
    first: Math.max(0, Math.min(top.value, count - rowsInView) - beyondEdges),
    after: Math.min(count, top.value + rowsInView + beyondEdges),
    rowHeight: rowHeight.value,
    rowsInView,
    scrollTo: (row) => scrollToRow(scroller.current, row, rowHeight.value),
    beginAt: (row) => {
      top.value = row;
      if (scroller.current) scroller.current.scrollTop = row * rowHeight.value;
    },
  };
}

// With one more row before and after it.
function scrollToRow(element: HTMLElement | null, row: number, height: number): void {
  if (!element || row < 0) return;
  const start = Math.max(0, (row - 1) * height);
  const end = (row + 2) * height;
  if (start < element.scrollTop) element.scrollTop = start;
  else if (end > element.scrollTop + element.clientHeight) {
    element.scrollTop = end - element.clientHeight;
  }
}
