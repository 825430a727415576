// A version's tree to read: open and close, filter, and jump between the places of a code.
import { FilterField } from '../components/filter-field.tsx';
import { useKeptFocus } from '../components/kept-focus.ts';
import { noFilter } from '../stores/filter.ts';
import { tree as words } from '../words/version.ts';
import { type GridProps, TreeGrid } from './grid.tsx';
import type { Ways } from './ways.ts';

type TreeTabProps = GridProps & { ways: Ways };

export function TreeTab(tab: TreeTabProps) {
  const { view, ways } = tab;
  const element = useKeptFocus('.row-focused', '.list-filter');
  const hasRows = (view.rows.value?.length ?? 0) > 0;
  return (
    <div ref={element}>
      <div class="list-bar">
        <FilterField
          text={view.filter.value.text}
          label={words.filter}
          ask={(text) => view.setFilter({ ...noFilter, text })}
        />
        <button type="button" class="secondary" onClick={() => view.setAllOpen(true)}>
          {words.openAll}
        </button>
        <button type="button" class="secondary" onClick={() => view.setAllOpen(false)}>
          {words.closeAll}
        </button>
        {ways.before.value.length > 0 && (
          <button type="button" class="secondary" onClick={() => ways.goBack()}>
            {words.back}
          </button>
        )}
      </div>
      {hasRows ? <TreeGrid {...tab} /> : <p class="empty">{words.none}</p>}
    </div>
  );
}
