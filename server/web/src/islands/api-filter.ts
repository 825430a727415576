// A field above the operations of the API: only those that have all its words stay.
import * as words from '../words/api-filter.ts';

function hasAll(text: string, wanted: string[]): boolean {
  return wanted.every((word) => text.includes(word));
}

export function mount(element: HTMLElement): void {
  const page = element.parentElement;
  if (!page) return;
  const field = document.createElement('input');
  field.type = 'search';
  field.setAttribute('aria-label', words.label);
  field.placeholder = words.hint;
  const told = document.createElement('span');
  told.setAttribute('role', 'status');
  element.classList.add('api-filter');
  element.append(field, told);

  const operations = [...page.querySelectorAll<HTMLElement>('.operation')].map((row) => ({
    row,
    text: (row.querySelector('summary')?.textContent ?? '').toLowerCase(),
  }));
  const groups = [...page.querySelectorAll<HTMLElement>('.api-group')];

  field.addEventListener('input', () => {
    const wanted = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, text } of operations) {
      row.hidden = !hasAll(text, wanted);
      if (!row.hidden) count++;
    }
    for (const group of groups) {
      const rows = [...group.querySelectorAll<HTMLElement>('.operation')];
      group.hidden = wanted.length > 0 && rows.every((row) => row.hidden);
    }
    const message = count > 0 ? words.shown(count) : words.nothing;
    told.textContent = wanted.length > 0 ? message : '';
  });
}
