// Ctrl K: every command, and every code of the draft, by typing.
import { useSignal } from '@preact/signals';
import { Dialog } from '../components/dialog.tsx';
import { status } from '../engine/statuses.ts';
import { noFilter, shownStatuses } from '../stores/filter.ts';
import type { DialogName } from '../stores/session.ts';
import { saveForReview, setFilter, showAsList, showReasons } from './actions.ts';
import { type Builder, useBuilder } from './context.ts';

type Command = { name: string; run: (builder: Builder) => void };

const shownMax = 12;

const opens =
  (dialog: DialogName) =>
  ({ session }: Builder) => {
    session.dialog.value = dialog;
  };

function editing({ draft, wishes }: Builder): Command[] {
  if (!draft.mayDecide) return [];
  const { value: counts } = draft.counts;
  const open = (counts[status.undecided] ?? 0) + (counts[status.conflict] ?? 0);
  return [
    { name: 'Undo my last step', run: () => void wishes.undo() },
    { name: 'Redo', run: () => void wishes.redo() },
    { name: 'Take back one of my steps…', run: opens('steps') },
    { name: 'Give a reason for the next decisions', run: opens('reason') },
    { name: 'Decide pasted codes…', run: opens('paste') },
    { name: 'Tidy: clear decisions that change nothing', run: opens('tidy') },
    ...(open === 0 ? [{ name: 'Save for review', run: saveForReview }] : []),
    { name: 'Discard this draft', run: opens('discard') },
  ];
}

function commands(builder: Builder): Command[] {
  const { view, reasons } = builder;
  const show = (list: readonly number[]) => () => {
    void setFilter(builder, { ...noFilter, show: list });
  };
  return [
    {
      name: 'Next code that is undecided or in conflict',
      run: ({ view }) => void view.goToOpen(1),
    },
    { name: 'Open all codes', run: () => view.setAllOpen(true) },
    { name: 'Close all codes', run: () => view.setAllOpen(false) },
    { name: 'Show undecided codes', run: show(shownStatuses.undecided) },
    { name: 'Show codes in conflict', run: show(shownStatuses.conflict) },
    { name: 'Show included codes', run: show(shownStatuses.included) },
    { name: 'Show excluded codes', run: show(shownStatuses.excluded) },
    { name: 'Show all codes', run: show([]) },
    ...editing(builder),
    { name: 'Review before saving', run: opens('review') },
    { name: 'Map of the draft', run: opens('map') },
    view.isList.value
      ? { name: 'Show as a tree', run: () => showAsList(builder, false) }
      : { name: 'Show as a list', run: () => showAsList(builder, true) },
    reasons.byCode.value
      ? { name: 'Hide the reasons', run: () => reasons.hide() }
      : { name: 'Show the reasons in the tree', run: showReasons },
    { name: 'Keys in the tree', run: opens('keys') },
  ];
}

function codesLike({ draft }: Builder, text: string): Command[] {
  const { value: tree } = draft.tree;
  if (!tree || text.length < 2) return [];
  const found: Command[] = [];
  for (let code = 0; code < tree.count && found.length < shownMax; code++) {
    const term = draft.termOf(code) ?? '';
    const name = `${term} · ${tree.codes[code]}`;
    if (!name.toLowerCase().includes(text)) continue;
    found.push({ name, run: ({ view }) => view.goTo(code) });
  }
  return found;
}

function choices(builder: Builder, typed: string): Command[] {
  const text = typed.trim().toLowerCase();
  const named = commands(builder).filter(({ name }) => name.toLowerCase().includes(text));
  return [...named, ...codesLike(builder, text)].slice(0, shownMax);
}

export function Palette({ close }: { close: () => void }) {
  const builder = useBuilder();
  const typed = useSignal('');
  const at = useSignal(0);
  const found = choices(builder, typed.value);
  const run = (command: Command | undefined) => {
    close();
    command?.run(builder);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter') run(found[at.value]);
    else if (step !== 0) at.value = Math.max(0, Math.min(found.length - 1, at.value + step));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Commands" style="palette" close={close}>
      <input
        type="text"
        role="combobox"
        aria-label="A command, or a code of this draft"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-activedescendant={found.length > 0 ? `palette-${at.value}` : undefined}
        placeholder="A command, or a code of this draft"
        value={typed.value}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
          at.value = 0;
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Commands">
        {found.map((command, place) => (
          <button
            key={command.name}
            type="button"
            role="option"
            id={`palette-${place}`}
            tabIndex={-1}
            aria-selected={place === at.value}
            class="palette-choice"
            onClick={() => run(command)}
          >
            {command.name}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
