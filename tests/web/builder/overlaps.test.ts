// What check() says of texts that lie on one another.
import { expect } from 'vitest';
import { journey, useBrowser } from '../browser.ts';
import { overlappingTexts } from '../overlaps.ts';

useBrowser();

const at = (top: number, style = '') => `position:absolute;left:20px;top:${top}px;${style}`;

const pages: [what: string, body: string, found: string[]][] = [
  [
    'one on another',
    `<i style="${at(20)}">the one</i><b style="${at(23)}">other</b>`,
    ['“the one” and “other”'],
  ],
  [
    'one on another, far down',
    `<i style="${at(9000)}">the one</i><b style="${at(9003)}">other</b>`,
    ['“the one” and “other”'],
  ],
  ['one below another', `<i style="${at(20)}">the one</i><b style="${at(60)}">other</b>`, []],
  [
    'one below something opaque',
    `<i style="${at(20)}">the one</i><b style="${at(20, 'background:#fff')}">other</b>`,
    [],
  ],
  [
    'one that is cut before the other',
    `<div style="${at(20, 'width:30px;overflow:hidden;white-space:nowrap')}">a long text</div>
     <b style="${at(20, 'margin-left:40px')}">other</b>`,
    [],
  ],
];

journey('texts that lie on one another are found, and only these', async ({ page }) => {
  for (const [what, body, found] of pages) {
    await page.setContent(`<body style="margin:0">${body}</body>`);
    expect(await page.evaluate(overlappingTexts), what).toEqual(found);
  }
});
