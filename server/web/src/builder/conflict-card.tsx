// Somebody else decided the same code first. Nothing is lost: one of the two stays.
import type { Conflict } from '../stores/draft.ts';
import * as words from '../words.ts';
import { useBuilder } from './context.ts';

function Card({ conflict }: { conflict: Conflict }) {
  const { draft } = useBuilder();
  const [first] = conflict.codes;
  const more = conflict.codes.length - 1;
  const ordinal = draft.tree.value?.ordinalOf.get(first ?? '');
  const term = ordinal === undefined ? first : draft.termOf(ordinal);
  return (
    <section class="conflict-card" role="alert" aria-label="Two decisions on one code">
      <p>
        <strong>{term}</strong>
        {more > 0 && ` and ${words.number(more)} more`}: {conflict.detail} Nothing is lost.
      </p>
      <div class="buttons">
        <button type="button" class="secondary" onClick={() => draft.dropConflict(conflict)}>
          Leave it
        </button>
        <button type="button" onClick={() => draft.insist(conflict)}>
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
