// The pictures of the documentation, taken from the pages as they are. Only with DOCS_SHOTS=FOLDER
// (`just docs-pictures`).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { password } from '../people.ts';

const folder = process.env.DOCS_SHOTS;
// All have one size, so that templates know it: server/web/pages/_docs_picture.html.
const width = 720;
const height = 450;
const pixelRatio = 1.5;
const quality = 0.7;

let browser: Browser | undefined;
beforeAll(async () => {
  if (!folder) return;
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
});
afterAll(async () => browser?.close());

// Chromium writes WebP itself.
async function asWebp(png: Buffer): Promise<Buffer> {
  const page = await browser?.newPage();
  if (!page) throw new Error('no browser');
  const url = await page.evaluate(
    async ([data, q]) => {
      const picture = new Image();
      picture.src = `data:image/png;base64,${data}`;
      await picture.decode();
      const canvas = document.createElement('canvas');
      canvas.width = picture.width;
      canvas.height = picture.height;
      canvas.getContext('2d')?.drawImage(picture, 0, 0);
      return canvas.toDataURL('image/webp', q);
    },
    [png.toString('base64'), quality] as const,
  );
  await page.close();
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

type Shot = {
  name: string;
  path: string;
  username?: string;
  windowWidth?: number;
  prepare?: (page: Page) => Promise<void>;
  // The picture begins at this element, or at the top of the page.
  at?: (page: Page) => Locator;
};

async function take(page: Page, { name, at }: Shot, theme: string): Promise<void> {
  const box = (await at?.(page).boundingBox()) ?? { x: 0, y: 0 };
  const room = page.viewportSize() ?? { width, height };
  const clip = {
    x: Math.max(0, Math.min(box.x - 16, room.width - width)),
    y: Math.max(0, Math.min(box.y - 16, room.height - height)),
    width,
    height,
  };
  const png = await page.screenshot({ clip, caret: 'hide', animations: 'disabled' });
  const bytes = await asWebp(png);
  const file = theme === 'dark' ? `${name}-dark.webp` : `${name}.webp`;
  writeFileSync(join(folder ?? '', file), bytes);
  expect(bytes.length, file).toBeLessThan(60_000);
}

async function logIn(page: Page, username: string): Promise<void> {
  await page.goto(new URL('/accounts/login/', inject('address')).href);
  await page.getByRole('textbox', { name: 'Username' }).fill(username);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'My account' }).waitFor({ state: 'attached' });
}

const list = '/codelist/example-university/asthma-diagnoses';

// The draft of the demonstration that has conflicts to resolve.
async function openDraft(page: Page): Promise<void> {
  const draft = '/codelist/example-university/asthma-exacerbations/';
  await page.goto(new URL(draft, inject('address')).href);
  await page.locator('[data-code]').first().waitFor();
}

const shots: Shot[] = [
  { name: 'finding', path: '/?q=asthma', windowWidth: 900 },
  { name: 'judging', path: `${list}/`, windowWidth: 1000, at: (page) => page.getByRole('main') },
  {
    name: 'tree',
    path: `${list}/#tree`,
    windowWidth: 1000,
    at: (page) => page.locator('.tabs'),
  },
  {
    name: 'deciding',
    path: '/',
    username: 'alice',
    windowWidth: 1200,
    prepare: openDraft,
    at: (page) => page.getByRole('treegrid'),
  },
  {
    name: 'searching',
    path: '/',
    username: 'alice',
    windowWidth: 1200,
    prepare: async (page) => {
      await openDraft(page);
      await page.getByRole('searchbox').fill('asthma');
      await page.locator('.hits li').first().waitFor();
    },
    at: (page) => page.getByRole('searchbox'),
  },
  {
    name: 'why',
    path: '/',
    username: 'alice',
    windowWidth: 1280,
    prepare: async (page) => {
      await openDraft(page);
      await page.locator('[data-code]').nth(2).click();
      await page.keyboard.press('?');
      await page.locator('#why').waitFor();
    },
    at: (page) => page.locator('#why'),
  },
  {
    name: 'tokens',
    path: '/accounts/settings/',
    username: 'alice',
    windowWidth: 800,
    prepare: (page) => page.getByRole('heading', { name: 'API tokens' }).scrollIntoViewIfNeeded(),
    at: (page) => page.getByRole('heading', { name: 'API tokens' }),
  },
  {
    name: 'members',
    path: '/organisations/example-university/users',
    username: 'alice',
    windowWidth: 900,
    at: (page) => page.getByRole('main'),
  },
];

for (const shot of shots) {
  test.runIf(folder)(`a picture for the documentation: ${shot.name}`, async () => {
    for (const theme of ['light', 'dark'] as const) {
      const context = await browser?.newContext({
        viewport: { width: shot.windowWidth ?? width, height: 900 },
        deviceScaleFactor: pixelRatio,
        colorScheme: theme,
      });
      const page = await context?.newPage();
      if (!page) throw new Error('no browser');
      if (shot.username) await logIn(page, shot.username);
      await page.goto(new URL(shot.path, inject('address')).href);
      await shot.prepare?.(page);
      await page.waitForLoadState('networkidle');
      await take(page, shot, theme);
      await context?.close();
    }
  });
}
