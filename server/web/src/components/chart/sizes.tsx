// The size of a codelist over its versions: a step for each, a mark where the release is another.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { VersionSize } from '../../api/version-api.ts';
import { sizes as words } from '../../words/version.ts';
import { day, number } from '../../words.ts';
import { Figure } from './figure.tsx';

const height = 132;
const above = 22; // for the numbers
const below = 20; // for the days
const labelPx = 56;
const leastShare = 0.6; // small changes of a large list are seen

type Point = { x: number; y: number; size: VersionSize; isNewRelease: boolean };

// The lowest value at the foot of the picture: 0, unless all sizes are far from it.
function footOf(counts: number[]): number {
  const least = Math.min(...counts);
  return least > leastShare * Math.max(...counts) ? least * leastShare : 0;
}

function pointsOf(sizes: VersionSize[], width: number): Point[] {
  const times = sizes.map((size) => Date.parse(size.created_at));
  const first = times[0] ?? 0;
  const span = Math.max(1, (times.at(-1) ?? 0) - first);
  const counts = sizes.map((size) => size.included_count);
  const foot = footOf(counts);
  const most = Math.max(...counts, foot + 1);
  return sizes.map((size, at) => ({
    x: (((times[at] ?? first) - first) / span) * (width - labelPx) + 4,
    y: above + (1 - (size.included_count - foot) / (most - foot)) * (height - above - below),
    size,
    isNewRelease: at > 0 && sizes[at - 1]?.release !== size.release,
  }));
}

function steps(points: Point[], width: number): string {
  const [first] = points;
  if (!first) return '';
  const rest = points.slice(1).map(({ x, y }) => `H${x}V${y}`);
  return `M${first.x} ${first.y}${rest.join('')}H${width}`;
}

// Numbers that would run into the one before are left out; the last one stays.
function labelled(points: Point[]): Set<Point> {
  const shown = new Set<Point>();
  let free = Number.POSITIVE_INFINITY;
  for (const point of [...points].reverse()) {
    if (point.x + labelPx > free) continue;
    shown.add(point);
    free = point.x;
  }
  return shown;
}

function Steps({ sizes, name }: { sizes: VersionSize[]; name: string }) {
  const element = useRef<HTMLDivElement>(null);
  const width = useSignal(600);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const watcher = new ResizeObserver(() => {
      width.value = Math.max(200, current.clientWidth);
    });
    watcher.observe(current);
    return () => watcher.disconnect();
  }, []);
  const points = pointsOf(sizes, width.value);
  const line = steps(points, width.value);
  const foot = height - below;
  const shown = labelled(points);
  return (
    <div ref={element}>
      <svg class="sizes" width="100%" height={height} role="img" aria-label={name}>
        <path class="sizes-area" d={`${line}V${foot}H${points[0]?.x ?? 0}Z`} />
        <line class="sizes-foot" x1="0" x2={width.value} y1={foot} y2={foot} />
        {points.map((point) => (
          <g key={point.size.hash}>
            {point.isNewRelease && (
              <line class="sizes-release" x1={point.x} x2={point.x} y1={above - 8} y2={foot} />
            )}
            {shown.has(point) && (
              <text class="sizes-number" x={point.x} y={point.y - 7}>
                {number(point.size.included_count)}
              </text>
            )}
          </g>
        ))}
        <path class="sizes-line" d={line} />
        {points.map((point) => (
          <circle key={point.size.hash} class="sizes-version" cx={point.x} cy={point.y} r="3.5" />
        ))}
        <text class="sizes-day" x="0" y={height - 4}>
          {day(sizes[0]?.created_at ?? '')}
        </text>
        <text class="sizes-day" x={width.value} y={height - 4} text-anchor="end">
          {day(sizes.at(-1)?.created_at ?? '')}
        </text>
      </svg>
    </div>
  );
}

export function SizesFigure({ sizes }: { sizes: VersionSize[] }) {
  const first = sizes[0];
  const last = sizes.at(-1);
  if (!first || !last) return null;
  const finding = words.finding(
    first.included_count,
    day(first.created_at),
    last.included_count,
    day(last.created_at),
  );
  const hasNewRelease = sizes.some((size) => size.release !== first.release);
  return (
    <Figure
      name={words.name}
      finding={finding}
      titles={[words.version, words.day, words.release, words.codes]}
      rows={sizes.map((size) => [
        size.tag ?? size.hash,
        day(size.created_at),
        size.release,
        size.included_count,
      ])}
    >
      <Steps sizes={sizes} name={finding} />
      {hasNewRelease && (
        <p class="hint picture-key">
          <svg width="10" height="14" aria-hidden="true">
            <line class="sizes-release" x1="5" x2="5" y1="0" y2="14" />
          </svg>
          {words.newRelease}
        </p>
      )}
    </Figure>
  );
}
