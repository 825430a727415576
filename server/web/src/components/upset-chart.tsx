// Three to eight sets: a column for each region, its bar above and its sets below. Each column is a
// button; arrows and Page Up and Page Down move between them.
import { useSignal } from '@preact/signals';
import { type Columns, columnsOf, shownRegionsMax } from '../engine/upset.ts';
import { choose, chosen, type Region, type Side } from '../stores/comparison.ts';
import { chartName, othersSentence, regionSentence, setTitle } from '../words/compare.ts';
import { number } from '../words.ts';

const rowHeight = 28;
const barsHeight = 168;
const labelsWidth = 236;
const setBarWidth = 120;
const dot = 6;

type ColumnProps = {
  region: Region;
  sides: Side[];
  shape: Columns;
  place: number;
  isFocused: boolean;
  focus: (place: number) => void;
};

function Column({ region, sides, shape, place, isFocused, focus }: ColumnProps) {
  const x = labelsWidth + place * shape.width;
  const middle = x + shape.width / 2;
  const height = shape.heightOf(region.codesCount, barsHeight - 24);
  const has = sides.map(({ letter }) => region.letters.includes(letter));
  const yOf = (side: number) => barsHeight + 12 + side * rowHeight + rowHeight / 2;
  const move: Record<string, number> = {
    ArrowRight: place + 1,
    PageDown: place + 1,
    ArrowLeft: place - 1,
    PageUp: place - 1,
    Home: 0,
    End: shape.count - 1,
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no buttons of its own
    <g
      class="upset-column"
      role="button"
      tabindex={isFocused ? 0 : -1}
      data-place={place}
      aria-pressed={chosen.value === region.letters}
      aria-label={regionSentence(region.codesCount, region.words)}
      onClick={() => choose(region.letters)}
      onFocus={() => focus(place)}
      onKeyDown={(event) => {
        const to = move[event.key];
        if (to !== undefined) {
          event.preventDefault();
          const next = Math.max(0, Math.min(shape.count - 1, to));
          const chart = event.currentTarget.parentElement;
          chart?.querySelector<SVGGElement>(`[data-place="${next}"]`)?.focus();
        } else if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          choose(region.letters);
        }
      }}
    >
      {['column-ground', 'ring-edge', 'ring-inside'].map((style) => (
        <rect
          key={style}
          class={style}
          x={x + 3}
          y="3"
          width={shape.width - 6}
          height={yOf(sides.length - 1) + 15}
          rx="6"
        />
      ))}
      <rect
        class="column-bar"
        x={middle - shape.barWidth / 2}
        y={barsHeight - height}
        width={shape.barWidth}
        height={height}
        rx="2"
      />
      <text class="column-count" x={middle} y={barsHeight - height - 7} text-anchor="middle">
        {number(region.codesCount)}
      </text>
      <line
        class="column-link"
        x1={middle}
        x2={middle}
        y1={yOf(has.indexOf(true))}
        y2={yOf(has.lastIndexOf(true))}
      />
      {has.map((isIn, side) => (
        <circle
          key={sides[side]?.letter}
          class={isIn ? 'dot-in' : 'dot-out'}
          cx={middle}
          cy={yOf(side)}
          r={isIn ? dot : dot - 1.5}
        />
      ))}
    </g>
  );
}

export function UpsetChart({ sides, regions }: { sides: Side[]; regions: Region[] }) {
  const focused = useSignal(0);
  const shown = regions.slice(0, shownRegionsMax);
  const rest = regions.slice(shownRegionsMax);
  const shape = columnsOf(shown.map(({ codesCount }) => codesCount));
  const width = labelsWidth + shape.count * shape.width + 8;
  const height = barsHeight + 20 + sides.length * rowHeight;
  const most = Math.max(1, ...sides.map(({ codesCount }) => codesCount));
  return (
    <div class="upset scroll-x">
      {/* biome-ignore lint/a11y/useSemanticElements: a group of SVG's own buttons */}
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-label={chartName}
      >
        {sides.map(({ letter, name, codesCount }, side) => {
          const y = barsHeight + 12 + side * rowHeight;
          const bar = (codesCount / most) * setBarWidth;
          return (
            <g key={letter}>
              {side % 2 === 0 && (
                <rect class="set-ground" x="0" y={y} width={width} height={rowHeight} rx="4" />
              )}
              <title>{setTitle(letter, name, codesCount)}</title>
              <text class="set-letter" x="8" y={y + 19}>
                {letter}
              </text>
              <rect
                class="set-bar"
                x={labelsWidth - 12 - bar}
                y={y + 7}
                width={bar}
                height={rowHeight - 14}
                rx="2"
              />
              <text
                class="set-count"
                x={labelsWidth - 20 - setBarWidth}
                y={y + 19}
                text-anchor="end"
              >
                {number(codesCount)}
              </text>
            </g>
          );
        })}
        {shown.map((region, place) => (
          <Column
            key={region.letters}
            region={region}
            sides={sides}
            shape={shape}
            place={place}
            isFocused={place === focused.value}
            focus={(to) => {
              focused.value = to;
            }}
          />
        ))}
      </svg>
      {rest.length > 0 && (
        <p class="hint">
          {othersSentence(
            rest.length,
            rest.reduce((sum, { codesCount }) => sum + codesCount, 0),
          )}
        </p>
      )}
    </div>
  );
}
