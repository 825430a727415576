// The draft's name, what is decided, and how the draft ends.
import { Mark } from '../components/mark.tsx';
import { Strip } from '../components/strip.tsx';
import { status } from '../engine/statuses.ts';
import { noFilter, type Show, shownStatuses } from '../stores/filter.ts';
import { noCodesYet } from '../words/builder.ts';
import * as words from '../words.ts';
import { saveForReview, setFilter, tellSaved } from './actions.ts';
import { useBuilder, useOff } from './context.ts';
import { People } from './people.tsx';

function Saved() {
  const { draft } = useBuilder();
  const waiting = draft.queue.steps.value.length;
  const text = waiting > 0 ? words.notSavedYet(waiting) : words.savedAt(draft.position.value);
  return <span class="saved">{text}</span>;
}

function EndButtons() {
  const builder = useBuilder();
  const off = useOff();
  const { draft, session } = builder;
  const { value: counts } = draft.counts;
  const undecided = counts[status.undecided] ?? 0;
  const conflicts = counts[status.conflict] ?? 0;
  const { value: assumed } = draft.assumed;
  const isEmpty = counts.every((count) => count === 0);
  const isDecided = !isEmpty && undecided + conflicts + assumed === 0;
  const reason = isEmpty
    ? noCodesYet
    : isDecided
      ? words.everyCodeDecided
      : words.cannotSave(undecided, conflicts, assumed);
  if (!draft.isMine) return null;
  return (
    <span class="builder-ends">
      <button
        type="button"
        class="quiet danger-text"
        {...off}
        onClick={() => {
          session.dialog.value = 'discard';
        }}
      >
        Discard
      </button>
      <button type="button" class="quiet" {...off} onClick={() => tellSaved(builder)}>
        Save draft
      </button>
      <button
        type="button"
        class="secondary"
        onClick={() => {
          session.dialog.value = 'review';
        }}
      >
        Review
      </button>
      <button
        type="button"
        title={reason}
        {...off}
        disabled={!isDecided || draft.isBusy.value || off.disabled}
        onClick={() => void saveForReview(builder)}
      >
        Save for review
      </button>
    </span>
  );
}

const shown: [show: Show, own: number, words: string][] = [
  ['included', status.included, 'included'],
  ['excluded', status.excluded, 'excluded'],
  ['undecided', status.undecided, 'undecided'],
  ['conflict', status.conflict, 'in conflict'],
];

export function countOf(counts: readonly number[], show: Show): number {
  const statuses: readonly number[] = shownStatuses[show];
  return statuses.reduce((sum, own) => sum + (counts[own] ?? 0), 0);
}

export function Head() {
  const builder = useBuilder();
  const { props, draft } = builder;
  const { value: counts } = draft.counts;
  return (
    <div class="builder-head">
      <div class="builder-title">
        <h1 title={props.name}>{props.name}</h1>
        <span class="badge badge-draft">Draft</span>
        <span class="chip builder-wide">{props.release.title}</span>
        <code id="version-hash">{props.hash}</code>
        <span class="builder-gap" />
        <People />
        <Saved />
        <button
          type="button"
          class="quiet builder-wide commands-button"
          aria-label="All commands, Ctrl K"
          onClick={() => {
            builder.session.dialog.value = 'palette';
          }}
        >
          <kbd>Ctrl K</kbd>
        </button>
        <EndButtons />
      </div>
      <Strip counts={counts} />
      <ul class="builder-counts" aria-label="Codes by status">
        {shown.map(([show, own, name]) => (
          <li key={show}>
            <button
              type="button"
              class="count"
              onClick={() => void setFilter(builder, { ...noFilter, show: shownStatuses[show] })}
            >
              <Mark of={own} silent />
              {words.number(countOf(counts, show))} <span class="count-name">{name}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
