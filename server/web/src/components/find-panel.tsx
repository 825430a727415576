// What a search of the site has found, in groups: the list of a combobox.
import type { ComponentChildren } from 'preact';
import { inOrder } from '../api/counts.ts';
import type { Choice, Finder } from '../stores/finder.ts';
import * as words from '../words/find.ts';
import { systemName } from '../words/systems.ts';
import { codes, day } from '../words.ts';
import { Strip } from './strip.tsx';

export const listId = 'find-choices';
export const choiceId = (place: number) => `find-choice-${place}`;

function CodelistRow({ choice }: { choice: Choice & { kind: 'codelist' } }) {
  const { found } = choice;
  const counts = inOrder(found.counts);
  return (
    <>
      <span class="found-name">
        {found.name} <span class="found-owner">{found.owner_name}</span>
        {found.has_code && <span class="chip">{words.hasTheCode}</span>}
      </span>
      <span class="found-system">{systemName(found.coding_system)}</span>
      <span class="found-size">
        {codes(found.codes_count)}
        {counts.some((count) => count > 0) && <Strip counts={counts} />}
      </span>
      <span class="found-signoffs">
        {found.signoffs_count > 0 && words.signoffs(found.signoffs_count)}
      </span>
      <span class="found-day">{day(found.newest.updated_at)}</span>
    </>
  );
}

function CodeRow({ choice }: { choice: Choice & { kind: 'code' } }) {
  const { found } = choice;
  return (
    <>
      <code>{found.code}</code>
      <span class="found-name">
        {found.term}
        {found.matched !== found.term && <span class="matched">{found.matched}</span>}
        {!found.active && <span class="chip">{words.inactive}</span>}
      </span>
      <span class="found-system">{systemName(found.coding_system)}</span>
      <span class="found-lists">{words.inLists(found.codelists_count)}</span>
    </>
  );
}

function OwnerRow({ choice }: { choice: Choice & { kind: 'owner' } }) {
  const { found } = choice;
  return (
    <>
      <span class="found-name">{found.name}</span>
      <span class="found-lists">{words.lists(found.codelists_count)}</span>
    </>
  );
}

function Row({ choice, finder }: { choice: Choice; finder: Finder }) {
  if (choice.kind === 'codelist') return <CodelistRow choice={choice} />;
  if (choice.kind === 'code') return <CodeRow choice={choice} />;
  if (choice.kind === 'owner') return <OwnerRow choice={choice} />;
  const { answer } = finder;
  if (!answer.value) return null;
  const { text, found } = answer.value;
  return <span class="found-name">{words.allResults(text, found.codelists_total)}</span>;
}

// A link, so that the mouse and its buttons do what they do everywhere.
function Option({ finder, choice, place }: { finder: Finder; choice: Choice; place: number }) {
  return (
    <a
      role="option"
      id={choiceId(place)}
      class={`found found-${choice.kind}`}
      href={choice.href}
      tabIndex={-1}
      aria-selected={finder.active.value === place}
    >
      <Row choice={choice} finder={finder} />
    </a>
  );
}

type GroupProps = { finder: Finder; kind: Choice['kind']; heading?: string };

function Group({ finder, kind, heading }: GroupProps) {
  const own = finder.choices.value
    .map((choice, place) => ({ choice, place }))
    .filter(({ choice }) => choice.kind === kind);
  if (own.length === 0) return null;
  const options: ComponentChildren = own.map(({ choice, place }) => (
    <Option key={choice.href} finder={finder} choice={choice} place={place} />
  ));
  if (!heading) return <>{options}</>;
  const id = `find-${kind}`;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of options is no fieldset
    <div role="group" aria-labelledby={id} class="found-group">
      <div id={id} class="pane-label" role="presentation">
        {heading}
      </div>
      {options}
    </div>
  );
}

function Told({ finder }: { finder: Finder }) {
  const { answer, isOpen, problem } = finder;
  const found = answer.value?.found;
  const sentence = found
    ? words.told(found.codelists_total, found.codes.length, found.people.length)
    : problem.value;
  return (
    <p role="status" class="visually-hidden">
      {isOpen.value && sentence}
    </p>
  );
}

function KeyHelp() {
  return (
    <p class="found-keys" aria-hidden="true">
      {words.keys.map(({ keys, act }) => (
        <span key={act}>
          {keys.map((key) => (
            <kbd key={key}>{key}</kbd>
          ))}{' '}
          {act}
        </span>
      ))}
    </p>
  );
}

export function FindPanel({ finder, close }: { finder: Finder; close: () => void }) {
  const { answer, choices, isOpen, isSlow, problem } = finder;
  const isNothing = answer.value !== null && choices.value.length === 0;
  return (
    <>
      <Told finder={finder} />
      <div class={`find-panel${isSlow.value ? ' is-slow' : ''}`} hidden={!isOpen.value}>
        {problem.value && <p class="found-none field-error">{problem.value}</p>}
        {isNothing && <p class="found-none">{words.nothing(answer.value?.text ?? '')}</p>}
        <div role="listbox" id={listId} aria-label={words.results} hidden={!choices.value.length}>
          <Group finder={finder} kind="codelist" heading={words.headings.codelists} />
          <Group finder={finder} kind="code" heading={words.headings.codes} />
          <Group finder={finder} kind="owner" heading={words.headings.people} />
          <Group finder={finder} kind="all" />
        </div>
        {choices.value.length > 0 && <KeyHelp />}
        <button type="button" class="secondary find-close" onClick={close}>
          {words.close}
        </button>
      </div>
    </>
  );
}
