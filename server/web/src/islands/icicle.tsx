// The map of a big hierarchy. Going into a branch fetches its own largest branches.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { VersionApi } from '../api/version-api.ts';
import { IcicleFigure } from '../components/chart/icicle.tsx';
import { IcicleLevels } from '../stores/icicle-levels.ts';
import { icicle as words } from '../words/version.ts';

export async function mount(element: HTMLElement, { hash }: { hash: string }): Promise<void> {
  const api = new VersionApi(new Client(), hash);
  const whole = await api.icicle(null);
  if (!whole.ok) return; // the tree has the same
  const level = { title: words.all, nodes: whole.data.nodes, root: null, focus: null };
  const levels = new IcicleLevels(level, (code) => api.icicle(code));
  render(<IcicleFigure levels={levels} />, element);
}
