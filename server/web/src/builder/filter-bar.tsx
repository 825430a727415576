// Above the tree while a filter holds: how much it shows, and deciding all of it at once.
import type { Sign } from '../engine/statuses.ts';
import { isFiltering, noFilter } from '../stores/filter.ts';
import { shownOf } from '../words/builder.ts';
import * as words from '../words.ts';
import { decideShown, setFilter } from './actions.ts';
import { useBuilder, useOff } from './context.ts';
import { filterWords } from './filter-words.ts';

const signs: [sign: Sign, words: string][] = [
  ['+', '+ Include these'],
  ['-', '− Exclude these'],
];

export function FilterBar() {
  const builder = useBuilder();
  const off = useOff();
  const { draft, view } = builder;
  const { value: filter } = view.filter;
  void view.rows.value;
  if (!isFiltering(filter)) return null;
  const shown = view.shownCodes();
  const all = draft.counts.value.reduce((sum, count) => sum + count, 0);
  return (
    <div class="filter-bar" role="toolbar" aria-label="The codes that are shown">
      <span class="filter-words">
        <strong>{filterWords(builder, filter)}</strong> {shownOf(shown.length, all)}
      </span>
      {draft.isMine &&
        shown.length > 0 &&
        signs.map(([sign, name]) => (
          <button
            key={sign}
            type="button"
            class="quiet"
            {...off}
            onClick={() => decideShown(builder, shown, sign)}
          >
            {name}
          </button>
        ))}
      <button type="button" class="quiet" onClick={() => void setFilter(builder, noFilter)}>
        {words.showAll}
      </button>
    </div>
  );
}
