// The codes of a comparison's regions.
import type { Client, Result } from './client.ts';

export type RegionRows = { rows: [code: string, term: string][]; total: number };
type RegionQuery = { of: string[]; region: number[]; offset: number; limit: number };

export function readRegion(client: Client, query: RegionQuery): Promise<Result<RegionRows>> {
  return client.write('POST', '/comparisons/rows', { body: query });
}
