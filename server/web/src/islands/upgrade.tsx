// Settling a draft that was made for a newer release: three groups of codes, by keys and buttons.
import { useSignal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Client } from '../api/client.ts';
import { UpgradeApi } from '../api/upgrade-api.ts';
import { Dialog } from '../components/dialog.tsx';
import { UpgradeHead } from '../components/upgrade-head.tsx';
import { UpgradeRow } from '../components/upgrade-row.tsx';
import { type Group, groupOf, groups, isOpen, type UpgradedCode } from '../engine/upgrade.ts';
import { type UpgradeProps, UpgradeStore } from '../stores/upgrade.ts';
import * as words from '../words/upgrade.ts';

const rowsAtOnce = 200;

function groupOfAddress(): Group | undefined {
  const shown = new URL(location.href).searchParams.get('show');
  return groups.find((group) => group === shown);
}

type ReasonProps = { store: UpgradeStore; code: UpgradedCode; close: () => void };

function ReasonDialog({ store, code, close }: ReasonProps) {
  const reason = useSignal(store.reasonFor(code));
  const keep = (event: Event) => {
    event.preventDefault();
    store.giveReason(code, reason.value.trim());
    close();
  };
  return (
    <Dialog title={words.reasonDialog.title} close={close}>
      <form class="form reason-form" onSubmit={keep}>
        <div class="field">
          <label for="reason">{words.reasonDialog.label(code.term)}</label>
          <input
            id="reason"
            type="text"
            value={reason.value}
            onInput={({ currentTarget }) => {
              reason.value = currentTarget.value;
            }}
          />
        </div>
        <div class="dialog-buttons">
          <button type="submit">{words.reasonDialog.give}</button>
          <button type="button" class="secondary" onClick={close}>
            {words.reasonDialog.cancel}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

// The rows that are shown, and which of them keys act on.
function useRows(store: UpgradeStore) {
  const group = useSignal<Group>(groupOfAddress() ?? store.firstGroup());
  const focused = useSignal('');
  const shownMax = useSignal(rowsAtOnce);
  const list = useRef<HTMLUListElement>(null);
  const wanted = useRef(''); // the row that gets the focus once it is there
  const all = store.inGroup(group.value);
  const rows = all.slice(0, shownMax.value);
  const isOpenRow = (code: UpgradedCode) => isOpen(code, store.state.value);
  const chosen = rows.findIndex(({ code }) => code === focused.value);
  const firstOpen = rows.findIndex(isOpenRow);
  const at = Math.max(0, chosen >= 0 ? chosen : firstOpen);

  const giveFocus = () => {
    if (!wanted.current) return;
    const selector = `[data-code="${CSS.escape(wanted.current)}"]`;
    const row = list.current?.querySelector<HTMLElement>(selector);
    if (!row) return;
    wanted.current = '';
    row.focus();
  };
  useLayoutEffect(giveFocus);

  const focusRow = (place: number) => {
    const next = Math.max(0, Math.min(all.length - 1, place));
    const code = all[next];
    if (!code) return;
    store.said.value = '';
    wanted.current = code.code;
    focused.value = code.code;
    while (next >= shownMax.value) shownMax.value += rowsAtOnce;
    giveFocus();
  };
  const focusNextOpen = (step: 1 | -1) => {
    for (let i = 1; i <= all.length; ++i) {
      const place = (at + step * i + all.length) % all.length;
      const code = all[place];
      if (code && isOpenRow(code)) return focusRow(place);
    }
    store.said.value = words.groupSettled;
  };
  const open = (next: Group) => {
    group.value = next;
    focused.value = '';
    store.said.value = '';
    shownMax.value = rowsAtOnce;
    const address = new URL(location.href);
    address.searchParams.set('show', next);
    history.replaceState(null, '', address);
  };
  const openFirst = (next: Group) => {
    open(next);
    const codes = store.inGroup(next);
    wanted.current = (codes.find(isOpenRow) ?? codes[0])?.code ?? '';
    giveFocus();
  };
  return {
    group,
    focused,
    shownMax,
    list,
    all,
    rows,
    at,
    focusRow,
    focusNextOpen,
    open,
    openFirst,
  };
}

type Rows = ReturnType<typeof useRows>;

function keysFor(store: UpgradeStore, rows: Rows, askReason: (code: UpgradedCode) => void) {
  const onRow = (act: (code: UpgradedCode) => void) => {
    const code = rows.rows[rows.at];
    if (!code) return;
    act(code);
    rows.focusNextOpen(1);
  };
  const decide = (sign: '+' | '-') => onRow((code) => store.decide(code, sign));
  const accept = () => {
    const code = rows.rows[rows.at];
    if (code && !store.suggestion(code)) store.said.value = words.needsSign;
    else onRow(() => code && store.accept(code));
  };
  const acts: Record<string, () => void> = {
    ArrowDown: () => rows.focusRow(rows.at + 1),
    ArrowUp: () => rows.focusRow(rows.at - 1),
    Home: () => rows.focusRow(0),
    End: () => rows.focusRow(rows.all.length - 1),
    Enter: accept,
    '+': () => decide('+'),
    '=': () => decide('+'),
    '-': () => decide('-'),
    n: () => rows.focusNextOpen(1),
    p: () => rows.focusNextOpen(-1),
    u: () => store.undo(),
    r: () => {
      const code = rows.rows[rows.at];
      if (code) askReason(code);
    },
    1: () => rows.openFirst('new'),
    2: () => rows.openFirst('gone'),
    3: () => rows.openFirst('changed'),
  };
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && !(event.target instanceof HTMLLIElement)) return;
    const found = acts[event.key];
    if (!found) return;
    event.preventDefault();
    found();
  };
}

function App({ store }: { store: UpgradeStore }) {
  const rows = useRows(store);
  const reasonAbout = useSignal<UpgradedCode | null>(null);
  const saveButton = useRef<HTMLButtonElement>(null);
  const askReason = (code: UpgradedCode) => {
    reasonAbout.value = code;
  };
  // After the rest is accepted: the next code that needs a person, or the end.
  const hasAccepted = useRef(false);
  useEffect(() => {
    if (!hasAccepted.current) return;
    hasAccepted.current = false;
    const [left] = store.open.value;
    if (left) rows.openFirst(groupOf(left));
    else saveButton.current?.focus();
  });
  const { group, list, all, focused, shownMax } = rows;
  return (
    <>
      <UpgradeHead
        store={store}
        group={group.value}
        open={rows.open}
        saveButton={saveButton}
        goOn={() => {
          hasAccepted.current = true;
        }}
      />
      <p class="group-sentence">{words.groupHints[group.value]}</p>
      {all.length === 0 && <p class="empty">{words.nothingHere}</p>}
      <ul class="upgrade-rows" ref={list} onKeyDown={keysFor(store, rows, askReason)}>
        {rows.rows.map((code, place) => (
          <UpgradeRow
            key={code.code}
            store={store}
            code={code}
            isOpen={isOpen(code, store.state.value)}
            isFocused={place === rows.at}
            focus={() => {
              focused.value = code.code;
            }}
            askReason={() => askReason(code)}
          />
        ))}
      </ul>
      {all.length > rows.rows.length && (
        <button
          type="button"
          class="secondary more"
          onClick={() => {
            shownMax.value += rowsAtOnce;
          }}
        >
          {words.moreRows(all.length - rows.rows.length)}
        </button>
      )}
      <p class="hint keys">
        {words.keys.map(([key, word]) => (
          <span key={key}>
            <kbd>{key}</kbd> {word}
          </span>
        ))}
      </p>
      {reasonAbout.value && (
        <ReasonDialog
          store={store}
          code={reasonAbout.value}
          close={() => {
            reasonAbout.value = null;
          }}
        />
      )}
    </>
  );
}

function watchPage(store: UpgradeStore): void {
  addEventListener('beforeunload', (event) => {
    if (store.writes.steps.value.length > 0) event.preventDefault();
  });
  addEventListener('online', () => store.writes.retry());
  // Somebody may have logged in again, in another tab.
  addEventListener('focus', () => {
    if (store.writes.state.value.kind === 'signed-out') void store.goOnSignedIn();
  });
}

export async function mount(element: HTMLElement, props: UpgradeProps): Promise<void> {
  const store = await UpgradeStore.load({ api: new UpgradeApi(new Client(), props.draft), props });
  if (!(store instanceof UpgradeStore)) {
    const problem = document.createElement('p');
    problem.className = 'empty';
    problem.textContent = store.detail;
    element.prepend(problem);
    return;
  }
  document.body.classList.add('is-settling');
  element.replaceChildren();
  render(<App store={store} />, element);
  watchPage(store);
}
