// Checking a table before it is uploaded.
import type { Client, Result } from './client.ts';

export type Suggestion = { code: string; term: string; because: string };

export type UploadProblem = {
  row: number;
  column: string | null;
  given: string;
  kind: string;
  detail: string;
  suggestions: Suggestion[];
};

export type UploadCheck = {
  columns: string[];
  code_column: string;
  has_header: boolean;
  separator: string;
  rows_count: number;
  problems: UploadProblem[];
  problems_count: number;
};

type UploadToCheck = { csv: string; coding_system: string; column?: string };

export class UploadApi {
  private readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  check(upload: UploadToCheck): Promise<Result<UploadCheck>> {
    return this.client.write('POST', '/uploads/check', { body: upload });
  }
}
