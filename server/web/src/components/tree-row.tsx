// One code in the tree. The two marks left of its term are its buttons: the place says which sign,
// the fill whether it was decided here or follows from another code.
import { status } from '../engine/statuses.ts';
import type { CodeHistory } from './code-history.ts';
import { Mark } from './mark.tsx';

export type TreeRowProps = {
  row: number;
  top: number;
  level: number;
  place: number;
  of: number;
  code: string;
  term: string;
  own: number; // its status
  sentence: string; // its status in words
  below: number;
  places: number;
  alsoUnder: string; // for a repeat: the parent at the code's home
  isOpen: boolean | null; // null: has nothing below
  isFocused: boolean;
  isSelected: boolean;
  isBetween: boolean; // leads to codes of the draft, without being one
  isDimmed: boolean;
  isFlashed: boolean;
  isInactive: boolean;
  isAssumed: boolean;
  mayDecide: boolean;
  whyNot?: string; // the reason, if nothing can be decided at the moment
  problem: string;
  by?: string; // initials of somebody else who has just decided it
  here?: string; // names of people who look at it
  hidden?: string; // how many right below it a filter hides
  reason?: string;
  history?: CodeHistory | undefined; // where its term leads
};

const styleOf: Record<number, string> = {
  [status.undecided]: 'undecided',
  [status.conflict]: 'in-conflict',
  [status.included]: 'included',
  [status.includedAbove]: 'included-through',
  [status.excluded]: 'excluded',
  [status.excludedAbove]: 'excluded-through',
};

function rowStyle(props: TreeRowProps): string {
  const parts = ['code-row', `row-${styleOf[props.own]}`];
  if (props.isFocused) parts.push('row-focused');
  if (props.isSelected) parts.push('row-selected');
  if (props.isDimmed || props.isBetween) parts.push('row-dimmed');
  if (props.isFlashed) parts.push('row-flashed');
  return parts.join(' ');
}

function buttonStyle(own: number, sign: '+' | '-'): string {
  const name = sign === '+' ? 'sign plus' : 'sign minus';
  const [decided, through] =
    sign === '+'
      ? [status.included, status.includedAbove]
      : [status.excluded, status.excludedAbove];
  if (own === decided) return `${name} decided`;
  if (own === through) return `${name} through`;
  if (own === status.conflict) return `${name} in-conflict`;
  return own === status.undecided ? `${name} undecided` : name;
}

function Signs({ own, term, whyNot }: { own: number; term: string; whyNot: string }) {
  const off = whyNot ? { disabled: true, title: whyNot } : {};
  return (
    <>
      <button
        type="button"
        tabIndex={-1}
        class={buttonStyle(own, '+')}
        data-sign="+"
        aria-pressed={own === status.included}
        aria-label={`+ Include ${term}`}
        {...off}
      >
        +
      </button>
      <button
        type="button"
        tabIndex={-1}
        class={buttonStyle(own, '-')}
        data-sign="-"
        aria-pressed={own === status.excluded}
        aria-label={`− Exclude ${term}`}
        {...off}
      >
        −
      </button>
    </>
  );
}

function Expander({ isOpen, term }: { isOpen: boolean | null; term: string }) {
  if (isOpen === null) return <span class="expander" />;
  return (
    <button
      type="button"
      tabIndex={-1}
      class="expander"
      data-expander=""
      aria-label={isOpen ? `⊟ Close ${term}` : `⊞ Open ${term}`}
    >
      {isOpen ? '▾' : '▸'}
    </button>
  );
}

function AlsoUnder({ parent }: { parent: string }) {
  const words = `also under ${parent}`;
  return (
    <button type="button" tabIndex={-1} class="row-chip chip-home" data-home="" title={words}>
      <span class="chip-words">{words} </span>↗
    </button>
  );
}

// What else is to be known of the code, in the order of what must not be cut.
function Chips(props: TreeRowProps) {
  const { own, problem, by, here, alsoUnder, isInactive, isAssumed, hidden, reason } = props;
  return (
    <span class="row-chips">
      {problem && <span class="row-chip chip-problem">{problem}</span>}
      {own === status.conflict && <span class="row-chip chip-conflict">◆ in conflict</span>}
      {by && <span class="row-chip chip-person">{by}</span>}
      {here && <span class="row-chip chip-person">{here}</span>}
      {alsoUnder && <AlsoUnder parent={alsoUnder} />}
      {isInactive && <span class="row-chip">inactive</span>}
      {isAssumed && <span class="row-chip">assumed</span>}
      {hidden && <span class="row-chip">{hidden}</span>}
      {reason && (
        <span class="row-chip chip-reason" title={reason}>
          “{reason}”
        </span>
      )}
    </span>
  );
}

function nameOf({ term, sentence, below, places, isBetween }: TreeRowProps): string {
  const parts = [term, isBetween ? 'not in this draft' : sentence];
  if (below > 0) parts.push(`${below} below`);
  if (places > 1) parts.push(`${places} places`);
  return parts.join(', ');
}

export function TreeRow(props: TreeRowProps) {
  const { row, code, term, own, isOpen, level, places } = props;
  return (
    <div
      role="row"
      class={rowStyle(props)}
      style={{ top: `${props.top}px`, '--level': level }}
      tabIndex={props.isFocused ? 0 : -1}
      data-row={row}
      data-code={code}
      aria-label={nameOf(props)}
      aria-level={level + 2}
      aria-posinset={props.place}
      aria-setsize={props.of}
      aria-rowindex={row + 1}
      aria-expanded={isOpen ?? undefined}
      aria-selected={props.isSelected}
    >
      <div role="gridcell" class="signs">
        {props.mayDecide ? (
          <Signs own={own} term={term} whyNot={props.whyNot ?? ''} />
        ) : (
          <Mark of={own} />
        )}
      </div>
      <div role="gridcell" class="tree-term">
        <Expander isOpen={isOpen} term={term} />
        {props.history ? (
          <a class="term-text term-link" tabIndex={-1} {...props.history}>
            {term}
          </a>
        ) : (
          <span class="term-text" title={term}>
            {term}
          </span>
        )}
        <Chips {...props} />
      </div>
      <div role="gridcell" class="tree-places">
        {places > 1 ? `${places} places` : ''}
      </div>
      <div role="gridcell" class="tree-code">
        {code}
      </div>
    </div>
  );
}
