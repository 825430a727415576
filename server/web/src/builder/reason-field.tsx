// A reason, with earlier ones to choose from.
import type { Signal } from '@preact/signals';
import { useBuilder } from './context.ts';

type ReasonFieldProps = { label: string; reason: Signal<string> };

export function ReasonField({ label, reason }: ReasonFieldProps) {
  const { session } = useBuilder();
  return (
    <div class="field">
      <label for="reason">{label}</label>
      <input
        id="reason"
        type="text"
        list="earlier-reasons"
        autocomplete="off"
        value={reason.value}
        onFocus={({ currentTarget }) => currentTarget.select()}
        onInput={({ currentTarget }) => {
          reason.value = currentTarget.value;
        }}
      />
      <datalist id="earlier-reasons">
        {session.reasons.value.map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
    </div>
  );
}
