// The colours of styles/tokens.css, computed again: every text is readable on every ground.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

type Theme = 'light' | 'dark';

const css = readFileSync(
  join(import.meta.dirname, '../../../server/web/styles/tokens.css'),
  'utf8',
);
const grounds = ['page', 'surface', 'sunken', 'row-hover', 'selected'];
const textRatio = 4.5; // WCAG 2.2 AA
const shapeRatio = 3;

function colour(token: string, theme: Theme): number[] {
  const found = css.match(new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`));
  const hex = found?.[theme === 'light' ? 1 : 2];
  if (!hex) throw new Error(`no colour --${token}`);
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
}

function luminance(parts: number[]): number {
  const [red = 0, green = 0, blue = 0] = parts.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(left: string, right: string, theme: Theme): number {
  const [low = 0, high = 0] = [left, right]
    .map((token) => luminance(colour(token, theme)))
    .sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
}

const themes: Theme[] = ['light', 'dark'];

for (const theme of themes) {
  test(`texts are readable on every ground, ${theme}`, () => {
    for (const text of ['ink', 'ink-2', 'ink-3', 'accent', 'include', 'exclude', 'conflict']) {
      for (const ground of grounds) {
        expect(contrast(text, ground, theme), `${text} on ${ground}`).toBeGreaterThanOrEqual(
          textRatio,
        );
      }
    }
    for (const [text, ground] of [
      ['ok', 'ok-tint'],
      ['open-text', 'open-tint'],
      ['draft', 'draft-tint'],
      ['danger', 'danger-tint'],
      ['on-accent', 'accent'],
      ['on-accent', 'include'],
      ['on-accent', 'exclude'],
      ['on-accent', 'conflict'],
      ['accent', 'accent-tint'],
    ] as const) {
      expect(contrast(text, ground, theme), `${text} on ${ground}`).toBeGreaterThanOrEqual(
        textRatio,
      );
    }
  });

  test(`borders of controls and open codes can be seen, ${theme}`, () => {
    for (const ground of ['page', 'surface', 'sunken']) {
      expect(contrast('control', ground, theme)).toBeGreaterThanOrEqual(shapeRatio);
      expect(contrast('open', ground, theme)).toBeGreaterThanOrEqual(shapeRatio);
    }
  });
}
