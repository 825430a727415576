// A browser for journeys: each runs at both widths and in both themes, and every page that it ends
// on must be quiet, accessible and no wider than the window.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { password } from './people.ts';

const axeSource = readFileSync(
  join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'),
  'utf8',
);

type Look = { width: number; height: number; theme: 'light' | 'dark' };
const looks: Look[] = [
  { width: 1360, height: 840, theme: 'light' },
  { width: 1360, height: 840, theme: 'dark' },
  { width: 390, height: 844, theme: 'light' },
  { width: 390, height: 844, theme: 'dark' },
];

export class Visitor {
  readonly page: Page;
  readonly look: string;
  readonly isNarrow: boolean;
  readonly complaints: string[] = [];

  constructor(page: Page, look: Look) {
    this.page = page;
    this.look = `${look.width}-${look.theme}`;
    this.isNarrow = look.width < 640;
    // Also violations of the content security policy. Clear-Site-Data informs of its success.
    page.on('console', (message) => {
      if (!message.text().startsWith('Clear-Site-Data')) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, inject('address')).href);
  }

  async openMenu(): Promise<void> {
    if (this.isNarrow) await this.page.getByRole('button', { name: 'Menu' }).click();
  }

  async logIn(username: string, secret = password): Promise<void> {
    await this.open('/accounts/login/');
    await this.page.getByRole('textbox', { name: 'Username' }).fill(username);
    await this.page.getByRole('textbox', { name: 'Password' }).fill(secret);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  // With SHOTS=FOLDER, a picture of each checked page goes there.
  private async keepPicture(): Promise<void> {
    const folder = process.env.SHOTS;
    if (!folder) return;
    const { pathname, search, hash } = new URL(this.page.url());
    const name = `${pathname}${search}${hash}`.replaceAll(/[^a-z0-9]+/gi, '_');
    const path = join(folder, `${name}-${this.look}.png`);
    await this.page.screenshot({ path, fullPage: true });
  }

  // The page has one <h1> and one <main>, fits the window, and axe finds nothing serious.
  async check(): Promise<void> {
    const { page } = this;
    expect(await page.locator('h1').count(), 'h1').toBe(1);
    expect(await page.getByRole('main').count(), 'main').toBe(1);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(excess, `columns beyond the window of ${page.url()}`).toBeLessThanOrEqual(0);
    await this.keepPicture();
    await page.evaluate(axeSource);
    const found: axe.AxeResults = await page.evaluate('axe.run()');
    const serious = found.violations.filter(
      ({ impact }) => impact === 'serious' || impact === 'critical',
    );
    expect(
      serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
      page.url(),
    ).toEqual([]);
    expect(this.complaints, page.url()).toEqual([]);
  }
}

export type Options = { javaScript?: boolean };

let browser: Browser | undefined;

// A journey for each look.
export function journey(
  name: string,
  run: (visitor: Visitor) => Promise<void>,
  { javaScript = true }: Options = {},
): void {
  for (const look of looks) {
    test(`${name}, ${look.width} ${look.theme}`, async () => {
      if (!browser) throw new Error('no browser');
      const context: BrowserContext = await browser.newContext({
        viewport: { width: look.width, height: look.height },
        colorScheme: look.theme,
        javaScriptEnabled: javaScript,
      });
      context.setDefaultTimeout(45_000);
      try {
        await run(new Visitor(await context.newPage(), look));
      } finally {
        await context.close();
      }
    });
  }
}

export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'], // for the continuous integration, which is root
    });
  });
  afterAll(async () => browser?.close());
}
