// One step for many codes: the decisions that give all codes of a scope a sign.
import { compare, type Decision, type Sign, type Statuses, status } from './statuses.ts';
import { type Tree, withDescendants } from './tree.ts';

export type Scope = { codes: readonly number[]; sign: Sign; keepDecisions: boolean };

function hasSign(own: number, sign: Sign): boolean {
  if (sign === '+') return own === status.included || own === status.includedAbove;
  return own === status.excluded || own === status.excludedAbove;
}

// The scope's codes, parents before children.
function inOrder(tree: Tree, codes: readonly number[]): number[] {
  return [...new Set(codes)].sort(
    (left, right) => (tree.rank[left] as number) - (tree.rank[right] as number),
  );
}

// Decides as few codes as possible: the ones that do not follow from a decision above them.
export function decisionsFor(
  statuses: Statuses,
  { codes, sign, keepDecisions }: Scope,
): Decision[] {
  const ordered = inOrder(statuses.tree, codes);
  if (sign === '?') {
    return ordered.filter((code) => statuses.signOf(code) !== '?').map((code) => [code, '?']);
  }
  const before = statuses.bytes.slice();
  const decisions: Decision[] = [];
  for (const code of ordered) {
    const own = statuses.signOf(code);
    if (own === sign || hasSign(statuses.bytes[code] as number, sign)) continue;
    if (own !== '?' && keepDecisions) continue;
    decisions.push([code, sign]);
    statuses.apply([[code, sign]]);
  }
  statuses.load(before);
  return decisions;
}

// All codes below these, and these. Overriding clears the decisions that say otherwise below them.
export function decisionsBelow(
  statuses: Statuses,
  { codes, sign, keepDecisions }: Scope,
): Decision[] {
  const decisions = decisionsFor(statuses, { codes, sign, keepDecisions });
  if (keepDecisions) return decisions;
  const decided = new Set(decisions.map(([code]) => code));
  for (const code of withDescendants(statuses.tree, codes)) {
    const own = statuses.signOf(code);
    if (own === '?' || own === sign || decided.has(code)) continue;
    decisions.push([code, '?']);
  }
  return decisions;
}

// Decisions that change nothing but their own mark: without them, all codes keep their sides.
export function idleDecisions(statuses: Statuses): Decision[] {
  const before = statuses.bytes.slice();
  const idle: Decision[] = [];
  for (const code of statuses.tree.order) {
    const sign = statuses.signOf(code);
    if (sign === '?') continue;
    const touched = statuses.apply([[code, '?']]);
    const { changed } = compare(touched, statuses.bytes);
    if (changed === 1 && hasSign(statuses.bytes[code] as number, sign)) idle.push([code, '?']);
    else statuses.apply([[code, sign]]);
  }
  statuses.load(before);
  return idle;
}
