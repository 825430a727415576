// Removing a search: what leaves the draft with it is told first.
import { Dialog } from '../components/dialog.tsx';
import { statusesCount } from '../engine/statuses.ts';
import type { Removal } from '../stores/session.ts';
import { leavesWithSearch, searchStays } from '../words/builder.ts';
import { useBuilder, useOff } from './context.ts';

const shownMax = 8;

function RemovalText({ removal: { search, leaving } }: { removal: Removal }) {
  const { draft } = useBuilder();
  const counts = new Array<number>(statusesCount).fill(0);
  const ordinals = leaving.flatMap((code) => draft.tree.value?.ordinalOf.get(code) ?? []);
  for (const code of ordinals) {
    const own = draft.statuses.bytes[code] as number;
    counts[own] = (counts[own] as number) + 1;
  }
  const text = search.term ?? search.code ?? '';
  return (
    <>
      <p>{leavesWithSearch(text, leaving.length, counts)}</p>
      <ul class="plain-list">
        {ordinals.slice(0, shownMax).map((code) => (
          <li key={code}>{draft.termOf(code)}</li>
        ))}
        {ordinals.length > shownMax && <li>…</li>}
      </ul>
      <p>{searchStays(search.codes_count - leaving.length)} It can be undone.</p>
    </>
  );
}

export function RemovalDialog() {
  const { session, wishes } = useBuilder();
  const off = useOff();
  const { value: removal } = session.removal;
  if (!removal) return null;
  const close = () => {
    session.removal.value = null;
  };
  const remove = () => {
    close();
    void wishes.removeSearch(removal.search);
  };
  return (
    <Dialog title="Remove this search?" close={close}>
      <RemovalText removal={removal} />
      <div class="dialog-buttons">
        <button type="button" class="danger" {...off} onClick={remove}>
          Remove the search
        </button>
        <button type="button" class="secondary" onClick={close}>
          Keep it
        </button>
      </div>
    </Dialog>
  );
}
