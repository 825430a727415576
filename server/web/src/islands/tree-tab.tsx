// The tree of a version. The server's tree, which is cut where it gets long, stays until ours is
// here.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { VersionApi } from '../api/version-api.ts';
import { VersionTree } from '../stores/version-tree.ts';
import { ViewStore } from '../stores/view.ts';
import { TreeTab } from '../tree-tab/index.tsx';
import { Ways } from '../tree-tab/ways.ts';
import { tree as words } from '../words/version.ts';

type TreeProps = { hash: string; name: string; history: string };

// Above the server's tree.
function Problem({ source, load }: { source: VersionTree; load: () => void }) {
  const { value: problem } = source.problem;
  return (
    problem && (
      <p class="notice notice-problem" role="alert">
        {problem}{' '}
        <button type="button" class="secondary" onClick={load}>
          {words.again}
        </button>
      </p>
    )
  );
}

function show(element: HTMLElement, source: VersionTree, { name, history }: TreeProps): void {
  const { value: tree } = source.tree;
  if (!tree) return;
  const view = new ViewStore(source);
  // ?code=… is a link to a place in the tree.
  const wanted = tree.ordinalOf.get(new URLSearchParams(location.search).get('code') ?? '');
  if (wanted !== undefined) view.goTo(wanted);
  const ours = document.createElement('div');
  element.replaceChildren(ours);
  render(<TreeTab {...{ source, view, name, history }} ways={new Ways(view)} />, ours);
}

export async function mount(element: HTMLElement, props: TreeProps): Promise<void> {
  const source = new VersionTree(new VersionApi(new Client(), props.hash));
  const place = document.createElement('div');
  element.prepend(place);
  const load = async () => {
    const hadFocus = place.contains(document.activeElement);
    await source.load();
    show(element, source, props);
    if (hadFocus) element.querySelector<HTMLElement>('.list-filter')?.focus();
  };
  render(<Problem source={source} load={() => void load()} />, place);
  await load();
}
