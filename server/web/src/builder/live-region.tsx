// Says once, for those who do not see the tree, what the last half second changed.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { status } from '../engine/statuses.ts';
import * as words from '../words.ts';
import { useBuilder } from './context.ts';

const pauseMs = 500;

export function LiveRegion() {
  const { draft, session } = useBuilder();
  const text = useSignal('');
  const { value: told } = draft.told;
  const { value: said } = session.said;
  useEffect(() => {
    const timer = setTimeout(() => {
      const [first] = told?.kind === 'decided' ? told.decisions : [];
      if (told?.kind !== 'decided' || !first) return;
      const left = draft.counts.value[status.undecided] ?? 0;
      const changed = words.codes(told.effect.changed);
      text.value = `${words.done[first[1]]} ${changed}. ${words.number(left)} undecided.`;
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [told]);
  useEffect(() => {
    text.value = said;
  }, [said]);
  return (
    <div class="visually-hidden" role="status">
      {text.value}
    </div>
  );
}
