// A browser for journeys: they run at both widths, and each page that they check must be quiet,
// accessible and no wider than the window, in both themes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { overlappingTexts } from './overlaps.ts';
import { password } from './people.ts';

const axeSource = readFileSync(
  join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js'),
  'utf8',
);

const narrowerThan = 640;

type Theme = 'light' | 'dark';
type Look = { width: number; height: number; theme: Theme; isFirst: boolean };
const looks: Look[] = [
  { width: 1360, height: 840, theme: 'light', isFirst: true },
  { width: 1360, height: 840, theme: 'dark', isFirst: false },
  { width: 390, height: 844, theme: 'light', isFirst: false },
  { width: 390, height: 844, theme: 'dark', isFirst: true },
];

export class Visitor {
  readonly page: Page;
  readonly look: Look;
  // Differs between a journey's runs, which share one server.
  readonly name: string;
  readonly isNarrow: boolean;
  readonly complaints: string[] = [];
  private readonly checksBothThemes: boolean;

  constructor(page: Page, look: Look, checksBothThemes: boolean) {
    this.page = page;
    this.look = look;
    this.name = `${look.width}-${look.theme}`;
    this.checksBothThemes = checksBothThemes;
    this.isNarrow = look.width < narrowerThan;
    // Also violations of the content security policy. Clear-Site-Data informs of its success.
    page.on('console', (message) => {
      if (!message.text().startsWith('Clear-Site-Data')) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  async open(path: string): Promise<void> {
    await this.page.goto(new URL(path, inject('address')).href);
  }

  // The same person, after the tab was closed with all that it had not sent.
  async inNewTab(): Promise<Visitor> {
    const context = this.page.context();
    await this.page.close();
    return new Visitor(await context.newPage(), this.look, this.checksBothThemes);
  }

  // Somebody else, in a browser of their own.
  async another(): Promise<Visitor> {
    const context = await this.page
      .context()
      .browser()
      ?.newContext({
        viewport: { width: this.look.width, height: this.look.height },
        colorScheme: this.look.theme,
        hasTouch: this.isNarrow,
      });
    if (!context) throw new Error('no browser');
    context.setDefaultTimeout(45_000);
    return new Visitor(await context.newPage(), this.look, this.checksBothThemes);
  }

  async openMenu(): Promise<void> {
    if (this.isNarrow) await this.page.getByRole('button', { name: 'Menu' }).click();
  }

  async logIn(username: string, secret = password): Promise<void> {
    await this.page.context().clearCookies(); // another person may be logged in
    await this.open('/accounts/login/');
    await this.page.getByRole('textbox', { name: 'Username' }).fill(username);
    await this.page.getByRole('textbox', { name: 'Password' }).fill(secret);
    await this.page.getByRole('button', { name: 'Log in' }).click();
  }

  // With SHOTS=FOLDER, a picture of each checked page goes there.
  private async keepPicture(theme: Theme, state: string): Promise<void> {
    const folder = process.env.SHOTS;
    if (!folder) return;
    const { pathname, search, hash } = new URL(this.page.url());
    const name = `${pathname}${search}${hash} ${state}`.trim().replaceAll(/[^a-z0-9]+/gi, '_');
    const path = join(folder, `${name}-${this.look.width}-${theme}.png`);
    await this.page.screenshot({ path, fullPage: true });
  }

  // The page has one <h1> and one <main>, fits the window, no text lies on another, and axe finds
  // nothing serious. `state` tells pictures of one address apart.
  async check(state = ''): Promise<void> {
    const { page } = this;
    expect(await page.locator('h1').count(), 'h1').toBe(1);
    expect(await page.getByRole('main').count(), 'main').toBe(1);
    await this.checkOwnPages();
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(excess, `columns beyond the window of ${page.url()}`).toBeLessThanOrEqual(0);
    expect(await page.evaluate(overlappingTexts), `texts on texts of ${page.url()}`).toEqual([]);
    await page.evaluate(axeSource);
    await this.keepPicture(this.look.theme, state);
    await this.checkAccess('axe.run()');
    if (this.checksBothThemes) await this.checkOtherTheme(state);
    expect(this.complaints, page.url()).toEqual([]);
  }

  // Who is logged in reaches their own pages from each page, without a menu.
  private async checkOwnPages(): Promise<void> {
    const { page } = this;
    if ((await page.locator('.account-menu').count()) === 0) return;
    const found = [
      page.getByRole('link', { name: 'My codelists' }),
      page.getByRole('link', { name: 'My organisations' }),
      page.getByRole('button', { name: 'My account' }),
    ];
    for (const own of found) expect(await own.count(), `${own} on ${page.url()}`).toBe(1);
  }

  // Only colours differ there.
  private async checkOtherTheme(state: string): Promise<void> {
    const other = this.look.theme === 'light' ? 'dark' : 'light';
    await this.page.emulateMedia({ colorScheme: other, reducedMotion: 'reduce' });
    await this.keepPicture(other, state);
    await this.checkAccess("axe.run({ runOnly: ['color-contrast'] })");
    await this.page.emulateMedia({ colorScheme: this.look.theme, reducedMotion: null });
  }

  private async checkAccess(run: string): Promise<void> {
    const found: axe.AxeResults = await this.page.evaluate(run);
    const serious = found.violations.filter(
      ({ impact }) => impact === 'serious' || impact === 'critical',
    );
    expect(
      serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
      this.page.url(),
    ).toEqual([]);
  }
}

// Journeys run once at each width, and check both themes of a page; those about themes themselves
// run in all four looks.
export type Options = { javaScript?: boolean; inEachTheme?: boolean };

let browser: Browser | undefined;

export function journey(
  name: string,
  run: (visitor: Visitor) => Promise<void>,
  { javaScript = true, inEachTheme = false }: Options = {},
): void {
  for (const look of looks.filter(({ isFirst }) => isFirst || inEachTheme)) {
    test(`${name}, ${look.width} ${look.theme}`, async () => {
      if (!browser) throw new Error('no browser');
      const context: BrowserContext = await browser.newContext({
        viewport: { width: look.width, height: look.height },
        colorScheme: look.theme,
        hasTouch: look.width < narrowerThan, // as a phone
        javaScriptEnabled: javaScript,
      });
      context.setDefaultTimeout(45_000);
      try {
        await run(new Visitor(await context.newPage(), look, !inEachTheme));
      } finally {
        await context.close();
      }
    });
  }
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'], // for the continuous integration, which is root
  });
}

// Outside of journeys: one visitor at a desk, in a browser for this alone.
export async function visit(run: (visitor: Visitor) => Promise<void>): Promise<void> {
  const own = await launch();
  const [look] = looks;
  if (!look) throw new Error('no look');
  try {
    const context = await own.newContext({ viewport: { width: look.width, height: look.height } });
    await run(new Visitor(await context.newPage(), look, false));
  } finally {
    await own.close();
  }
}

export function useBrowser(): void {
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => browser?.close());
}
