// The reasons of a draft's decisions, by code: read from the history of the codelist when somebody
// wants to see them in the tree.
import { signal } from '@preact/signals';
import type { DraftApi, PastEvent } from '../api/draft-api.ts';
import { sentenceOf } from '../api/problem.ts';

const pagesMax = 50;

export class Reasons {
  // Null while they are not shown.
  readonly byCode = signal<ReadonlyMap<string, string> | null>(null);
  private readonly api: DraftApi;
  private readonly codelist: string; // "organisation/example/asthma"

  constructor(api: DraftApi, codelist: string) {
    this.api = api;
    this.codelist = codelist;
  }

  hide(): void {
    this.byCode.value = null;
  }

  // Returns why it failed; nothing if they are shown.
  async show(minPosition: number): Promise<string> {
    const reasons = new Map<string, string>();
    const codesOfStep = new Map<number, string[]>();
    let after: number | null = 0;
    for (let page = 0; page < pagesMax && after !== null; page++) {
      const result = await this.api.history(this.codelist, after, { minPosition });
      if (!result.ok) return sentenceOf(result.problem);
      for (const event of result.data.events) this.take(event, reasons, codesOfStep);
      after = result.data.next;
    }
    this.byCode.value = reasons;
    return '';
  }

  private take(event: PastEvent, reasons: Map<string, string>, steps: Map<number, string[]>): void {
    if (event.version !== this.api.hash) return;
    if (event.type === 'StatusesChanged') {
      const codes = (event.updates ?? []).map(([code]) => code);
      steps.set(event.position, codes);
      for (const code of codes) setReason(reasons, code, event.reason ?? '');
    } else if (event.type === 'ReasonGiven' && event.step !== undefined) {
      for (const code of steps.get(event.step) ?? []) setReason(reasons, code, event.reason ?? '');
    }
  }
}

function setReason(reasons: Map<string, string>, code: string, reason: string): void {
  if (reason) reasons.set(code, reason);
  else reasons.delete(code);
}
