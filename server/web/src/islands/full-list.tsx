// The full list of a version. The server's rows stay until the first of ours are here.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { VersionApi } from '../api/version-api.ts';
import { questionFrom } from '../full-list/address.ts';
import { FullList } from '../full-list/index.tsx';
import type { FullListProps } from '../full-list/props.ts';
import { RowsStore } from '../stores/rows.ts';

// The query of the page that the server has sent: the address may have changed since.
function queryOfPage(): string {
  const [page] = performance.getEntriesByType('navigation');
  return page ? new URL(page.name).search : '';
}

export function mount(element: HTMLElement, props: FullListProps): void {
  const api = new VersionApi(new Client(), props.hash);
  const store = new RowsStore((query, signal) => api.rows(query, { signal }));
  const question = () => questionFrom(location.search, props);
  const first = question();
  const firstRow = location.search === queryOfPage() ? props.firstRow : 0;
  void store.ask(first, firstRow);
  addEventListener('popstate', () => {
    const now = question();
    if (location.hash !== '#full-list') return;
    if (JSON.stringify(now) !== JSON.stringify(store.question.value)) void store.ask(now);
  });
  const stop = store.shown.subscribe((shown) => {
    if (!shown) return;
    queueMicrotask(() => stop());
    const ours = document.createElement('div');
    element.replaceChildren(ours);
    const startRow = shown.question === first ? firstRow : 0;
    render(<FullList store={store} props={props} firstRow={startRow} />, ours);
  });
}
