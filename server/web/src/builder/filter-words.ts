// What a filter shows, in words.
import { type Filter, shownStatuses } from '../stores/filter.ts';
import type { Builder } from './context.ts';

const showWords: Record<string, string> = {
  included: 'included',
  excluded: 'excluded',
  undecided: 'undecided',
  conflict: 'in conflict',
};

export function filterWords({ draft }: Builder, filter: Filter): string {
  const shows = Object.entries(shownStatuses)
    .filter(([, list]) => list.some((own) => filter.show.includes(own)))
    .map(([name]) => showWords[name] ?? name);
  const search = draft.searches.value.find(({ id }) => id === filter.search);
  const parts = [
    ...shows,
    filter.type ?? '',
    search ? `search “${search.term ?? search.code ?? ''}”` : '',
    filter.search === 'none' ? 'no search' : '',
    filter.assumed ? 'assumed' : '',
    filter.text ? `“${filter.text}”` : '',
  ];
  return parts.filter(Boolean).join(' · ');
}
