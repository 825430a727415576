// All pages have one sheet of styles: what a file of it says must not reach into other pages.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const styles = join(import.meta.dirname, '../../../server/web/styles');
const files = readdirSync(styles, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.css'),
);

// The parts of all selectors; commas within :is() separate none.
function selectorsOf(file: string): string[] {
  const css = readFileSync(join(styles, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const heads = [...css.matchAll(/([^{};]+)\{/g)].map(([, head = '']) => head.trim());
  return heads
    .filter((head) => !head.startsWith('@'))
    .flatMap((head) => head.split(/,(?![^(]*\))/).map((part) => part.trim()));
}

test('only general files speak of elements that have no class', () => {
  const general = ['base', 'layout', 'print', 'components/buttons', 'components/tables'];
  const ofLists = ['dt', 'code'];
  const found = files
    .filter((file) => !general.includes(file.replace('.css', '')))
    .flatMap((file) => selectorsOf(file).map((selector) => `${file}: ${selector}`))
    .filter((line) => /: [a-z0-9]+$/.test(line) && !/: (from|to)$/.test(line));
  expect(found).toEqual(ofLists.map((element) => `components/lists.css: ${element}`));
});

test('a class means the same on every page: one file says how it looks', () => {
  const placesOf = new Map<string, Set<string>>();
  for (const file of files) {
    if (file === 'print.css') continue;
    for (const selector of selectorsOf(file)) {
      if (!/^\.[\w-]+$/.test(selector)) continue;
      placesOf.set(selector, (placesOf.get(selector) ?? new Set()).add(file));
    }
  }
  const twice = [...placesOf].filter(([, places]) => places.size > 1);
  expect(twice.map(([selector, places]) => `${selector}: ${[...places].join(', ')}`)).toEqual([]);
});
