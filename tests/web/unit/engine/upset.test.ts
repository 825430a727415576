import { expect, test } from 'vitest';
import { columnsOf } from '../../../../server/web/src/engine/upset.ts';

test('the highest bar fills its room, and the least is still seen', () => {
  const { heightOf } = columnsOf([10_000, 500, 1]);
  expect(heightOf(10_000, 150)).toBe(150);
  expect(heightOf(500, 150)).toBe(7.5);
  expect(heightOf(1, 150)).toBe(2);
});

test('columns are wide if there are few of them, and never too narrow for their number', () => {
  expect(columnsOf([3, 2, 1]).width).toBe(84);
  expect(columnsOf(Array.from({ length: 20 }, () => 1)).width).toBe(45);
  expect(columnsOf([]).count).toBe(0);
});
