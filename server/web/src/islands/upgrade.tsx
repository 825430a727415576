// Settling a draft that was made for a newer release: three groups of codes, by keys and buttons.
import { useSignal } from '@preact/signals';
import { render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Client } from '../api/client.ts';
import { UpgradeApi } from '../api/upgrade-api.ts';
import { Dialog } from '../components/dialog.tsx';
import { UpgradeHead } from '../components/upgrade-head.tsx';
import { UpgradeRow } from '../components/upgrade-row.tsx';
import { type Group, groups, isOpen, type UpgradedCode } from '../engine/upgrade.ts';
import { type UpgradeProps, UpgradeStore } from '../stores/upgrade.ts';
import * as words from '../words/upgrade.ts';

const rowsAtOnce = 200;

function groupOfAddress(): Group | undefined {
  const shown = new URL(location.href).searchParams.get('show');
  return groups.find((group) => group === shown);
}

function ReasonDialog({
  store,
  code,
  close,
}: {
  store: UpgradeStore;
  code: UpgradedCode;
  close: () => void;
}) {
  const reason = useSignal(store.reasonFor(code));
  const keep = (event: Event) => {
    event.preventDefault();
    store.giveReason(code, reason.value.trim());
    close();
  };
  return (
    <Dialog title="Reason" close={close}>
      <form class="form reason-form" onSubmit={keep}>
        <div class="field">
          <label for="reason">For your decision on {code.term}</label>
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
          <button type="submit">Give the reason</button>
          <button type="button" class="secondary" onClick={close}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function App({ store }: { store: UpgradeStore }) {
  const group = useSignal<Group>(groupOfAddress() ?? store.firstGroup());
  const focused = useSignal('');
  const reasonAbout = useSignal<UpgradedCode | null>(null);
  const shownMax = useSignal(rowsAtOnce);
  const list = useRef<HTMLUListElement>(null);
  const all = store.inGroup(group.value);
  const rows = all.slice(0, shownMax.value);
  const at = Math.max(
    0,
    rows.findIndex(({ code }) => code === focused.value),
  );

  const focusRow = (place: number) => {
    const code = rows[Math.max(0, Math.min(rows.length - 1, place))];
    if (!code) return;
    focused.value = code.code;
    list.current?.querySelector<HTMLElement>(`[data-code="${CSS.escape(code.code)}"]`)?.focus();
  };
  const focusNextOpen = (step: 1 | -1) => {
    for (let i = 1; i <= rows.length; ++i) {
      const place = (at + step * i + rows.length) % rows.length;
      const code = rows[place];
      if (code && isOpen(code, store.state.value)) return focusRow(place);
    }
    store.said.value = words.groupSettled;
  };
  const open = (next: Group) => {
    group.value = next;
    shownMax.value = rowsAtOnce;
    const address = new URL(location.href);
    address.searchParams.set('show', next);
    history.replaceState(null, '', address);
  };
  const onRow = (act: (code: UpgradedCode) => void) => {
    const code = rows[at];
    if (!code) return;
    act(code);
    focusNextOpen(1);
  };
  const acts: Record<string, () => void> = {
    ArrowDown: () => focusRow(at + 1),
    ArrowUp: () => focusRow(at - 1),
    Home: () => focusRow(0),
    End: () => focusRow(rows.length - 1),
    Enter: () => onRow((code) => store.accept(code)),
    '+': () => onRow((code) => store.decide(code, '+')),
    '=': () => onRow((code) => store.decide(code, '+')),
    '-': () => onRow((code) => store.decide(code, '-')),
    n: () => focusNextOpen(1),
    p: () => focusNextOpen(-1),
    u: () => store.undo(),
    r: () => {
      reasonAbout.value = rows[at] ?? null;
    },
    1: () => open('new'),
    2: () => open('gone'),
    3: () => open('changed'),
  };
  const act = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' && !(event.target instanceof HTMLLIElement)) return;
    const found = acts[event.key];
    if (!found) return;
    event.preventDefault();
    found();
  };
  // Another group: its first open row has the focus, if the list had it before.
  useEffect(() => {
    const first = rows.findIndex((code) => isOpen(code, store.state.value));
    focused.value = rows[Math.max(0, first)]?.code ?? '';
    if (document.activeElement === document.body) focusRow(Math.max(0, first));
  }, [group.value]);
  return (
    <>
      <UpgradeHead store={store} group={group.value} open={open} />
      <p class="group-sentence">{words.groupHints[group.value]}</p>
      {rows.length === 0 && <p class="empty">{words.nothingHere}</p>}
      <ul class="upgrade-rows" ref={list} onKeyDown={act}>
        {rows.map((code) => (
          <UpgradeRow
            key={code.code}
            store={store}
            code={code}
            isOpen={isOpen(code, store.state.value)}
            isFocused={rows[at] === code}
            focus={() => {
              focused.value = code.code;
            }}
            askReason={() => {
              reasonAbout.value = code;
            }}
          />
        ))}
      </ul>
      {all.length > rows.length && (
        <button
          type="button"
          class="secondary more"
          onClick={() => {
            shownMax.value += rowsAtOnce;
          }}
        >
          {words.moreRows(all.length - rows.length)}
        </button>
      )}
      <p class="hint keys" aria-hidden="true">
        {words.keyHint}
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

export async function mount(element: HTMLElement, props: UpgradeProps): Promise<void> {
  const store = await UpgradeStore.load(new UpgradeApi(new Client(), props.draft), props);
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
}
