// The keys that read a tree: they move, and open and close.
import type { ViewStore } from '../stores/view.ts';

type TreeAct = (view: ViewStore, event: KeyboardEvent) => void;

export function moveTo(view: ViewStore, row: number): void {
  const last = (view.rows.value?.length ?? 0) - 1;
  view.focus.value = Math.max(0, Math.min(last, row));
}

const openOrEnter: TreeAct = (view) => {
  const row = view.focus.value;
  if (!view.isOpen(row)) view.setOpen(row, true);
  else if ((view.rows.value?.parent[row + 1] ?? -1) === row) moveTo(view, row + 1);
};

const closeOrLeave: TreeAct = (view) => {
  const row = view.focus.value;
  if (view.codeAt(row) >= 0 && view.isOpen(row)) view.setOpen(row, false);
  else moveTo(view, view.rows.value?.parent[row] ?? row);
};

// On keyboards whose * needs the shift key, it is that of the 8.
const openOrCloseBelow: TreeAct = (view, { shiftKey, code }) =>
  view.setOpenBelow(view.focus.value, !(shiftKey && code !== 'Digit8'));

export const treeActs: Readonly<Record<string, TreeAct>> = {
  Home: (view) => moveTo(view, 0),
  End: (view) => moveTo(view, Number.MAX_SAFE_INTEGER),
  ArrowRight: openOrEnter,
  ArrowLeft: closeOrLeave,
  '*': openOrCloseBelow,
  o: (view) => view.goToNextPlace(view.focus.value),
};
