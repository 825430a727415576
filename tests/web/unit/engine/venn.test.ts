import { expect, test } from 'vitest';
import { circlesFor, sharedArea } from '../../../../server/web/src/engine/venn.ts';

const areaOf = (radius: number) => Math.PI * radius * radius;

test('areas are in proportion to counts, the shared one too', () => {
  for (const counts of [
    { left: 100, right: 80, shared: 30 },
    { left: 16, right: 15, shared: 14 },
    { left: 3, right: 90_000, shared: 1 },
    { left: 7, right: 7, shared: 6 },
  ]) {
    const circles = circlesFor(counts, 100);
    const one = areaOf(100) / Math.max(counts.left, counts.right);
    expect(areaOf(circles.left) / one).toBeCloseTo(counts.left, 6);
    expect(areaOf(circles.right) / one).toBeCloseTo(counts.right, 6);
    expect(sharedArea(circles) / one).toBeCloseTo(counts.shared, 3);
  }
});

test('a set inside another is a circle inside another; sets that share nothing stay apart', () => {
  const nested = circlesFor({ left: 100, right: 25, shared: 25 }, 100);
  expect(nested.distance + nested.right).toBeCloseTo(nested.left);
  const equal = circlesFor({ left: 9, right: 9, shared: 9 }, 100);
  expect(equal).toEqual({ left: 100, right: 100, distance: 0 });
  const apart = circlesFor({ left: 4, right: 4, shared: 0 }, 100);
  expect(apart.distance).toBeGreaterThan(apart.left + apart.right);
  expect(circlesFor({ left: 0, right: 0, shared: 0 }, 100).left).toBe(0);
});
