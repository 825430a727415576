// What people do in the builder, whether with a key, a button or the command palette.
import type { Search } from '../api/draft-api.ts';
import { sentenceOf } from '../api/problem.ts';
import { decisionsBelow, decisionsFor } from '../engine/scope.ts';
import type { Decision, Sign } from '../engine/statuses.ts';
import type { Filter } from '../stores/filter.ts';
import { toParameters } from '../stores/filter.ts';
import type { Bulk } from '../stores/session.ts';
import * as words from '../words.ts';
import type { Builder } from './context.ts';
import { filterWords } from './filter-words.ts';

const previewFrom = 500; // changed codes

// A sign that a code already has is cleared.
export function decideCode({ draft, session }: Builder, code: number, sign: Sign): void {
  if (code < 0 || !draft.mayDecide) return;
  const isSame = draft.statuses.signOf(code) === sign;
  draft.decide([[code, isSame ? '?' : sign]], session.reason.value);
}

export function decisionsOf({ draft }: Builder, bulk: Bulk, keepDecisions: boolean): Decision[] {
  const { codes, sign, withBelow } = bulk;
  const scope = { codes, sign, keepDecisions };
  return withBelow ? decisionsBelow(draft.statuses, scope) : decisionsFor(draft.statuses, scope);
}

// At once if it is small and overrides nothing; else after a look at what it would do.
function decideMany(builder: Builder, bulk: Bulk): void {
  const { draft, session } = builder;
  if (!draft.mayDecide) return;
  const gentle = decisionsOf(builder, bulk, true);
  const harsh = decisionsOf(builder, bulk, false);
  const { changed } = draft.statuses.effectOf(gentle);
  if (changed > previewFrom || harsh.length > gentle.length) {
    session.bulk.value = bulk;
    return;
  }
  draft.decide(gentle, session.reason.value);
}

export function decideSelected(builder: Builder, sign: Sign): void {
  const { value: codes } = builder.view.selection.codes;
  const title = `${words.codes(codes.size)} selected`;
  decideMany(builder, { title, codes: [...codes], sign, withBelow: false });
}

// The selection if there is one, else the code or the section of the focused row.
export function decideHere(builder: Builder, sign: Sign): void {
  const { view } = builder;
  const row = view.focus.value;
  const code = view.codeAt(row);
  if (view.selection.codes.value.size > 0) decideSelected(builder, sign);
  else if (code >= 0) decideCode(builder, code, sign);
  else if (view.rows.value && row >= 0) decideSection(builder, -1 - code, sign);
}

export function decideSection(builder: Builder, section: number, sign: Sign): void {
  const title = builder.draft.tree.value?.sections[section]?.title ?? '';
  const codes = builder.view.codesOfSection(section);
  decideMany(builder, { title, codes, sign, withBelow: true });
}

// What the filter shows.
export function decideShown(builder: Builder, codes: readonly number[], sign: Sign): void {
  const title = filterWords(builder, builder.view.filter.value);
  decideMany(builder, { title, codes, sign, withBelow: false });
}

// Says what leaves the draft with the search, if anything does.
export async function removeSearch({ draft, wishes, session }: Builder, search: Search) {
  const result = await draft.api.codesOfSearch(search.id);
  if (!result.ok) {
    draft.notice.value = sentenceOf(result.problem);
    return;
  }
  const { only_here: leaving = [] } = result.data;
  if (leaving.length > 0) session.removal.value = { search, leaving };
  else await wishes.removeSearch(search);
}

export async function setFilter(builder: Builder, filter: Filter): Promise<void> {
  const { draft, view } = builder;
  let found: Set<string> | null = null;
  if (typeof filter.search === 'number') {
    const result = await draft.api.codesOfSearch(filter.search);
    if (!result.ok) {
      draft.notice.value = sentenceOf(result.problem);
      return;
    }
    found = new Set(result.data.codes);
  }
  view.setFilter(filter, found);
  keepInAddress(builder);
}

export function showAsList(builder: Builder, isList: boolean): void {
  builder.view.showAsList(isList);
  keepInAddress(builder);
}

export async function showReasons({ reasons, draft }: Builder): Promise<void> {
  const problem = await reasons.show(draft.position.value);
  if (problem) draft.notice.value = problem;
}

function keepInAddress({ view, props }: Builder): void {
  const shown = toParameters(view.filter.value);
  if (view.isList.value) shown.set('view', 'list');
  const parameters = shown.toString();
  const path = `/builder/${props.hash}/`;
  history.replaceState(null, '', parameters ? `${path}?${parameters}` : path);
}

// Nothing needs saving; who asks is told so.
export function tellSaved({ draft, session }: Builder): void {
  const waiting = draft.queue.steps.value.length;
  const text = waiting > 0 ? words.notSaved(waiting) : words.allSaved(draft.position.value);
  session.said.value = text;
  draft.notice.value = text;
}

export async function saveForReview({ draft, wishes, props }: Builder): Promise<void> {
  const result = await wishes.finish((key) => draft.api.save(key));
  if (result) location.assign(props.urls.version);
}

export async function discard({ draft, wishes, props }: Builder): Promise<void> {
  const result = await wishes.finish((key) => draft.api.discard(key));
  if (result) location.assign(result.deleted.codelist ? props.urls.home : props.urls.codelist);
}
