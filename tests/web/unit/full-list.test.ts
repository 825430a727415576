// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { addressOf, questionFrom } from '../../../server/web/src/full-list/address.ts';

const props = {
  hash: 'abcd1234',
  isTable: false,
  usualSort: 'term',
  columns: [],
  counts: [0, 0, 3, 4, 1, 1],
  types: [],
  history: '/codelist/user/alice/asthma/-/history/',
  firstRow: 0,
};

test('the address keeps what is asked, and leaves out what is usual', () => {
  history.replaceState(null, '', '/codelist/a/b/c/');
  const usual = questionFrom('', props);
  expect(usual).toEqual({ text: '', show: 'included', type: '', sort: '' });
  expect(addressOf(usual, props)).toBe('/codelist/a/b/c/#full-list');
  const asked = { text: 'a & b', show: 'all', type: 'Finding', sort: 'code' };
  const address = addressOf(asked, props);
  expect(questionFrom(new URL(address, 'http://x').search, props)).toEqual(asked);
  expect(addressOf({ ...usual, sort: 'term' }, props)).toBe('/codelist/a/b/c/#full-list');
});

test('what nobody can mean is not taken from an address', () => {
  expect(questionFrom('?show=x&sort=uses', props)).toEqual(questionFrom('', props));
  expect(questionFrom('', { ...props, isTable: true }).show).toBe('all');
});
