// The shares of the statuses as one bar: a list's fingerprint.
import { status } from '../engine/statuses.ts';
import { number } from '../words.ts';

const parts: [own: number, style: string, words: string][] = [
  [status.included, 'included', 'included'],
  [status.includedAbove, 'included-through', 'included through another code'],
  [status.excluded, 'excluded', 'excluded'],
  [status.excludedAbove, 'excluded-through', 'excluded through another code'],
  [status.undecided, 'undecided', 'undecided'],
  [status.conflict, 'in-conflict', 'in conflict'],
];

const width = 1000;
const leastWidth = 4; // so that one code among thousands is seen

export function Strip({ counts }: { counts: readonly number[] }) {
  const shown = parts.filter(([own]) => (counts[own] ?? 0) > 0);
  const total = shown.reduce((sum, [own]) => sum + (counts[own] ?? 0), 0);
  const words = shown.map(([own, , name]) => `${number(counts[own] ?? 0)} ${name}`).join(', ');
  const widths = shown.map(([own]) => Math.max(leastWidth, ((counts[own] ?? 0) / total) * width));
  const scale = width / widths.reduce((sum, part) => sum + part, 0);
  let left = 0;
  return (
    <svg
      class="strip"
      viewBox="0 0 1000 8"
      preserveAspectRatio="none"
      role="img"
      aria-label={words || 'no codes'}
    >
      {shown.map(([own, style], at) => {
        const x = left;
        const part = (widths[at] ?? 0) * scale;
        left += part;
        return <rect key={own} class={style} x={x} width={part} height="8" />;
      })}
    </svg>
  );
}
