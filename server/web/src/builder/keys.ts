// The keys of the tree. They act only while the tree has the focus, so no single key surprises.
import { moveTo, treeActs } from '../components/tree-keys.ts';
import { status } from '../engine/statuses.ts';
import { noFilter } from '../stores/filter.ts';
import { decideHere, setFilter, tellSaved } from './actions.ts';
import type { Builder } from './context.ts';

export const keyTable: [keys: string, words: string][] = [
  ['↑ ↓ Page Up Page Down Home End', 'move'],
  ['→ ←', 'open, first below / close, above'],
  ['*  Shift *', 'open / close all below'],
  ['+  −', 'include / exclude; again: clear'],
  ['n  p', 'next / previous that is undecided or in conflict'],
  ['u  Shift u', 'undo / redo'],
  ['x  Shift ↑↓  Ctrl A', 'select'],
  ['o', 'another place of this code'],
  ['?  Enter', 'why'],
  ['r', 'a reason for this decision, or for the next ones'],
  ['m', 'map of the draft'],
  ['1 … 6', 'only this status; again: all'],
  ['f  /', 'filter this draft / search'],
  ['other letters', 'the next term that begins so'],
  ['Ctrl K', 'all commands'],
  ['Ctrl S', 'whether all is saved'],
  ['?', 'outside the tree: this table'],
];

const numbered = [
  status.included,
  status.includedAbove,
  status.excluded,
  status.excludedAbove,
  status.undecided,
  status.conflict,
];

type Act = (builder: Builder, event: KeyboardEvent) => void;

function step(by: number): Act {
  return (builder, event) => {
    const { view } = builder;
    const from = view.focus.value;
    moveTo(view, from + by);
    if (event.shiftKey) view.selection.extendTo(view.focus.value, from, (row) => view.codeAt(row));
  };
}

function showOnly(place: number): Act {
  return (builder) => {
    const chosen = numbered[place] as number;
    const isShown = builder.view.filter.value.show.join() === String(chosen);
    void setFilter(builder, { ...noFilter, show: isShown ? [] : [chosen] });
  };
}

// The field for searching is always in view, that for filtering in the side pane.
function focusOn(id: 'code-search' | 'draft-filter'): Act {
  return ({ session }) => {
    session.pane.value = id === 'draft-filter' ? 'side' : 'tree';
    requestAnimationFrame(() => document.getElementById(id)?.focus());
  };
}

const why: Act = ({ session }) => {
  session.pane.value = 'detail';
  requestAnimationFrame(() => document.getElementById('why')?.focus());
};

const undecidedAt =
  (direction: 1 | -1): Act =>
  ({ view, draft }) => {
    if (!view.goToOpen(direction)) draft.notice.value = 'Every code is decided.';
  };

const toggleSelected: Act = ({ view }) => {
  const code = view.focusedCode();
  if (code >= 0) view.selection.toggle(code, view.focus.value);
};

const selectAll: Act = ({ view }) => {
  view.selection.setAll([...(view.rows.value?.code ?? [])].filter((code) => code >= 0));
};

const readingActs = Object.entries(treeActs).map(([key, act]): [string, Act] => [
  key,
  ({ view }, event) => act(view, event),
]);

const acts: Record<string, Act> = {
  ...Object.fromEntries(readingActs),
  ArrowDown: step(1),
  ArrowUp: step(-1),
  PageDown: step(20),
  PageUp: step(-20),
  '+': (builder) => decideHere(builder, '+'),
  '=': (builder) => decideHere(builder, '+'),
  '-': (builder) => decideHere(builder, '-'),
  n: undecidedAt(1),
  p: undecidedAt(-1),
  u: ({ wishes }) => void wishes.undo(),
  U: ({ wishes }) => void wishes.redo(),
  x: toggleSelected,
  '?': why,
  Enter: (builder, event) => {
    const { view } = builder;
    if (view.rows.value?.isRepeat[view.focus.value]) view.goTo(view.focusedCode());
    else why(builder, event);
  },
  r: ({ session, draft }) => {
    if (draft.mayDecide) session.dialog.value = 'reason';
  },
  m: ({ session }) => {
    session.dialog.value = 'map';
  },
  f: focusOn('draft-filter'),
  '/': focusOn('code-search'),
  Escape: ({ view }) => view.selection.clear(),
  '1': showOnly(0),
  '2': showOnly(1),
  '3': showOnly(2),
  '4': showOnly(3),
  '5': showOnly(4),
  '6': showOnly(5),
};

const typingPauseMs = 800;
let typed = '';
let typedAt = 0;

// As in a file manager: letters that are no key, and those that follow them at once.
function goByLetters(view: Builder['view'], { key, shiftKey }: KeyboardEvent): boolean {
  if (shiftKey || !/^\p{L}$/u.test(key)) return false;
  const goesOn = typed !== '' && Date.now() - typedAt < typingPauseMs;
  if (!goesOn && Object.hasOwn(acts, key)) return false;
  typed = goesOn ? typed + key : key;
  typedAt = Date.now();
  view.goToTerm(typed.toLocaleLowerCase());
  return true;
}

// With single keys switched off, only keys that no text has.
function actOf({ session }: Builder, event: KeyboardEvent): Act | undefined {
  if (event.ctrlKey || event.metaKey) return event.key === 'a' ? selectAll : undefined;
  if (event.key.length === 1 && !session.singleKeys.value) return undefined;
  return Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
}

export function actOnTreeKey(builder: Builder, event: KeyboardEvent): void {
  if (event.altKey) return;
  const isPlain = !event.ctrlKey && !event.metaKey && builder.session.singleKeys.value;
  if (isPlain && goByLetters(builder.view, event)) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  const act = actOf(builder, event);
  if (!act) return;
  event.preventDefault();
  event.stopPropagation();
  act(builder, event);
}

// Anywhere on the page.
export function actOnPageKey(builder: Builder, event: KeyboardEvent): void {
  const { wishes, session } = builder;
  const isTyping =
    event.target instanceof Element && event.target.closest('input, textarea, select') !== null;
  const key = event.key.toLowerCase();
  if (!event.ctrlKey && !event.metaKey) {
    if (key !== '?' || isTyping || !session.singleKeys.value || session.dialog.value) return;
    session.dialog.value = 'keys';
  } else if (key === 'k') session.dialog.value = 'palette';
  else if (key === 's') tellSaved(builder);
  else if (key === 'z' && !isTyping) void (event.shiftKey ? wishes.redo() : wishes.undo());
  else return;
  event.preventDefault();
}
