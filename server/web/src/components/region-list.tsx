// The regions as sentences with bars: beside a picture of two sets, and on narrow screens.
import { shownRegionsMax } from '../engine/upset.ts';
import { choose, chosen, type Region } from '../stores/comparison.ts';
import { regionSentence } from '../words/compare.ts';

export function RegionList({ regions }: { regions: Region[] }) {
  const most = Math.max(1, ...regions.map(({ codesCount }) => codesCount));
  return (
    <ul class="region-list">
      {regions.slice(0, shownRegionsMax).map(({ letters, words, codesCount }) => (
        <li key={letters}>
          <button
            type="button"
            class="region-button"
            aria-pressed={chosen.value === letters}
            onClick={() => choose(letters)}
          >
            <span>{regionSentence(codesCount, words)}</span>
            <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
              <rect width={Math.max(1, (codesCount / most) * 100)} height="8" rx="1" />
            </svg>
          </button>
        </li>
      ))}
    </ul>
  );
}
