// The builder: the app in which a draft is made. mount() replaces the server's read-only markup
// once the draft is here.
import { effect } from '@preact/signals';
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { DraftApi } from '../api/draft-api.ts';
import { DraftStore } from '../stores/draft.ts';
import { filterFrom, isFiltering } from '../stores/filter.ts';
import { followChanges } from '../stores/live.ts';
import { Presence } from '../stores/presence.ts';
import { Reasons } from '../stores/reasons.ts';
import { Session } from '../stores/session.ts';
import { BrowserStepStorage } from '../stores/step-storage.ts';
import { type Remembered, ViewStore } from '../stores/view.ts';
import { Wishes } from '../stores/wishes.ts';
import { setFilter } from './actions.ts';
import { Bars } from './bars.tsx';
import { BulkSheet } from './bulk.tsx';
import { ConflictCards } from './conflict-card.tsx';
import { type Builder, BuilderContext, useBuilder } from './context.ts';
import { DetailPane } from './detail-pane.tsx';
import { Dialogs } from './dialogs.tsx';
import { Head } from './head.tsx';
import { actOnPageKey } from './keys.ts';
import { LiveRegion } from './live-region.tsx';
import { LogInDialog } from './log-in.tsx';
import type { BuilderProps } from './props.ts';
import { RemovalDialog } from './removal.tsx';
import { SearchPane } from './search-pane.tsx';
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
      <div class="side-column">
        <SearchPane />
        <SidePane />
      </div>
      <TreePane />
      <DetailPane />
      <UndoBar />
      <ConflictCards />
      <BulkSheet />
      <RemovalDialog />
      <Dialogs />
      <LogInDialog />
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
    if (draft.signedOut.value) void draft.goOnSignedIn();
  });
}

function follow({ draft, presence, props }: Builder): void {
  followChanges({
    codelist: props.codelistId,
    after: () => draft.position.value,
    committed: (commit) => void draft.hear(commit),
    present: (people) => presence.take(people),
    ask: () => void draft.refresh(),
  });
}

// The builder tells by itself that no changes are taken, and again when they are.
function replaceReadOnlyBar(): void {
  const bar = document.querySelector<HTMLElement>('.read-only');
  if (bar) bar.hidden = true;
}

// Tells the others that we are here, and where.
function bePresent({ draft, view, presence, props }: Builder): void {
  if (!props.canEdit) return;
  replaceReadOnlyBar();
  presence.start();
  effect(() => {
    void view.rows.value;
    const code = view.codeAt(view.focus.value);
    presence.look(code < 0 ? null : draft.codeOf(code));
  });
  effect(() => {
    const { value: state } = draft.queue.state;
    if (state.kind === 'waiting' && state.problem.status === 503) void presence.beat();
  });
}

function watchSession({ draft, session }: Builder): void {
  effect(() => {
    session.wantsLogIn.value = draft.signedOut.value;
  });
  try {
    session.remember(localStorage);
  } catch {
    // Without storage, only this visit remembers.
  }
}

// ?show=undecided&view=list&code=195967001
async function followAddress(builder: Builder): Promise<void> {
  const address = new URL(location.href);
  const filter = filterFrom(address);
  const { draft, view } = builder;
  view.showAsList(address.searchParams.get('view') === 'list');
  if (isFiltering(filter)) await setFilter(builder, filter);
  const code = draft.tree.value?.ordinalOf.get(address.searchParams.get('code') ?? '');
  if (code !== undefined) view.goTo(code);
}

export async function mount(element: HTMLElement, props: BuilderProps): Promise<void> {
  const storage = new BrowserStepStorage();
  const api = new DraftApi(new Client(), props.hash, props.release.alias);
  const draft = new DraftStore({ api, storage, canEdit: props.canEdit });
  draft.pause(props.readOnly);
  const view = new ViewStore(draft, readRemembered(props.hash));
  const builder: Builder = {
    props,
    draft,
    view,
    wishes: new Wishes(draft),
    session: new Session(),
    presence: new Presence(draft, props.me),
    reasons: new Reasons(api, props.codelist),
  };
  const [left] = await Promise.all([storage.left(props.hash), draft.load()]);
  builder.session.left.value = props.canEdit ? left : [];
  await followAddress(builder);
  document.body.classList.add('builder-page');
  element.replaceChildren();
  render(<App builder={builder} />, element);
  document.addEventListener('keydown', (event) => actOnPageKey(builder, event));
  watchPage(builder);
  watchSession(builder);
  follow(builder);
  bePresent(builder);
  effect(() => {
    element.dataset.reconciled = String(draft.version.value && draft.reconciled);
  });
}
