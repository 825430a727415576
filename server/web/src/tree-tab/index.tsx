// A version's tree to read: open and close, filter, and jump between the places of a code.
import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { noFilter } from '../stores/filter.ts';
import type { TreeSource, ViewStore } from '../stores/view.ts';
import { tree as words } from '../words/version.ts';
import { TreeGrid } from './grid.tsx';
import type { Ways } from './ways.ts';

export type TreeTabProps = { source: TreeSource; view: ViewStore; ways: Ways; name: string };

const typingPauseMs = 120;

function Filter({ view }: { view: ViewStore }) {
  const typed = useSignal(view.filter.value.text);
  useEffect(() => {
    if (typed.value === view.filter.value.text) return;
    const timer = setTimeout(
      () => view.setFilter({ ...noFilter, text: typed.value }),
      typingPauseMs,
    );
    return () => clearTimeout(timer);
  }, [typed.value]);
  return (
    <input
      class="list-filter"
      type="text"
      value={typed.value}
      aria-label={words.filter}
      placeholder={words.filter}
      autocomplete="off"
      spellcheck={false}
      maxLength={100}
      onInput={(event) => {
        typed.value = event.currentTarget.value;
      }}
    />
  );
}

export function TreeTab({ source, view, ways, name }: TreeTabProps) {
  const { value: tree } = source.tree;
  const { value: rows } = view.rows;
  if (!tree || !rows) return null;
  return (
    <>
      <div class="list-bar">
        <Filter view={view} />
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
      {rows.length === 0 ? (
        <p class="empty">{words.none}</p>
      ) : (
        <TreeGrid source={source} view={view} ways={ways} name={name} rows={rows} tree={tree} />
      )}
    </>
  );
}
