// The mark of a status as the API writes it.
import { status } from '../engine/statuses.ts';
import { Mark } from './mark.tsx';

const numbers: Record<string, number> = {
  '+': status.included,
  '(+)': status.includedAbove,
  '-': status.excluded,
  '(-)': status.excludedAbove,
  '!': status.conflict,
};

export function StatusMark({ of }: { of: string }) {
  return <Mark of={numbers[of] ?? status.undecided} />;
}
