// The draft's name, what is decided, and how the draft ends.
import { Mark } from '../components/mark.tsx';
import { Strip } from '../components/strip.tsx';
import { status } from '../engine/statuses.ts';
import { noFilter, type Show, shownStatuses } from '../stores/filter.ts';
import { noCodesYet, notTaken } from '../words/builder.ts';
import * as words from '../words.ts';
import { saveForReview, setFilter, tellSaved } from './actions.ts';
import { useBuilder } from './context.ts';
import { People } from './people.tsx';

function Saved() {
  const { draft } = useBuilder();
  const waiting = draft.queue.steps.value.length;
  const text = waiting > 0 ? words.notSaved(waiting) : words.savedAt(draft.position.value);
  return <span class="saved">{text}</span>;
}

export function EndButtons() {
  const builder = useBuilder();
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
  const { value: paused } = draft.paused;
  return (
    <>
      <button
        type="button"
        class="quiet danger-text"
        disabled={paused !== null}
        title={paused === null ? undefined : notTaken(paused)}
        onClick={() => {
          session.dialog.value = 'discard';
        }}
      >
        Discard
      </button>
      <button
        type="button"
        class="quiet"
        disabled={paused !== null}
        title={paused === null ? undefined : notTaken(paused)}
        onClick={() => tellSaved(builder)}
      >
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
        disabled={!isDecided || draft.isBusy.value || paused !== null}
        title={paused === null ? reason : notTaken(paused)}
        onClick={() => void saveForReview(builder)}
      >
        Save for review
      </button>
    </>
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
        <h1>{props.name}</h1>
        <span class="badge badge-draft">Draft</span>
        <span class="chip builder-wide">{props.release.title}</span>
        <code class="builder-wide" id="version-hash">
          {props.hash}
        </code>
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
        <span class="builder-ends">
          <EndButtons />
        </span>
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
              {words.number(countOf(counts, show))} {name}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
