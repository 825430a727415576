// Who else is in the draft.
import type { Person } from '../api/draft-api.ts';
import { hereSentence, initials } from '../words/builder.ts';
import { useBuilder } from './context.ts';

const shownMax = 3;

export function People() {
  const { presence, view, draft } = useBuilder();
  const { value: others } = presence.others;
  if (others.length === 0) return null;
  const goTo = ({ code }: Person) => {
    const ordinal = code === null ? undefined : draft.tree.value?.ordinalOf.get(code);
    if (ordinal !== undefined) view.goTo(ordinal);
  };
  return (
    <span class="people" role="status">
      {others.slice(0, shownMax).map((person) => (
        <button
          key={person.username}
          type="button"
          class="person"
          title={`Go to where ${person.name} is`}
          aria-label={`${initials(person.name)}: go to where ${person.name} is`}
          disabled={person.code === null}
          onClick={() => goTo(person)}
        >
          {initials(person.name)}
        </button>
      ))}
      <span class="builder-wide">{hereSentence(others.map(({ name }) => name))}</span>
    </span>
  );
}

// The people who look at a code.
export function useNamesAt(code: string): string {
  const { presence } = useBuilder();
  const there = presence.others.value.filter((person) => person.code === code);
  return there.map(({ name }) => name).join(', ');
}
