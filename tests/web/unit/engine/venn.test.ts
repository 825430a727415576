import { expect, test } from 'vitest';
import { circlesFor, partsOf, sharedArea } from '../../../../server/web/src/engine/venn.ts';

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

// The area within outlines that consist of two arcs each; a hole in another counts less.
function pathArea(path: string): number {
  const outlines = path.split('Z').filter(Boolean);
  const areas = outlines.map((outline) => {
    const [x0 = 0, y0 = 0] = (outline.match(/M(\S+) ([^A]+)/) ?? []).slice(1).map(Number);
    let [x, y, area] = [x0, y0, 0];
    for (const [, arc = ''] of outline.matchAll(/A([^A]+)/g)) {
      const [r = 0, , , isLong = 0, sweep = 0, toX = 0, toY = 0] = arc.split(' ').map(Number);
      const chord = Math.hypot(toX - x, toY - y);
      const short = 2 * Math.asin(Math.min(1, chord / (2 * r)));
      const angle = isLong ? 2 * Math.PI - short : short;
      area += ((sweep ? 1 : -1) * r * r * (angle - Math.sin(angle))) / 2;
      [x, y] = [toX, toY];
    }
    return Math.abs(area);
  });
  return areas.reduce((sum, area, at) => (at === 0 ? area : sum - area), 0);
}

test.each([
  { left: 100, right: 80, shared: 30 },
  { left: 40, right: 100, shared: 35 },
  { left: 100, right: 30, shared: 29 },
  { left: 100, right: 30, shared: 30 },
  { left: 20, right: 100, shared: 20 },
  { left: 10, right: 10, shared: 0 },
])('the parts of $left and $right with $shared shared have their areas', (counts) => {
  const parts = partsOf(circlesFor(counts, 110));
  const one = (Math.PI * 110 * 110) / Math.max(counts.left, counts.right);
  expect(pathArea(parts.left) / one).toBeCloseTo(counts.left - counts.shared, 4);
  expect(pathArea(parts.right) / one).toBeCloseTo(counts.right - counts.shared, 4);
  expect(pathArea(parts.shared) / one).toBeCloseTo(counts.shared, 4);
});
