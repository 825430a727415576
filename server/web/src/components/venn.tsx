// Two sets as circles, in proportion to their codes. Each part is a button.
import { circlesFor } from '../engine/venn.ts';
import { choose, chosen, type Region, type Side } from '../stores/comparison.ts';
import { regionSentence } from '../words/compare.ts';
import { number } from '../words.ts';

const radius = 110;
const margin = 34; // for letters, and counts that do not fit
const leastRoom = 46; // of a part that holds its count

type Part = { letters: string; from: number; to: number; path: string };

const circle = (x: number, r: number) =>
  `M${x - r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;

type LetterProps = { letter: string; x: number; radius: number; side: 1 | -1; isInside: boolean };

function Letter({ letter, x, radius: own, side, isInside }: LetterProps) {
  const anchor = isInside ? 'middle' : side < 0 ? 'end' : 'start';
  const aside = isInside ? 0 : side * own * 0.72;
  const y = isInside ? 24 - own : -own * 0.72 - 8;
  return (
    <text class="venn-letter" x={x + aside} y={y} text-anchor={anchor}>
      {letter}
    </text>
  );
}

export function Venn({ sides, regions }: { sides: Side[]; regions: Region[] }) {
  const countOf = (letters: string) =>
    regions.find((region) => region.letters === letters)?.codesCount ?? 0;
  const shared = countOf('AB');
  const { left, right, distance } = circlesFor(
    { left: countOf('A') + shared, right: countOf('B') + shared, shared },
    radius,
  );
  // The left circle's centre is at 0; a smaller circle inside a larger one touches its right side.
  const [begin, end] = [Math.min(-left, distance - right), Math.max(left, distance + right)];
  const height = Math.max(left, right);
  // A circle within the other has its letter inside.
  const isWithin = (own: number, other: number) => shared > 0 && own + distance <= other + 0.5;
  const outlines = circle(0, left);
  const other = circle(distance, right);
  const parts: Part[] = [
    { letters: 'A', from: -left, to: Math.min(left, distance - right), path: outlines },
    { letters: 'B', from: Math.max(left, distance - right), to: distance + right, path: other },
    {
      letters: 'AB',
      from: Math.max(-left, distance - right),
      to: Math.min(left, distance + right),
      path: '',
    },
  ];
  const width = end - begin + 2 * margin;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of SVG's own buttons
    <svg
      class="venn"
      viewBox={`${begin - margin} ${-height - margin} ${width} ${2 * (height + margin)}`}
      width={width}
      height={2 * (height + margin)}
      role="group"
      aria-label={sides.map(({ letter, name }) => `${letter}: ${name}`).join(', ')}
    >
      <defs>
        <clipPath id="venn-a">
          <path d={outlines} />
        </clipPath>
      </defs>
      {parts.map(({ letters, from, to, path }) => {
        const count = countOf(letters);
        const region = regions.find((one) => one.letters === letters);
        if (!region) return null;
        const middle = (from + to) / 2;
        const fits = to - from >= leastRoom;
        return (
          // biome-ignore lint/a11y/useSemanticElements: SVG has no buttons of its own
          <g
            key={letters}
            class={`venn-part part-${letters.toLowerCase()}`}
            role="button"
            tabIndex={0}
            aria-pressed={chosen.value === letters}
            aria-label={regionSentence(count, region.words)}
            onClick={() => choose(letters)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' && event.key !== ' ') return;
              event.preventDefault();
              choose(letters);
            }}
          >
            {letters === 'AB' ? <path d={other} clip-path="url(#venn-a)" /> : <path d={path} />}
            {!fits && <line x1={middle} x2={middle} y1={4} y2={height + 12} />}
            <text x={middle} y={fits ? 5 : height + 27} text-anchor="middle">
              {number(count)}
            </text>
          </g>
        );
      })}
      <path class="venn-line" d={outlines} />
      <path class="venn-line" d={other} />
      <Letter letter="A" x={0} radius={left} side={-1} isInside={isWithin(left, right)} />
      <Letter letter="B" x={distance} radius={right} side={1} isInside={isWithin(right, left)} />
    </svg>
  );
}
