// Buttons that copy the text of another element: data-copy has its id.
import { copyText } from '../components/copy.ts';
import { copying } from '../words/version.ts';

const toldForMs = 2_000;

async function copy(button: HTMLButtonElement, told: HTMLElement): Promise<void> {
  const text = document.getElementById(button.dataset.copy ?? '')?.textContent?.trim() ?? '';
  const label = button.dataset.label ?? '';
  const word = (await copyText(text)) ? copying.done : copying.failed;
  told.textContent = word;
  button.textContent = word;
  setTimeout(() => {
    button.textContent = label;
    told.textContent = '';
  }, toldForMs);
}

export function mount(element: HTMLElement): void {
  const told = document.createElement('span');
  told.className = 'visually-hidden';
  told.setAttribute('role', 'status');
  element.append(told);
  for (const button of element.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    button.dataset.label = button.textContent ?? '';
    button.hidden = false;
    button.addEventListener('click', () => void copy(button, told));
  }
}
