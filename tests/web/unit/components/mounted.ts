// A component on a page of its own. Signals write on the next frame, so tests wait with `frames`.
import { type ComponentChild, render } from 'preact';
import { vi } from 'vitest';

export function mounted(component: ComponentChild): HTMLElement {
  document.body.innerHTML = '<div></div>';
  const element = document.body.firstElementChild as HTMLElement;
  render(component, element);
  return element;
}

// Enough for what renders and for what it sets off, on machines of any speed.
export async function frames(): Promise<void> {
  for (let frame = 0; frame < 6; frame++) {
    await new Promise((done) => requestAnimationFrame(done));
    await new Promise((done) => setTimeout(done));
  }
}

// Until nothing in `check` fails any more.
export const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 4_000 });

export function type(field: HTMLInputElement, text: string): void {
  field.focus();
  field.value = text;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

export function press(key: string, on: Element | null = document.activeElement): void {
  on?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
}
