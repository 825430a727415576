// A journey through the builder of a draft in a server made for it alone.
import type { Locator, Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import { journey, type Visitor } from '../browser.ts';
import { demoConcepts } from '../double/concepts.ts';
import { type Double, startDouble } from '../double/server.ts';

export class DraftPage {
  readonly visitor: Visitor;
  readonly double: Double;
  readonly page: Page;

  constructor(visitor: Visitor, double: Double) {
    this.visitor = visitor;
    this.double = double;
    this.page = visitor.page;
  }

  async open(): Promise<void> {
    await this.visitor.open(`${this.double.address}/builder/abcd1234/`);
    await this.page.getByRole('heading', { level: 1, name: 'Asthma diagnoses' }).waitFor();
    await this.page.locator('.builder').waitFor();
  }

  code(term: string): string {
    const found = this.double.draft.match(term).find((concept) => concept.term === term);
    if (!found) throw new Error(`no concept ${term}`);
    return found.code;
  }

  // The code's first place.
  row(term: string): Locator {
    return this.page.locator(`[data-code="${this.code(term)}"]`).first();
  }

  async press(term: string, sign: 'Include' | 'Exclude'): Promise<void> {
    await this.row(term).getByRole('button', { name: sign }).click();
  }

  async expectStatus(term: string, style: string): Promise<void> {
    await this.page
      .locator(`.row-${style}[data-code="${this.code(term)}"]`)
      .first()
      .waitFor();
  }

  async expectSaved(): Promise<void> {
    const { page, double } = this;
    const isSaved = async () =>
      (await page.locator('.saved').textContent()) === `Saved · ${double.draft.position}`;
    await expect.poll(isSaved, { timeout: 15_000 }).toBe(true);
  }

  async expectCount(words: string): Promise<void> {
    await this.page.locator('.count', { hasText: new RegExp(`\\D${words}$`) }).waitFor();
  }

  // What is on the screen is what the server has, without having read it again.
  async expectAgreement(): Promise<void> {
    await this.expectSaved();
    expect(await this.page.locator('[data-island]').getAttribute('data-reconciled')).toBe('0');
  }

  // On a phone, a sheet over the tree.
  async showSearches(): Promise<void> {
    if (!this.visitor.isNarrow) return;
    await this.page.getByRole('button', { name: 'Searches and filters' }).click();
  }
}

export function draftJourney(
  name: string,
  begin: (double: Double) => void,
  run: (draft: DraftPage) => Promise<void>,
  moreConcepts = 0,
): void {
  journey(name, async (visitor) => {
    const double = await startDouble(demoConcepts(moreConcepts), inject('dist'));
    try {
      begin(double);
      const draft = new DraftPage(visitor, double);
      await draft.open();
      await run(draft);
    } finally {
      double.close();
    }
  });
}
