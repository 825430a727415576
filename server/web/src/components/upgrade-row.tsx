// A code that a release touches: what happened to it, and the buttons that settle it. Tab goes from
// a row to its buttons; a button that has done its work gives the focus back to the row.
import type { TargetedEvent } from 'preact';
import { statusOf } from '../engine/statuses.ts';
import { groupOf, isIncluded, type Successor, type UpgradedCode } from '../engine/upgrade.ts';
import type { UpgradeStore } from '../stores/upgrade.ts';
import * as words from '../words/upgrade.ts';
import { Mark } from './mark.tsx';

type RowProps = {
  store: UpgradeStore;
  code: UpgradedCode;
  isOpen: boolean;
  isFocused: boolean;
  focus: () => void;
  askReason: () => void;
};

function onRow(act: () => void) {
  return ({ currentTarget }: TargetedEvent<HTMLElement>) => {
    currentTarget.closest<HTMLElement>('[data-code]')?.focus({ preventScroll: true });
    act();
  };
}

function Marks({ store, code }: Pick<RowProps, 'store' | 'code'>) {
  const now = store.state.value.statuses.get(code.code) ?? '?';
  const before = code.status_before;
  return (
    <span class="marks">
      {before !== null && before !== now && (
        <>
          <Mark of={statusOf(before)} />
          <span class="becomes" role="img" aria-label={words.becomes} />
        </>
      )}
      <Mark of={statusOf(now)} />
    </span>
  );
}

type SuccessorProps = Pick<RowProps, 'store' | 'code' | 'isFocused'> & { successor: Successor };

function SuccessorLine({ store, code, isFocused, successor }: SuccessorProps) {
  const { statuses, waiting } = store.state.value;
  const isHere = isIncluded(statuses.get(successor.code)) && !waiting.has(successor.code);
  const isOffered = isIncluded(code.status_before ?? undefined) && successor.active && !isHere;
  return (
    <p class="row-successor">
      <span class="relation">{successor.relation}</span> {successor.term}{' '}
      <code>{successor.code}</code>{' '}
      {!successor.active && <span class="chip">{words.retiredToo}</span>}
      {isHere && <span class="chip chip-settled">{words.inTheList}</span>}
      {isOffered && (
        <button
          type="button"
          class="secondary"
          tabIndex={isFocused ? 0 : -1}
          aria-label={words.successorName(successor.term, code.term)}
          onClick={onRow(() => store.accept(code, { kind: 'successor', successor }))}
        >
          ✓ {words.takeSuccessor}
        </button>
      )}
    </p>
  );
}

function Buttons({ store, code, isOpen, isFocused, askReason }: RowProps) {
  const { statuses, waiting } = store.state.value;
  const now = statuses.get(code.code);
  const isGone = groupOf(code) === 'gone';
  const include = words.include(isGone && isIncluded(code.status_before ?? undefined));
  const exclude = words.exclude(isGone);
  const reason = store.reasonFor(code);
  const tabIndex = isFocused ? 0 : -1;
  return (
    <span class="row-buttons">
      {waiting.has(code.code) && (
        <button
          type="button"
          class="secondary accept"
          tabIndex={tabIndex}
          aria-label={words.onCode(words.confirm, code.term)}
          onClick={onRow(() => store.accept(code))}
        >
          ✓ {words.confirm}
        </button>
      )}
      <button
        type="button"
        class="secondary"
        tabIndex={tabIndex}
        aria-label={words.onCode(include, code.term)}
        aria-pressed={now === '+' && !isOpen}
        onClick={() => store.decide(code, '+')}
      >
        + {include}
      </button>
      <button
        type="button"
        class="secondary"
        tabIndex={tabIndex}
        aria-label={words.onCode(exclude, code.term)}
        aria-pressed={now === '-'}
        onClick={() => store.decide(code, '-')}
      >
        − {exclude}
      </button>
      <button
        type="button"
        class="quiet row-reason"
        tabIndex={tabIndex}
        aria-label={words.reasonOf(code.term, reason)}
        onClick={askReason}
      >
        {words.reasonButton(reason)}
      </button>
    </span>
  );
}

export function UpgradeRow(props: RowProps) {
  const { store, code, isOpen, isFocused, focus } = props;
  return (
    <li
      class={`upgrade-row${isOpen ? ' is-open' : ' is-settled'}`}
      data-code={code.code}
      tabIndex={isFocused ? 0 : -1}
      onFocusIn={focus}
    >
      <Marks store={store} code={code} />
      <div>
        <p class="row-title">
          <span class="term">{code.term}</span> <code>{code.code}</code>
          <span class="visually-hidden">, {isOpen ? words.openRow : words.settledRow}</span>
        </p>
        <p class="row-story">{words.storyOf(code, store.terms, store.searches)}</p>
        {(code.successors ?? []).map((successor) => (
          <SuccessorLine
            key={successor.code}
            store={store}
            code={code}
            isFocused={isFocused}
            successor={successor}
          />
        ))}
      </div>
      <Buttons {...props} />
    </li>
  );
}
