// Numbers of codes by type: excluded to the left, included to the right. Each bar shows its codes
// in the list.
import { type Counts, excludedOf, includedOf } from '../../api/counts.ts';
import type { TypeCounts } from '../../api/version-api.ts';
import { composition as words } from '../../words/version.ts';
import { number } from '../../words.ts';
import { goTo, isPlainClick } from '../links.ts';
import { Figure } from './figure.tsx';

const barsMax = 12;

export type Bar = { title: string; included: number; excluded: number; types: string[] };

function barOf({ title, counts }: { title: string; counts: Counts }): Bar {
  return {
    title,
    included: includedOf(counts),
    excluded: excludedOf(counts),
    types: [title],
  };
}

// The largest types, and all others as one bar.
export function barsOf(types: TypeCounts[]): Bar[] {
  const all = types.map(barOf);
  if (all.length <= barsMax) return all;
  const others = all.slice(barsMax - 1);
  return [
    ...all.slice(0, barsMax - 1),
    {
      title: words.others(others.length),
      included: others.reduce((sum, bar) => sum + bar.included, 0),
      excluded: others.reduce((sum, bar) => sum + bar.excluded, 0),
      types: others.flatMap((bar) => bar.types),
    },
  ];
}

function Half({ count, most, side }: { count: number; most: number; side: string }) {
  return (
    <span class={`half half-${side}`} style={{ '--share': count / most }}>
      <svg class="half-bar" preserveAspectRatio="none" viewBox="0 0 1 1" aria-hidden="true">
        {count > 0 && <rect width="1" height="1" />}
      </svg>
      {count > 0 && (
        <span>
          {number(count)}
          <span class="visually-hidden"> {side}</span>
        </span>
      )}
    </span>
  );
}

type Props = { types: TypeCounts[]; addressOf: (type: string) => string };

function BarRow({ bar, most, addressOf }: { bar: Bar; most: number } & Omit<Props, 'types'>) {
  const content = (
    <>
      <span class="bar-title">{bar.title}</span>
      <Half count={bar.excluded} most={most} side="excluded" />
      <Half count={bar.included} most={most} side="included" />
    </>
  );
  const [type] = bar.types;
  if (bar.types.length !== 1 || type === undefined) return <li class="bar-row">{content}</li>;
  const address = addressOf(type);
  return (
    <li>
      <a
        class="bar-row"
        href={address}
        onClick={(event) => {
          if (!isPlainClick(event)) return;
          event.preventDefault();
          goTo(address);
        }}
      >
        {content}
      </a>
    </li>
  );
}

export function CompositionFigure({ types, addressOf }: Props) {
  const bars = barsOf(types);
  const most = Math.max(...bars.map((bar) => Math.max(bar.included, bar.excluded)), 1);
  const byIncluded = types.map(barOf).sort((left, right) => right.included - left.included);
  const included = byIncluded.reduce((sum, bar) => sum + bar.included, 0);
  const hasExcluded = bars.some((bar) => bar.excluded > 0);
  return (
    <Figure
      name={words.name}
      finding={words.finding(byIncluded, included)}
      titles={[words.type, words.included, words.excluded]}
      rows={types.map(barOf).map((bar) => [bar.title, bar.included, bar.excluded])}
    >
      <ul class={hasExcluded ? 'bars' : 'bars bars-one-sided'}>
        {bars.map((bar) => (
          <BarRow key={bar.title} bar={bar} most={most} addressOf={addressOf} />
        ))}
      </ul>
    </Figure>
  );
}
