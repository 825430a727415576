// The comparison on the page: its sides and regions, and the region that is chosen. The picture and
// the rows are two islands of one page, so this is one for both.
import { signal } from '@preact/signals';

export type Side = {
  of: string;
  letter: string;
  name: string;
  version: string;
  codesCount: number;
};
// `letters` are those of the sides that have the codes: "AC".
export type Region = { letters: string; words: string; codesCount: number };
export type ComparisonProps = { sides: Side[]; regions: Region[] }; // the largest region first

const parameter = 'region';

// Whose rows the server has shown: of the address when the page was read.
export const shownByServer =
  new URL(location.href).searchParams.get(parameter)?.toUpperCase() ?? null;

export const chosen = signal<string | null>(shownByServer);

// Again: none. The address says which, for links.
export function choose(letters: string): void {
  chosen.value = chosen.value === letters ? null : letters;
  const address = new URL(location.href);
  if (chosen.value) address.searchParams.set(parameter, chosen.value);
  else address.searchParams.delete(parameter);
  address.searchParams.delete('page');
  history.replaceState(null, '', address);
}
