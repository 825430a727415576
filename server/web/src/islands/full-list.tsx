// The full list of a version. The server's rows stay until the first of ours are here, and come
// back for printing: paper does not scroll.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { VersionApi } from '../api/version-api.ts';
import { questionFrom } from '../full-list/address.ts';
import { FullList } from '../full-list/index.tsx';
import type { FullListProps } from '../full-list/props.ts';
import { RowsStore } from '../stores/rows.ts';

export async function mount(element: HTMLElement, props: FullListProps): Promise<void> {
  const api = new VersionApi(new Client(), props.hash);
  const store = new RowsStore((query, signal) => api.rows(query, { signal }));
  const question = () => questionFrom(location.search, props);
  await store.ask(question(), props.firstRow);
  if (!store.shown.value) return;
  const servers = [...element.childNodes];
  const ours = document.createElement('div');
  render(<FullList store={store} props={props} />, ours);
  element.replaceChildren(ours);
  addEventListener('beforeprint', () => element.replaceChildren(...servers));
  addEventListener('afterprint', () => element.replaceChildren(ours));
  addEventListener('popstate', () => {
    const now = question();
    if (location.hash !== '#full-list') return;
    if (JSON.stringify(now) !== JSON.stringify(store.question.value)) void store.ask(now);
  });
}
