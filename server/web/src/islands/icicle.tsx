// The map of a big hierarchy. Going into a branch fetches its own largest branches.
import { signal } from '@preact/signals';
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { type IcicleNode, VersionApi } from '../api/version-api.ts';
import { IcicleFigure } from '../components/chart/icicle.tsx';
import { icicle as words } from '../words/version.ts';

type Level = { title: string; nodes: IcicleNode[]; root: number | null };

export async function mount(element: HTMLElement, { hash }: { hash: string }): Promise<void> {
  const api = new VersionApi(new Client(), hash);
  const whole = await api.icicle(null);
  if (!whole.ok) return; // the tree has the same
  const levels = signal<Level[]>([{ title: words.all, nodes: whole.data.nodes, root: null }]);

  async function enter(place: number): Promise<void> {
    const level = levels.value.at(-1);
    const node = level?.nodes[place];
    if (!level || !node || place === level.root) return;
    const { code, title } = node;
    const answer = code === null ? null : await api.icicle(code);
    const next = answer?.ok
      ? { title, nodes: answer.data.nodes, root: 0 }
      : { title, nodes: level.nodes, root: place };
    if (levels.value.at(-1) === level) levels.value = [...levels.value, next];
  }

  function Picture() {
    const level = levels.value.at(-1);
    if (!level) return null;
    const path = levels.value.map(({ title }, at) => ({
      title,
      enter: () => {
        levels.value = levels.value.slice(0, at + 1);
      },
    }));
    return (
      <IcicleFigure
        nodes={level.nodes}
        root={level.root}
        path={path}
        enter={(node) => void enter(node)}
      />
    );
  }

  render(<Picture />, element);
}
