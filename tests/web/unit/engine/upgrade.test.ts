import { expect, test } from 'vitest';
import {
  groupOf,
  isOpen,
  suggestionFor,
  type UpgradedCode,
  type UpgradeState,
  updatesOf,
} from '../../../../server/web/src/engine/upgrade.ts';

function code(given: Partial<UpgradedCode>): UpgradedCode {
  return { code: '1', term: 'One', changes: [], status_before: '+', status_after: '+', ...given };
}

function state(
  statuses: Record<string, string>,
  { waiting = [], decided = [] }: { waiting?: string[]; decided?: string[] } = {},
): UpgradeState {
  return {
    statuses: new Map(Object.entries(statuses)),
    waiting: new Set(waiting),
    decided: new Set(decided),
  };
}

const successor = { relation: 'REPLACED BY', code: '2', term: 'Two', active: true };
const retired = code({ changes: ['inactive'], successors: [successor] });

test('a code is in one group', () => {
  expect(groupOf(code({ status_before: null, changes: ['newly_matched'] }))).toBe('new');
  expect(groupOf(code({ changes: ['inactive', 'renamed'] }))).toBe('gone');
  expect(groupOf(code({ changes: ['removed'] }))).toBe('gone');
  expect(groupOf(code({ changes: ['moved', 'no_longer_matched'] }))).toBe('changed');
});

test('open is what is undecided, in conflict or assumed, in any group', () => {
  const renamed = code({ changes: ['renamed'] });
  expect(isOpen(renamed, state({ 1: '(+)' }))).toBe(false);
  expect(isOpen(renamed, state({ 1: '(+)' }, { waiting: ['1'] }))).toBe(true);
  expect(isOpen(renamed, state({ 1: '!' }))).toBe(true);
  expect(isOpen(code({ changes: ['inactive'] }), state({ 1: '?' }))).toBe(true);
  expect(isOpen(renamed, state({}))).toBe(false); // no longer in the draft
});

test('a retired code that is included stays open until somebody decides', () => {
  expect(isOpen(retired, state({ 1: '+' }))).toBe(true);
  expect(isOpen(retired, state({ 1: '+' }, { decided: ['1'] }))).toBe(false);
  expect(isOpen(retired, state({ 1: '-' }))).toBe(false);
  expect(isOpen(retired, state({ 1: '+', 2: '(+)' }))).toBe(false);
  const followed = code({
    changes: ['inactive'],
    successors: [{ ...successor, active: false }],
  });
  expect(isOpen(followed, state({ 1: '+', 2: '+' }))).toBe(true);
});

test('a tick confirms, takes the successor beside the old code, keeps, or leaves out', () => {
  const taken = suggestionFor(retired, state({ 1: '?' }));
  expect(taken).toEqual({ kind: 'successor', successor });
  expect(taken && updatesOf(retired, taken)).toEqual([
    ['2', '+'],
    ['1', '+'],
  ]);
  const alone = code({ changes: ['removed'] });
  const kept = suggestionFor(alone, state({ 1: '?' }));
  expect(kept && updatesOf(alone, kept)).toEqual([['1', '+']]);
  const out = code({ changes: ['inactive'], status_before: '(-)', successors: [successor] });
  const left = suggestionFor(out, state({ 1: '?' }));
  expect(left && updatesOf(out, left)).toEqual([['1', '-']]);
  expect(suggestionFor(code({}), state({ 1: '(+)' }, { waiting: ['1'] }))?.kind).toBe('confirm');
  expect(suggestionFor(code({ status_before: null }), state({ 1: '?' }))).toBe(null);
});
