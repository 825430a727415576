// Codes from a paper or a spreadsheet, decided together.
import { useSignal } from '@preact/signals';
import { Dialog } from '../components/dialog.tsx';
import type { Sign } from '../engine/statuses.ts';
import * as words from '../words.ts';
import { useBuilder, useOff } from './context.ts';

// One a line, or with commas; a term in pipes after a code does not count.
export function codesIn(text: string): string[] {
  const parts = text
    .replaceAll(/\|[^|\n]*\|/g, ' ')
    .split(/[\s,;]+/)
    .filter(Boolean);
  return [...new Set(parts)];
}

const signs: [sign: Sign, words: string][] = [
  ['+', '+ Include'],
  ['-', '− Exclude'],
];

export function PasteDialog({ close }: { close: () => void }) {
  const { draft, wishes, session, props } = useBuilder();
  const off = useOff();
  const text = useSignal('');
  const problem = useSignal('');
  const codes = codesIn(text.value);
  const isNew = codes.filter((code) => !draft.tree.value?.ordinalOf.has(code)).length;
  const decide = async (sign: Sign) => {
    const isDone = await wishes.decideCodes(codes, sign, session.reason.value);
    if (isDone) close();
    else problem.value = draft.notice.value ?? '';
  };
  return (
    <Dialog title="Decide pasted codes" close={close}>
      <div class={problem.value ? 'field field-wrong' : 'field'}>
        <label for="pasted">Codes of {props.codingSystem}, one a line</label>
        {problem.value && (
          <p class="field-error" role="alert">
            {problem.value}
          </p>
        )}
        <textarea
          id="pasted"
          rows={8}
          class="mono"
          spellcheck={false}
          value={text.value}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value;
          }}
        />
      </div>
      <p class="detail-note" role="status">
        {words.codes(codes.length)}
        {isNew > 0 && `, ${words.number(isNew)} new to this draft: these come with what is below`}
      </p>
      <div class="dialog-buttons">
        {signs.map(([sign, name]) => (
          <button
            key={sign}
            type="button"
            class={sign === '+' ? '' : 'secondary'}
            {...off}
            disabled={codes.length === 0 || draft.isBusy.value || off.disabled}
            onClick={() => void decide(sign)}
          >
            {name} {words.codes(codes.length)}
          </button>
        ))}
        <button type="button" class="quiet" onClick={close}>
          Cancel
        </button>
      </div>
    </Dialog>
  );
}
