// The picture of a comparison. The server's table stays below it, for those who ask.
import { render } from 'preact';
import { RegionList } from '../components/region-list.tsx';
import { UpsetChart } from '../components/upset-chart.tsx';
import { Venn } from '../components/venn.tsx';
import { type ComparisonProps, chosen, type Region } from '../stores/comparison.ts';
import { regionSentence, seeCodes } from '../words/compare.ts';

const fewRegions = 6; // leave room for their sentences beside the picture

function styleOf({ sides, regions }: ComparisonProps): string {
  if (sides.length === 2) return 'pictured-pair';
  return regions.length <= fewRegions ? 'pictured-few' : 'pictured-many';
}

// The rows are further down: what was chosen is said, and leads there.
function Chosen({ regions }: { regions: Region[] }) {
  const region = regions.find(({ letters }) => letters === chosen.value);
  return (
    <p class={region ? 'region-chosen' : 'visually-hidden'} role="status">
      {region && (
        <>
          {regionSentence(region.codesCount, region.words)}. <a href="#region-rows">{seeCodes}</a>
        </>
      )}
    </p>
  );
}

function Picture({ sides, regions }: ComparisonProps) {
  if (regions.length === 0) return null;
  return (
    <>
      <div class={styleOf({ sides, regions })}>
        {sides.length === 2 ? (
          <Venn sides={sides} regions={regions} />
        ) : (
          <UpsetChart sides={sides} regions={regions} />
        )}
        <RegionList regions={regions} />
      </div>
      <Chosen regions={regions} />
    </>
  );
}

export function mount(element: HTMLElement, props: ComparisonProps): void {
  const place = element.querySelector<HTMLElement>('.overlap-picture');
  const table = element.querySelector('details');
  if (!place || props.regions.length === 0) return;
  render(<Picture {...props} />, place);
  place.hidden = false;
  if (table) table.open = false;
}
