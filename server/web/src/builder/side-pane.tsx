// The searches that made the draft, and filters: left of the tree, or a sheet over it.
import type { ComponentChildren } from 'preact';
import type { Search } from '../api/draft-api.ts';
import { Mark } from '../components/mark.tsx';
import { status } from '../engine/statuses.ts';
import { flag } from '../engine/tree.ts';
import { isFiltering, noFilter, type Show, shownStatuses } from '../stores/filter.ts';
import * as words from '../words.ts';
import { removeSearch, setFilter } from './actions.ts';
import { type Builder, useBuilder, useOff } from './context.ts';
import { countOf } from './head.tsx';

type ChoiceProps = { isOn: boolean; choose: () => void; children: ComponentChildren };

function Choice({ isOn, choose, children }: ChoiceProps) {
  return (
    <button type="button" class="choice" aria-pressed={isOn} onClick={choose}>
      {children}
    </button>
  );
}

function SearchItem({ search }: { search: Search }) {
  const builder = useBuilder();
  const off = useOff();
  const { draft, view } = builder;
  const isOn = view.filter.value.search === search.id;
  const text = search.term ?? search.code ?? '';
  return (
    <li class="search-item">
      <Choice
        isOn={isOn}
        choose={() => void setFilter(builder, { ...noFilter, search: isOn ? null : search.id })}
      >
        <span class={search.code ? 'choice-text mono' : 'choice-text'}>{text}</span>
        <span class="choice-count">{words.number(search.codes_count)}</span>
      </Choice>
      {draft.isMine && (
        <button
          type="button"
          class="remove quiet"
          {...off}
          aria-label={`Remove the search ${text}`}
          onClick={() => void removeSearch(builder, search)}
        >
          ×
        </button>
      )}
    </li>
  );
}

const shows: [show: Show, own: number, name: string][] = [
  ['undecided', status.undecided, 'Undecided'],
  ['conflict', status.conflict, 'In conflict'],
  ['included', status.included, 'Included'],
  ['excluded', status.excluded, 'Excluded'],
];

function StatusFilters() {
  const builder = useBuilder();
  const { draft, view } = builder;
  const { value: filter } = view.filter;
  const { value: counts } = draft.counts;
  return (
    <ul>
      {shows.map(([show, own, name]) => {
        const isOn = filter.show[0] === shownStatuses[show][0];
        const choose = () =>
          void setFilter(builder, { ...filter, show: isOn ? [] : shownStatuses[show] });
        return (
          <li key={show}>
            <Choice isOn={isOn} choose={choose}>
              <Mark of={own} silent />
              <span class="choice-text">{name}</span>
              <span class="choice-count">{words.number(countOf(counts, show))}</span>
            </Choice>
          </li>
        );
      })}
    </ul>
  );
}

function Assumed() {
  const builder = useBuilder();
  const off = useOff();
  const { draft, view, wishes } = builder;
  const { value: count } = draft.assumed;
  const { value: filter } = view.filter;
  if (count === 0) return null;
  return (
    <div class="search-item">
      <Choice
        isOn={filter.assumed}
        choose={() => void setFilter(builder, { ...noFilter, assumed: !filter.assumed })}
      >
        <span class="choice-text">Assumed from the older release</span>
        <span class="choice-count">{words.number(count)}</span>
      </Choice>
      {draft.isMine && (
        <button type="button" class="quiet" {...off} onClick={() => void wishes.confirm()}>
          Confirm all
        </button>
      )}
    </div>
  );
}

function NoSearch() {
  const builder = useBuilder();
  const { draft, view } = builder;
  const { value: tree } = draft.tree;
  const isOn = view.filter.value.search === 'none';
  const own = tree?.flags.filter((flags) => (flags & (flag.matched | flag.between)) === 0).length;
  if (!own) return null;
  return (
    <li>
      <Choice
        isOn={isOn}
        choose={() => void setFilter(builder, { ...noFilter, search: isOn ? null : 'none' })}
      >
        <span class="choice-text">no search</span>
        <span class="choice-count">{words.number(own)}</span>
      </Choice>
    </li>
  );
}

function TypeFilters() {
  const builder = useBuilder();
  const { draft, view } = builder;
  const { value: tree } = draft.tree;
  if (!tree || tree.types.length < 2) return null;
  const counts = new Map<number, number>();
  tree.type.forEach((type, code) => {
    if ((tree.flags[code] as number) & flag.between) return;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  });
  const { value: filter } = view.filter;
  return (
    <>
      <h2>Type</h2>
      <ul>
        {tree.types.map((title, type) => {
          const isOn = filter.type === title;
          const choose = () => void setFilter(builder, { ...filter, type: isOn ? null : title });
          return counts.has(type) ? (
            <li key={title}>
              <Choice isOn={isOn} choose={choose}>
                <span class="choice-text">{title}</span>
                <span class="choice-count">{words.number(counts.get(type) ?? 0)}</span>
              </Choice>
            </li>
          ) : null;
        })}
      </ul>
    </>
  );
}

// From a field of the side pane to the first row that is shown.
function goToTree({ view, session }: Builder): void {
  session.pane.value = 'tree';
  view.focus.value = 0;
  requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-row="0"]')?.focus());
}

function TextFilter() {
  const builder = useBuilder();
  const { value: filter } = builder.view.filter;
  return (
    <div class="text-filter">
      <input
        id="draft-filter"
        type="text"
        aria-label="Filter the codes of this draft"
        placeholder="Filter this draft"
        autocomplete="off"
        spellcheck={false}
        value={filter.text}
        onInput={({ currentTarget }) =>
          void setFilter(builder, { ...filter, text: currentTarget.value })
        }
        onKeyDown={(event) => {
          if (!['Enter', 'ArrowDown', 'Escape'].includes(event.key)) return;
          event.preventDefault();
          if (event.key === 'Escape') void setFilter(builder, { ...filter, text: '' });
          goToTree(builder);
        }}
      />
      {isFiltering(filter) && (
        <button type="button" class="quiet" onClick={() => void setFilter(builder, noFilter)}>
          Show all
        </button>
      )}
    </div>
  );
}

export function SidePane() {
  const { draft, session } = useBuilder();
  const { value: searches } = draft.searches;
  return (
    <nav class="side-pane" aria-label="Searches and filters">
      {searches.length > 0 && (
        <>
          <h2>Searches</h2>
          <ul>
            {searches.map((search) => (
              <SearchItem key={search.id} search={search} />
            ))}
            <NoSearch />
          </ul>
        </>
      )}
      <h2>Show</h2>
      <StatusFilters />
      <Assumed />
      <TextFilter />
      <TypeFilters />
      <button
        type="button"
        class="secondary builder-narrow all-commands"
        onClick={() => {
          session.dialog.value = 'palette';
        }}
      >
        All commands
      </button>
    </nav>
  );
}
