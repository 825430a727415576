// The address keeps what the list shows, with the same parameters as the server's page.
import type { Question } from '../stores/rows.ts';
import type { FullListProps } from './props.ts';

export const ways = ['included', 'excluded', 'undecided', 'conflict', 'all'] as const;
const sorts = ['term', 'code', 'status'];

function usualWay({ isTable }: FullListProps): string {
  return isTable ? 'all' : 'included';
}

export function questionFrom(query: string, props: FullListProps): Question {
  const parameters = new URLSearchParams(query);
  const show = parameters.get('show') ?? '';
  const sort = parameters.get('sort') ?? '';
  return {
    text: parameters.get('q') ?? '',
    show: ways.some((way) => way === show) ? show : usualWay(props),
    type: parameters.get('type') ?? '',
    sort: sorts.includes(sort) ? sort : '',
  };
}

export function addressOf({ text, show, type, sort }: Question, props: FullListProps): string {
  const parameters = new URLSearchParams();
  if (show !== usualWay(props)) parameters.set('show', show);
  if (text) parameters.set('q', text);
  if (type) parameters.set('type', type);
  if (sort && sort !== props.usualSort) parameters.set('sort', sort);
  const query = parameters.toString();
  return `${location.pathname}${query && `?${query}`}#full-list`;
}
