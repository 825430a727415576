// Somebody else decided the same code first. Nothing is lost: one of the two stays.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Conflict } from '../stores/draft.ts';
import * as words from '../words.ts';
import { useBuilder, useOff } from './context.ts';

// Who decided it; nobody while that is not known.
function useDecider(code: string): string {
  const { draft } = useBuilder();
  const actor = useSignal('');
  useEffect(() => {
    void draft.api.story(code, { minPosition: draft.position.value }).then((result) => {
      if (result.ok) actor.value = result.data.decisions[0]?.actor ?? '';
    });
  }, [code]);
  return actor.value;
}

function Card({ conflict }: { conflict: Conflict }) {
  const { draft } = useBuilder();
  const off = useOff();
  const [first] = conflict.codes;
  const more = conflict.codes.length - 1;
  const ordinal = draft.tree.value?.ordinalOf.get(first?.code ?? '');
  const term = ordinal === undefined ? first?.code : draft.termOf(ordinal);
  const actor = useDecider(first?.code ?? '');
  return (
    <section class="conflict-card" role="alert" aria-label="Two decisions on one code">
      <p>
        {actor || 'Somebody else'} {words.done[first?.theirs ?? '?'].toLowerCase()}{' '}
        <strong>{term}</strong> while you {words.done[first?.mine ?? '?'].toLowerCase()} it
        {more > 0 && `, and decided ${words.number(more)} more of your codes`}. Nothing is lost.
      </p>
      <div class="buttons">
        <button type="button" class="secondary" onClick={() => draft.dropConflict(conflict)}>
          Leave {actor ? `${actor}’s` : 'theirs'}
        </button>
        <button type="button" {...off} onClick={() => draft.insist(conflict)}>
          Use mine
        </button>
      </div>
    </section>
  );
}

export function ConflictCards() {
  const { draft } = useBuilder();
  const { value: conflicts } = draft.conflicts;
  if (conflicts.length === 0) return null;
  return (
    <div class="conflict-cards">
      {conflicts.map((conflict) => (
        <Card key={conflict.step.key} conflict={conflict} />
      ))}
    </div>
  );
}
