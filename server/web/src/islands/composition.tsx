// The numbers of a version's codes by type. A bar leads to its codes in the full list.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { VersionApi } from '../api/version-api.ts';
import { CompositionFigure } from '../components/chart/composition.tsx';

function addressOf(type: string): string {
  return `${location.pathname}?${new URLSearchParams({ show: 'all', type })}#full-list`;
}

export async function mount(element: HTMLElement, { hash }: { hash: string }): Promise<void> {
  const answer = await new VersionApi(new Client(), hash).composition();
  if (!answer.ok) return; // the list has the same
  render(<CompositionFigure types={answer.data.types} addressOf={addressOf} />, element);
}
