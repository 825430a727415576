// What the grids of a tree share: rows under an event, the rows that exist, keys within a row.
import type { TargetedEvent } from 'preact';
import type { Rows } from '../engine/rows.ts';

export function rowOf(target: EventTarget | null): number {
  if (!(target instanceof Element)) return -1;
  const row = target.closest<HTMLElement>('[data-row]')?.dataset.row;
  return row === undefined ? -1 : Number(row);
}

// The focused row is always there, so that the focus is not lost when it scrolls out of view.
export function rowsToShow(first: number, after: number, focus: number, count: number): number[] {
  const shown: number[] = [];
  for (let row = first; row < after; row++) shown.push(row);
  if (focus >= 0 && focus < first) shown.unshift(focus);
  if (focus >= after && focus < count) shown.push(focus);
  return shown;
}

// Ctrl and → goes to a row's buttons and links; the arrows move between them, Escape returns.
export function moveInRow(event: TargetedEvent<HTMLElement, KeyboardEvent>): boolean {
  const target = event.target as HTMLElement;
  const row = target.closest<HTMLElement>('[data-row]');
  if (!row) return false;
  const buttons = [...row.querySelectorAll<HTMLElement>('button, a[href]')];
  const at = buttons.indexOf(target);
  const isEntering = event.ctrlKey && event.key === 'ArrowRight';
  if (at < 0 && !isEntering) return false;
  if (event.key === 'Escape') row.focus();
  else if (event.key === 'ArrowRight') buttons[Math.min(at + 1, buttons.length - 1)]?.focus();
  else if (event.key === 'ArrowLeft') (buttons[at - 1] ?? row).focus();
  else return at >= 0 && (event.key === 'Enter' || event.key === ' ');
  event.preventDefault();
  return true;
}

export function headerOf(rows: Rows, row: number): number {
  let at = row;
  while ((rows.code[at] ?? -1) >= 0) at = rows.parent[at] as number;
  return at;
}
