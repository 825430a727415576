// The codes that a filter shows. They are chosen when the filter is set, so that a row does not
// vanish under the hand that has just decided it.
import { status } from '../engine/statuses.ts';
import { flag, type Tree } from '../engine/tree.ts';

export const shownStatuses = {
  included: [status.included, status.includedAbove],
  excluded: [status.excluded, status.excludedAbove],
  undecided: [status.undecided],
  conflict: [status.conflict],
} as const;
export type Show = keyof typeof shownStatuses;

export type Filter = {
  show: readonly number[]; // statuses; none: all
  type: string | null;
  search: number | 'none' | null; // none: codes that no search found
  assumed: boolean;
  text: string;
};

export const noFilter: Filter = { show: [], type: null, search: null, assumed: false, text: '' };

export function isFiltering({ show, type, search, assumed, text }: Filter): boolean {
  return show.length > 0 || type !== null || search !== null || assumed || text !== '';
}

type Filtered = {
  tree: Tree;
  bytes: Uint8Array;
  found: ReadonlySet<string> | null; // by the search
  termOf: (code: number) => string | undefined;
};

export function matchesOf(filter: Filter, { tree, bytes, found, termOf }: Filtered): Uint8Array {
  const words = filter.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const type = filter.type === null ? -1 : tree.types.indexOf(filter.type);
  return Uint8Array.from(tree.codes, (text, code) => {
    const flags = tree.flags[code] as number;
    if (flags & flag.between) return 0;
    if (filter.assumed && !(flags & flag.assumed)) return 0;
    if (filter.search === 'none' && flags & flag.matched) return 0;
    if (filter.show.length > 0 && !filter.show.includes(bytes[code] as number)) return 0;
    if (filter.type !== null && tree.type[code] !== type) return 0;
    if (found && !found.has(text)) return 0;
    if (words.length === 0) return 1;
    const term = `${termOf(code) ?? ''} ${text}`.toLocaleLowerCase();
    return words.every((word) => term.includes(word)) ? 1 : 0;
  });
}

function showOf(parameter: string | null): readonly number[] {
  return Object.hasOwn(shownStatuses, parameter ?? '') ? shownStatuses[parameter as Show] : [];
}

// The address keeps the filter, so that a link shows the same. A search may also be in the path, as
// in OpenCodelists: /builder/HASH/search/3/asthma/ and /builder/HASH/no-search-term/.
export function filterFrom({ pathname, search: query }: URL): Filter {
  const parameters = new URLSearchParams(query);
  const inPath = pathname.match(/\/search\/(\d+)\//)?.[1];
  const search = inPath ?? parameters.get('search');
  const isNone = pathname.endsWith('/no-search-term/') || search === 'none';
  return {
    show: showOf(parameters.get('show')),
    type: parameters.get('type'),
    search: isNone ? 'none' : search && /^\d+$/.test(search) ? Number(search) : null,
    assumed: parameters.has('assumed'),
    text: parameters.get('filter') ?? '',
  };
}

export function toParameters(filter: Filter): URLSearchParams {
  const parameters = new URLSearchParams();
  const show = Object.entries(shownStatuses).find(([, list]) => list[0] === filter.show[0]);
  if (show) parameters.set('show', show[0]);
  if (filter.type !== null) parameters.set('type', filter.type);
  if (filter.search !== null) parameters.set('search', String(filter.search));
  if (filter.assumed) parameters.set('assumed', '');
  if (filter.text) parameters.set('filter', filter.text);
  return parameters;
}
