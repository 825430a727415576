// The codes of the region that is chosen in the picture. Before that, the server's rows stay.
import { effect, useSignal } from '@preact/signals';
import { render } from 'preact';
import { useEffect } from 'preact/hooks';
import { Client } from '../api/client.ts';
import { type RegionRows, readRegion } from '../api/comparison-api.ts';
import { sentenceOf } from '../api/problem.ts';
import { type ComparisonProps, chosen, type Region, shownByServer } from '../stores/comparison.ts';
import * as words from '../words/compare.ts';
import { codes } from '../words.ts';

const rowsAtOnce = 200;

type RegionProps = { props: ComparisonProps; region: Region };

function csvPath({ sides }: ComparisonProps, letters: string): string {
  const query = new URLSearchParams(sides.map(({ of }): [string, string] => ['of', of]));
  query.set('region', letters);
  return `/compare/download.csv?${query}`;
}

function RegionTable({ props, region }: RegionProps) {
  const rows = useSignal<RegionRows['rows']>([]);
  const problem = useSignal('');
  const isReading = useSignal(true);
  const read = async (before: RegionRows['rows']) => {
    isReading.value = true;
    const answer = await readRegion(new Client(), {
      of: props.sides.map(({ of }) => of),
      region: [...region.letters].map((letter) =>
        props.sides.findIndex((side) => side.letter === letter),
      ),
      offset: before.length,
      limit: rowsAtOnce,
    });
    isReading.value = false;
    if (answer.ok) rows.value = [...before, ...answer.data.rows];
    problem.value = answer.ok ? '' : sentenceOf(answer.problem);
  };
  useEffect(() => {
    void read([]);
  }, []);
  const left = region.codesCount - rows.value.length;
  return (
    <section class="part" aria-labelledby="region-chosen">
      <div class="heading-row">
        <h2 id="region-chosen">{words.regionTitle(region.words)}</h2>
        <p class="hint">
          {codes(region.codesCount)} ·{' '}
          <a href={csvPath(props, region.letters)}>{words.csvOfThese}</a>
        </p>
      </div>
      {problem.value && (
        <div class="problems" role="alert">
          {problem.value}{' '}
          <button type="button" class="secondary" onClick={() => void read(rows.value)}>
            {words.tryAgain}
          </button>
        </div>
      )}
      <div class="scroll-x">
        <table class="codes">
          <thead>
            <tr>
              <th scope="col">{words.code}</th>
              <th scope="col">{words.term}</th>
            </tr>
          </thead>
          <tbody>
            {rows.value.map(([code, term]) => (
              <tr key={code}>
                <td class="mono">{code}</td>
                <td>{term}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {left > 0 && (
        <button
          type="button"
          class="secondary"
          disabled={isReading.value}
          onClick={() => void read(rows.value)}
        >
          {isReading.value ? words.reading : words.moreRows(Math.min(left, rowsAtOnce))}
        </button>
      )}
    </section>
  );
}

export function mount(element: HTMLElement, props: ComparisonProps): void {
  const own = [...element.childNodes];
  let shown = shownByServer; // another may have been chosen before this island came near
  effect(() => {
    const { value: letters } = chosen;
    if (letters === shown) return;
    shown = letters;
    const region = props.regions.find((one) => one.letters === letters);
    render(null, element);
    if (region) {
      element.replaceChildren();
      render(<RegionTable key={region.letters} props={props} region={region} />, element);
    } else {
      element.replaceChildren(...own);
    }
  });
}
