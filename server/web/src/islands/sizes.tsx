// The sizes of a codelist's versions, on its overview.
import { render } from 'preact';
import { Client } from '../api/client.ts';
import { readSizes } from '../api/version-api.ts';
import { SizesFigure } from '../components/chart/sizes.tsx';

type SizesProps = { resource: string; versions: string[] }; // hashes of those that the page shows

export async function mount(element: HTMLElement, props: SizesProps): Promise<void> {
  const answer = await readSizes(new Client(), props.resource);
  if (!answer.ok) return; // the table of versions has the same
  const sizes = answer.data.versions.filter(({ hash }) => props.versions.includes(hash));
  if (sizes.length > 1) render(<SizesFigure sizes={sizes} />, element);
}
