// Under a text area with Markdown: what readers will see, a moment after the typing stops.
import { markdownNodes } from '../components/markdown.ts';
import { renderMarkdown } from '../stores/markdown.ts';
import { previewEmpty, previewFailed, previewTitle } from '../words/forms.ts';

const pauseMs = 300;

function paragraph(text: string, style: string): HTMLElement {
  const element = document.createElement('p');
  element.className = style;
  element.textContent = text;
  return element;
}

export function mount(element: HTMLElement): void {
  const area = document.getElementById(element.dataset.for ?? '');
  if (!(area instanceof HTMLTextAreaElement)) return;
  const title = paragraph(previewTitle, 'pane-label');
  const shown = document.createElement('div');
  shown.className = 'prose markdown preview';
  title.id = `preview-of-${area.id}`;
  shown.setAttribute('role', 'region');
  shown.setAttribute('aria-labelledby', title.id);
  element.replaceChildren(title, shown);
  let round = 0;
  let timer = 0;
  const show = async () => {
    round += 1;
    const own = round;
    const text = area.value;
    if (!text.trim()) return shown.replaceChildren(paragraph(previewEmpty, 'hint'));
    const html = await renderMarkdown(text);
    if (own !== round) return;
    if (html === undefined) return shown.replaceChildren(paragraph(previewFailed, 'hint'));
    const nodes = await markdownNodes(html);
    if (own === round) shown.replaceChildren(nodes);
  };
  area.addEventListener('input', () => {
    clearTimeout(timer);
    timer = window.setTimeout(show, pauseMs);
  });
  void show();
}
