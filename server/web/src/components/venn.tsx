// Two sets as circles, in proportion to their codes. Each part is a button.
import { circlesFor, partsOf } from '../engine/venn.ts';
import { choose, chosen, type Region, type Side } from '../stores/comparison.ts';
import { regionSentence, sidesTitle } from '../words/compare.ts';
import { number } from '../words.ts';

const radius = 110;
const margin = 34; // for letters, and counts that do not fit
const leastRoom = 46; // of a part that holds its count

// Of the row through the centres, from left to right.
type Part = { letters: string; from: number; to: number; path: string };

type LetterProps = { letter: string; x: number; radius: number; side: 1 | -1; isInside: boolean };

function Letter({ letter, x, radius: own, side, isInside }: LetterProps) {
  const anchor = isInside ? 'middle' : side < 0 ? 'end' : 'start';
  const aside = isInside ? 0 : side * own * 0.72;
  const y = isInside ? 24 - own : -own * 0.72 - 8;
  return (
    <text
      class={isInside && chosen.value === 'AB' ? 'venn-letter is-over' : 'venn-letter'}
      x={x + aside}
      y={y}
      text-anchor={anchor}
    >
      {letter}
    </text>
  );
}

// Around the part that has the focus, above its neighbours: amber within ink.
function Ring({ style, path }: { style: string; path: string }) {
  return (
    <g class={`venn-ring ${style}`}>
      <path class="ring-edge" d={path} />
      <path class="ring-inside" d={path} />
    </g>
  );
}

type PartProps = { part: Part; region: Region; height: number };

function VennPart({ part, region, height }: PartProps) {
  const { letters, from, to, path } = part;
  const middle = (from + to) / 2;
  const fits = to - from >= leastRoom;
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no buttons of its own
    <g
      class={`venn-part part-${letters.toLowerCase()}`}
      role="button"
      tabindex={0}
      aria-pressed={chosen.value === letters}
      aria-label={regionSentence(region.codesCount, region.words)}
      onClick={() => choose(letters)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose(letters);
      }}
    >
      <path d={path} />
      {!fits && <line x1={middle} x2={middle} y1={4} y2={height + 12} />}
      <text
        class={fits ? '' : 'outside'}
        x={middle}
        y={fits ? 5 : height + 27}
        text-anchor="middle"
      >
        {number(region.codesCount)}
      </text>
    </g>
  );
}

export function Venn({ sides, regions }: { sides: Side[]; regions: Region[] }) {
  const countOf = (letters: string) =>
    regions.find((region) => region.letters === letters)?.codesCount ?? 0;
  const shared = countOf('AB');
  const circles = circlesFor(
    { left: countOf('A') + shared, right: countOf('B') + shared, shared },
    radius,
  );
  const { left, right, distance } = circles;
  const paths = partsOf(circles);
  // The left circle's centre is at 0; a smaller circle inside a larger one touches its right side.
  const [begin, end] = [Math.min(-left, distance - right), Math.max(left, distance + right)];
  const height = Math.max(left, right);
  // A circle within the other has its letter inside.
  const isWithin = (own: number, other: number) => shared > 0 && own + distance <= other + 0.5;
  const parts: Part[] = [
    { letters: 'A', from: -left, to: Math.min(left, distance - right), path: paths.left },
    { letters: 'B', from: Math.max(left, distance - right), to: end, path: paths.right },
    {
      letters: 'AB',
      from: Math.max(-left, distance - right),
      to: Math.min(left, distance + right),
      path: paths.shared,
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
      aria-label={sidesTitle(sides)}
    >
      {parts.map((part) => {
        const region = regions.find((one) => one.letters === part.letters);
        return (
          region && <VennPart key={part.letters} part={part} region={region} height={height} />
        );
      })}
      <circle class="venn-line" cx="0" cy="0" r={left} />
      <circle class="venn-line" cx={distance} cy="0" r={right} />
      {parts.map(({ letters, path }) => (
        <Ring key={letters} style={`ring-${letters.toLowerCase()}`} path={path} />
      ))}
      <Letter letter="A" x={0} radius={left} side={-1} isInside={isWithin(left, right)} />
      <Letter letter="B" x={distance} radius={right} side={1} isInside={isWithin(right, left)} />
    </svg>
  );
}
