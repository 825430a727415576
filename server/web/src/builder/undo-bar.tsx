// At the bottom: the last step in words, and the ways back.

import type { Told } from '../stores/told.ts';
import * as words from '../words.ts';
import { useBuilder, useOff } from './context.ts';

function Step({ told }: { told: Told }) {
  const { draft } = useBuilder();
  if (told.kind === 'undone') return <>The last step is undone.</>;
  if (told.kind === 'redone') return <>The step is done again.</>;
  if (told.kind === 'confirmed') return <>Confirmed {words.codes(told.count)}.</>;
  if (told.kind === 'added') {
    return (
      <>
        {words.done[told.sign]} <strong>{words.codes(told.count)}</strong>
      </>
    );
  }
  if (told.kind === 'searched') {
    return (
      <>
        Searched <strong>{told.text}</strong>: {words.codes(told.added)} new
      </>
    );
  }
  if (told.kind === 'search-removed') {
    return (
      <>
        Removed the search <strong>{told.text}</strong>: {words.codes(told.left)} left the draft
      </>
    );
  }
  const [first] = told.decisions;
  if (!first) return null;
  const [code, sign] = first;
  const more = told.effect.changed - 1;
  const name =
    told.decisions.length === 1 ? draft.termOf(code) : words.codes(told.decisions.length);
  return (
    <>
      {words.done[sign]} <strong>{name}</strong>
      {told.decisions.length === 1 && more > 0 && ` and ${words.number(more)} below it`}
      {told.reason && ` · “${told.reason}”`}
    </>
  );
}

// Goes with each following decision.
function StickyReason() {
  const { draft, session } = useBuilder();
  const off = useOff();
  const { value: reason } = session.reason;
  if (!draft.isMine) return null;
  const ask = () => {
    session.dialog.value = 'reason';
  };
  if (!reason) {
    return (
      <button type="button" class="quiet builder-wide" {...off} onClick={ask}>
        + Reason <kbd>r</kbd>
      </button>
    );
  }
  return (
    <button
      type="button"
      class="chip sticky-reason"
      aria-label={`Stop giving the reason ${reason}`}
      onClick={() => {
        session.reason.value = '';
      }}
    >
      “{reason}” ×
    </button>
  );
}

const hints: [key: string, words: string][] = [
  ['↑↓', 'move'],
  ['→', 'open'],
  ['+', 'include'],
  ['−', 'exclude'],
  ['n', 'next'],
  ['?', 'why'],
];

export function UndoBar() {
  const { draft, wishes, session } = useBuilder();
  const off = useOff();
  const isOff = draft.isBusy.value || off.disabled;
  const isSideOpen = session.pane.value === 'side';
  const { value: told } = draft.told;
  return (
    <footer class="undo-bar">
      {draft.isMine && (
        <>
          <button
            type="button"
            class="quiet"
            {...off}
            disabled={isOff}
            onClick={() => void wishes.undo()}
          >
            ↶ Undo <kbd>u</kbd>
          </button>
          <button
            type="button"
            class="quiet builder-wide"
            {...off}
            disabled={isOff}
            onClick={() => void wishes.redo()}
          >
            ↷ Redo
          </button>
          <button
            type="button"
            class="quiet"
            aria-label="Steps of this draft"
            onClick={() => {
              session.dialog.value = 'steps';
            }}
          >
            ⋯
          </button>
        </>
      )}
      <span class="last-step">
        {draft.notice.value ??
          (told ? <Step told={told} /> : draft.isMine && 'Each step can be undone.')}
      </span>
      <StickyReason />
      <span class="builder-gap" />
      <button
        type="button"
        class="key-hints quiet"
        onClick={() => {
          session.dialog.value = 'keys';
        }}
      >
        {hints.map(([key, name]) => (
          <span key={key}>
            <kbd>{key}</kbd> {name}
          </span>
        ))}
      </button>
      <button
        type="button"
        class="secondary builder-narrow"
        aria-label={isSideOpen ? undefined : 'Searches and filters'}
        onClick={() => {
          session.pane.value = isSideOpen ? 'tree' : 'side';
        }}
      >
        {isSideOpen ? 'Codes' : 'Filters'}
      </button>
    </footer>
  );
}
