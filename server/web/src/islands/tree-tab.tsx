// The tree of a version. The server's tree, which is cut where it gets long, stays until ours is
// here.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { VersionApi } from '../api/version-api.ts';
import { VersionTree } from '../stores/version-tree.ts';
import { ViewStore } from '../stores/view.ts';
import { TreeTab } from '../tree-tab/index.tsx';
import { Ways } from '../tree-tab/ways.ts';

type TreeProps = { hash: string; name: string };

export async function mount(element: HTMLElement, { hash, name }: TreeProps): Promise<void> {
  const source = new VersionTree(new VersionApi(new Client(), hash));
  await source.load();
  const { value: tree } = source.tree;
  if (!tree) return;
  const view = new ViewStore(source);
  // ?code=… is a link to a place in the tree.
  const wanted = tree.ordinalOf.get(new URLSearchParams(location.search).get('code') ?? '');
  if (wanted !== undefined) view.goTo(wanted);
  const ours = document.createElement('div');
  element.replaceChildren(ours);
  render(<TreeTab source={source} view={view} ways={new Ways(view)} name={name} />, ours);
}
