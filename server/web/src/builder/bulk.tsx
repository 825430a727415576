// Many codes in one step: the bar of the selection, and the look at a large step before it is made.
import { useSignal } from '@preact/signals';
import { Dialog } from '../components/dialog.tsx';
import { Strip } from '../components/strip.tsx';
import type { Effect, Sign } from '../engine/statuses.ts';
import type { Bulk } from '../stores/session.ts';
import * as words from '../words.ts';
import { decideSelected, decisionsOf } from './actions.ts';
import { useBuilder, useOff } from './context.ts';
import { ReasonField } from './reason-field.tsx';

const signs: [sign: Sign, words: string][] = [
  ['+', '+ Include'],
  ['-', '− Exclude'],
  ['?', '? Clear'],
];

export function BulkBar() {
  const builder = useBuilder();
  const off = useOff();
  const { selection } = builder.view;
  const { size } = selection.codes.value;
  if (size === 0 || !builder.draft.isMine) return null;
  return (
    <div class="bulk-bar" role="toolbar" aria-label="Selected codes">
      <span role="status">{words.number(size)} selected</span>
      {signs.map(([sign, name]) => (
        <button
          key={sign}
          type="button"
          class="secondary"
          {...off}
          onClick={() => decideSelected(builder, sign)}
        >
          {name}
        </button>
      ))}
      <button
        type="button"
        class="quiet"
        {...off}
        onClick={() => {
          builder.session.dialog.value = 'reason';
        }}
      >
        Reason…
      </button>
      <button type="button" class="quiet" onClick={() => selection.clear()}>
        <kbd>Esc</kbd> Clear selection
      </button>
    </div>
  );
}

function after(counts: readonly number[], effect: Effect): number[] {
  return counts.map((count, at) => count - (effect.before[at] ?? 0) + (effect.after[at] ?? 0));
}

function BulkDialog({ bulk }: { bulk: Bulk }) {
  const builder = useBuilder();
  const off = useOff();
  const { draft, session } = builder;
  const keeps = useSignal(true);
  const reason = useSignal(session.reason.value);
  const decisions = decisionsOf(builder, bulk, keeps.value);
  const effect = draft.statuses.effectOf(decisions);
  const { value: counts } = draft.counts;
  const close = () => {
    session.bulk.value = null;
  };
  const agree = () => {
    close();
    const text = reason.value.trim();
    if (text) session.noteReason(text);
    draft.decide(decisions, text);
  };
  return (
    <Dialog title={`${words.commands[bulk.sign]}: ${bulk.title}`} close={close}>
      <p>{words.effectSentence(words.verbs[bulk.sign], effect)}</p>
      <div class="before-after">
        <span>Now</span>
        <Strip counts={counts} />
        <span>Then</span>
        <Strip counts={after(counts, effect)} />
      </div>
      <fieldset class="radios">
        <legend>Decisions made already</legend>
        {[true, false].map((keep) => (
          <label key={String(keep)}>
            <input
              type="radio"
              name="keep"
              checked={keeps.value === keep}
              onChange={() => {
                keeps.value = keep;
              }}
            />
            {keep ? 'Keep them' : 'Override them'}
          </label>
        ))}
      </fieldset>
      <ReasonField label="Reason, if there is one" reason={reason} />
      <div class="dialog-buttons">
        <button
          type="button"
          {...off}
          disabled={decisions.length === 0 || off.disabled}
          onClick={agree}
        >
          {words.commands[bulk.sign]} {words.codes(effect.changed)}
        </button>
        <button type="button" class="secondary" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}

export function BulkSheet() {
  const { session } = useBuilder();
  const { value: bulk } = session.bulk;
  return bulk && <BulkDialog bulk={bulk} />;
}
