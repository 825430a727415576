// The button that copies the page's address.
import { copied } from '../words/compare.ts';

const saidMs = 2000;

export function mount(element: HTMLElement): void {
  const button = element.querySelector<HTMLButtonElement>('[data-copy]');
  const label = button?.querySelector('span');
  if (!button || !label || !navigator.clipboard) return; // plain HTTP has no clipboard
  const words = label.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(location.href);
    label.textContent = copied;
    setTimeout(() => {
      label.textContent = words;
    }, saidMs);
  });
}
