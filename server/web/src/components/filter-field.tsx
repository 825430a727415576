// A field that filters while somebody types.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

const typingPauseMs = 120;

type FieldProps = {
  text: string; // that filters now
  label: string;
  ask: (text: string) => void;
};

export function FilterField({ text, label, ask }: FieldProps) {
  const typed = useSignal(text);
  const own = useRef(text); // what this field has asked for: its answer is behind what is typed
  useEffect(() => {
    if (typed.value === own.current) return;
    const timer = setTimeout(() => {
      own.current = typed.value;
      ask(typed.value);
    }, typingPauseMs);
    return () => clearTimeout(timer);
  }, [typed.value]);
  // Something else has set another text.
  useEffect(() => {
    if (text === own.current) return;
    own.current = text;
    typed.value = text;
  }, [text]);
  return (
    <input
      class="list-filter"
      type="text"
      value={typed.value}
      aria-label={label}
      placeholder={label}
      autocomplete="off"
      spellcheck={false}
      maxLength={100}
      onInput={(event) => {
        typed.value = event.currentTarget.value;
      }}
    />
  );
}
