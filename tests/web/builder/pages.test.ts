// What the scripts of pages may cost.
import { expect, test } from 'vitest';
import { bytesOf } from './bundle.ts';

const versionPageBytesMax = 40_000; // with its table and tree
const pictureBytesMax = 12_000; // above what the page of a version has already

const versionPage = [
  'src/site.ts',
  'src/islands/full-list.tsx',
  'src/islands/tree-tab.tsx',
  'src/islands/copy.ts',
];

test('the scripts of a version’s page are small', () => {
  expect(bytesOf(...versionPage)).toBeLessThanOrEqual(versionPageBytesMax);
});

test('pictures add little', () => {
  const pictures = ['composition', 'icicle', 'sizes'].map((name) => `src/islands/${name}.tsx`);
  const added = bytesOf(...versionPage, ...pictures) - bytesOf(...versionPage);
  expect(added).toBeLessThanOrEqual(pictureBytesMax);
});
