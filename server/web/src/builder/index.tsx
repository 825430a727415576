// The builder: the app in which a draft is made. mount() replaces the server's read-only markup
// once the draft is here.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { DraftApi } from '../api/draft-api.ts';
import { DraftStore } from '../stores/draft.ts';
import { filterFrom, isFiltering } from '../stores/filter.ts';
import { followChanges } from '../stores/live.ts';
import { Session } from '../stores/session.ts';
import { BrowserStepStorage } from '../stores/step-storage.ts';
import { type Remembered, ViewStore } from '../stores/view.ts';
import { Wishes } from '../stores/wishes.ts';
import { setFilter } from './actions.ts';
import { Bars } from './bars.tsx';
import { BulkBar, BulkSheet } from './bulk.tsx';
import { ConflictCards } from './conflict-card.tsx';
import { type Builder, BuilderContext, useBuilder } from './context.ts';
import { DetailPane } from './detail-pane.tsx';
import { Dialogs } from './dialogs.tsx';
import { Head } from './head.tsx';
import { actOnPageKey } from './keys.ts';
import { LiveRegion } from './live-region.tsx';
import type { BuilderProps } from './props.ts';
import { SidePane } from './side-pane.tsx';
import { TreePane } from './tree-pane.tsx';
import { UndoBar } from './undo-bar.tsx';

function App({ builder }: { builder: Builder }) {
  return (
    <BuilderContext.Provider value={builder}>
      <Panes />
    </BuilderContext.Provider>
  );
}

function Panes() {
  const { session } = useBuilder();
  return (
    <div class={`builder pane-${session.pane.value}`}>
      <Head />
      <div class="builder-bars">
        <Bars />
      </div>
      <SidePane />
      <TreePane />
      <DetailPane />
      <BulkBar />
      <UndoBar />
      <ConflictCards />
      <BulkSheet />
      <Dialogs />
      <LiveRegion />
    </div>
  );
}

const rememberedName = (hash: string) => `builder ${hash}`;

function readRemembered(hash: string): Remembered | null {
  try {
    return JSON.parse(sessionStorage.getItem(rememberedName(hash)) ?? 'null');
  } catch {
    return null;
  }
}

function watchPage({ draft, view, props }: Builder): void {
  addEventListener('pagehide', () => {
    sessionStorage.setItem(rememberedName(props.hash), JSON.stringify(view.remember()));
  });
  addEventListener('beforeunload', (event) => {
    if (draft.queue.steps.value.length > 0) event.preventDefault();
  });
  addEventListener('online', () => draft.queue.retry());
  // Somebody may have logged in again, in another tab.
  addEventListener('focus', () => {
    if (draft.queue.state.value.kind === 'signed-out') void draft.goOnSignedIn();
  });
}

function follow({ draft, props }: Builder): void {
  followChanges({
    codelist: props.codelistId,
    after: () => draft.position.value,
    changed: (position) => void draft.hear(position),
    ask: () => void draft.refresh(),
  });
}

export async function mount(element: HTMLElement, props: BuilderProps): Promise<void> {
  const storage = new BrowserStepStorage();
  const api = new DraftApi(new Client(), props.hash, props.release.alias);
  const draft = new DraftStore({ api, storage, canEdit: props.canEdit });
  const view = new ViewStore(draft, readRemembered(props.hash));
  const builder: Builder = {
    props,
    draft,
    view,
    wishes: new Wishes(draft),
    session: new Session(),
  };
  const [left] = await Promise.all([storage.left(props.hash), draft.load()]);
  builder.session.left.value = props.canEdit ? left : [];
  const filter = filterFrom(new URL(location.href));
  if (isFiltering(filter)) await setFilter(builder, filter);
  document.body.classList.add('builder-page');
  element.replaceChildren();
  render(<App builder={builder} />, element);
  document.addEventListener('keydown', (event) => actOnPageKey(builder, event));
  watchPage(builder);
  follow(builder);
  effect(() => {
    element.dataset.reconciled = String(draft.version.value && draft.reconciled);
  });
}
