// A draft in the builder of the real server.
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Visitor } from '../browser.ts';

type Made = { hash: string; id: number; slug: string };
type Body = Record<string, unknown>;

export class RealDraft {
  readonly visitor: Visitor;
  readonly page: Page;
  readonly hash: string;
  readonly slug: string; // of its codelist, of Example University

  private constructor(visitor: Visitor, hash: string, slug: string) {
    this.visitor = visitor;
    this.page = visitor.page;
    this.hash = hash;
    this.slug = slug;
  }

  // A codelist of Example University, which alice and bob may edit. `visitor` is logged in.
  static async create(visitor: Visitor, name: string, searches: readonly string[] = []) {
    const made = await send<{ slug: string; version: { hash: string } }>(
      visitor.page,
      'POST',
      '/codelists',
      {
        owner: 'organisation/example-university',
        name: `${name} ${visitor.name}`,
        coding_system: 'snomedct',
      },
    );
    const draft = new RealDraft(visitor, made.version.hash, made.slug);
    for (const term of searches) await draft.send('POST', '/searches', { term, mode: 'words' });
    return draft;
  }

  // The same draft, as somebody else sees it.
  as(visitor: Visitor): RealDraft {
    return new RealDraft(visitor, this.hash, this.slug);
  }

  async open(rest = ''): Promise<void> {
    await this.visitor.open(`/builder/${this.hash}/${rest}`);
    await this.page.locator('.builder').waitFor();
  }

  send<Answer>(method: string, path: string, body: Body): Promise<Answer> {
    return send(this.page, method, `/versions/${this.hash}${path}`, body);
  }

  read<Answer>(path: string): Promise<Answer> {
    return this.page.evaluate(async (address) => (await fetch(address)).json(), `/api/v2${path}`);
  }

  async statuses(): Promise<Record<string, string>> {
    const { statuses } = await this.read<{ statuses: Record<string, string> }>(
      `/versions/${this.hash}`,
    );
    return statuses;
  }

  // The code's first place.
  row(term: string): Locator {
    return this.page.locator(`[data-code][aria-label^="${term},"]`).first();
  }

  async press(term: string, sign: 'Include' | 'Exclude'): Promise<void> {
    await this.row(term).getByRole('button', { name: sign }).click();
  }

  async expectStatus(term: string, style: string): Promise<void> {
    await this.page.locator(`.row-${style}[aria-label^="${term},"]`).first().waitFor();
  }

  async expectCount(words: string): Promise<void> {
    await this.page.locator('.count', { hasText: new RegExp(`\\D${words}$`) }).waitFor();
  }

  // Everything is saved, and what is on the screen is what the server has, without having read it
  // again.
  async expectAgreement(): Promise<void> {
    const island = this.page.locator('[data-island=builder]');
    await expect
      .poll(async () => (await this.page.locator('.saved').textContent())?.startsWith('Saved'))
      .toBe(true);
    const statuses = await this.statuses();
    const shown = await this.page
      .locator('[data-code]')
      .evaluateAll((rows) =>
        rows.map((row): [string, string] => [row.getAttribute('data-code') ?? '', row.className]),
      );
    const styles: Record<string, string> = {
      '+': 'row-included',
      '-': 'row-excluded',
      '(+)': 'row-included-through',
      '(-)': 'row-excluded-through',
      '?': 'row-undecided',
      '!': 'row-in-conflict',
    };
    for (const [code, style] of shown) {
      expect(style.split(' '), code).toContain(styles[statuses[code] ?? '']);
    }
    expect(await island.getAttribute('data-reconciled')).toBe('0');
  }

  // On a phone, a sheet over the tree.
  async showSearches(): Promise<void> {
    if (!this.visitor.isNarrow) return;
    await this.page.getByRole('button', { name: 'Searches and filters' }).click();
  }
}

// As the page itself sends it.
export async function send<Answer = Made>(
  page: Page,
  method: string,
  path: string,
  body: Body,
): Promise<Answer> {
  return page.evaluate(
    async ({ method, path, body }) => {
      const token = document.querySelector<HTMLMetaElement>('meta[name=csrf-token]')?.content ?? '';
      const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': token };
      const answer = await fetch(`/api/v2${path}`, { method, headers, body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    { method, path, body },
  );
}
