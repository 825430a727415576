// A code that a release touches: what happened to it, and the buttons that settle it.
import { activeSuccessors, groupOf, isIncluded, type UpgradedCode } from '../engine/upgrade.ts';
import type { UpgradeStore } from '../stores/upgrade.ts';
import * as words from '../words/upgrade.ts';
import { StatusMark } from './status-mark.tsx';

type RowProps = {
  store: UpgradeStore;
  code: UpgradedCode;
  isOpen: boolean;
  isFocused: boolean;
  focus: () => void;
  askReason: () => void;
};

function Marks({ store, code }: { store: UpgradeStore; code: UpgradedCode }) {
  const now = store.state.value.statuses.get(code.code) ?? '?';
  const before = code.status_before;
  return (
    <span class="marks">
      {before !== null && before !== now && (
        <>
          <StatusMark of={before} />
          <span class="becomes" role="img" aria-label="becomes" />
        </>
      )}
      <StatusMark of={now} />
    </span>
  );
}

function Successors({ store, code }: { store: UpgradeStore; code: UpgradedCode }) {
  const { statuses } = store.state.value;
  const takes = isIncluded(code.status_before ?? undefined);
  return (code.successors ?? []).map((successor) => {
    const isHere =
      isIncluded(statuses.get(successor.code)) && !store.state.value.waiting.has(successor.code);
    return (
      <p class="row-successor" key={successor.code}>
        <span class="relation">{successor.relation}</span> {successor.term}{' '}
        <code>{successor.code}</code> {!successor.active && <span class="chip">retired, too</span>}
        {isHere && <span class="chip chip-settled">in the list</span>}
        {takes && successor.active && !isHere && (
          <button
            type="button"
            class="secondary"
            tabIndex={-1}
            aria-label={words.suggestionName(code, { kind: 'successor', successor })}
            onClick={() => store.accept(code, { kind: 'successor', successor })}
          >
            ✓ Take the successor
          </button>
        )}
      </p>
    );
  });
}

function Buttons({ store, code, isOpen, askReason }: RowProps) {
  const { waiting } = store.state.value;
  const now = store.state.value.statuses.get(code.code);
  const isGone = groupOf(code) === 'gone';
  const keeps = isGone && isIncluded(code.status_before ?? undefined);
  return (
    <span class="row-buttons">
      {waiting.has(code.code) && (
        <button
          type="button"
          class="secondary accept"
          aria-label={`Confirm ${code.term}`}
          onClick={() => store.accept(code)}
        >
          ✓ Confirm
        </button>
      )}
      <button
        type="button"
        class="secondary"
        aria-label={`${keeps ? 'Keep' : 'Include'} ${code.term}`}
        aria-pressed={now === '+' && !isOpen}
        onClick={() => store.decide(code, '+')}
      >
        + {keeps ? 'Keep' : 'Include'}
      </button>
      <button
        type="button"
        class="secondary"
        aria-label={`${isGone ? 'Leave out' : 'Exclude'} ${code.term}`}
        aria-pressed={now === '-'}
        onClick={() => store.decide(code, '-')}
      >
        − {isGone ? 'Leave out' : 'Exclude'}
      </button>
      <button
        type="button"
        class="quiet reason"
        aria-label={`Reason for ${code.term}`}
        onClick={askReason}
      >
        {store.reasonFor(code) ? `“${store.reasonFor(code)}”` : 'Reason …'}
      </button>
    </span>
  );
}

export function UpgradeRow(props: RowProps) {
  const { store, code, isOpen, isFocused, focus } = props;
  const hasStory = activeSuccessors(code).length > 0 || (code.successors ?? []).length > 0;
  return (
    <li
      class={`upgrade-row${isOpen ? ' is-open' : ' is-settled'}`}
      data-code={code.code}
      tabIndex={isFocused ? 0 : -1}
      onFocus={focus}
    >
      <Marks store={store} code={code} />
      <div>
        <p class="row-title">
          <span class="term">{code.term}</span> <code>{code.code}</code>
        </p>
        <p class="row-story">{words.storyOf(code, store.terms, store.searches)}</p>
        {hasStory && <Successors store={store} code={code} />}
      </div>
      <Buttons {...props} />
    </li>
  );
}
