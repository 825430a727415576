// Buttons that copy: data-copy has the id of the element whose text they copy; an empty one copies
// the page's address.
import { copyText } from '../components/copy.ts';
import { copying } from '../words/version.ts';

const toldForMs = 2_000;

function textFor(id: string): string {
  return id ? (document.getElementById(id)?.textContent?.trim() ?? '') : location.href;
}

// Beside an icon, the words are in an element of their own.
function labelOf(button: HTMLButtonElement): HTMLElement {
  return button.querySelector('span') ?? button;
}

async function copy(button: HTMLButtonElement, told: HTMLElement, words: string): Promise<void> {
  const label = labelOf(button);
  const id = button.dataset.copy ?? '';
  const failed = id ? copying.failed : copying.addressFailed;
  const word = (await copyText(textFor(id))) ? copying.done : failed;
  told.textContent = word;
  label.textContent = word;
  setTimeout(() => {
    label.textContent = words;
    told.textContent = '';
  }, toldForMs);
}

export function mount(element: HTMLElement): void {
  const told = document.createElement('span');
  told.className = 'visually-hidden';
  told.setAttribute('role', 'status');
  element.append(told);
  for (const button of element.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
    const words = labelOf(button).textContent ?? '';
    button.hidden = false;
    button.addEventListener('click', () => void copy(button, told, words));
  }
}
