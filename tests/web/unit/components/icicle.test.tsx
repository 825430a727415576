// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import type { Result } from '../../../../server/web/src/api/client.ts';
import type { IcicleNode } from '../../../../server/web/src/api/version-api.ts';
import { IcicleFigure } from '../../../../server/web/src/components/chart/icicle.tsx';
import { IcicleLevels } from '../../../../server/web/src/stores/icicle-levels.ts';
import { refusal } from '../stores/fakes.ts';
import { frames, mounted, press } from './mounted.ts';

function node(title: string, parent: number | null, codes_count: number): IcicleNode {
  return { parent, code: title, title, codes_count, included_count: 1, cut: false };
}

const whole = {
  title: 'All codes',
  nodes: [node('a', null, 60), node('b', null, 40), node('a1', 0, 30), node('a2', 0, 20)],
  root: null,
  focus: null,
};
const belowA = [node('a', null, 60), node('a1', 0, 30), node('a1x', 1, 20)];

type Answer = Result<{ nodes: IcicleNode[] }>;

// Each answer waits until the test gives it.
function openMap() {
  const asked: { code: string; give: (answer: Answer) => void }[] = [];
  const levels = new IcicleLevels(
    whole,
    (code) => new Promise((give) => asked.push({ code, give })),
  );
  mounted(<IcicleFigure levels={levels} />);
  return { levels, asked };
}

const good = (nodes: IcicleNode[]): Answer => ({
  ok: true,
  status: 200,
  headers: new Headers(),
  data: { nodes },
});
const cell = (title: string) => document.querySelector<HTMLElement>(`[aria-label^="${title}, "]`);
const focused = () => document.activeElement?.getAttribute('aria-label')?.split(',')[0];
const told = () => document.querySelector('.icicle-told')?.textContent;

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(1_000);
  class ResizeObserverAtOnce {
    private readonly tell: () => void;
    constructor(tell: () => void) {
      this.tell = tell;
    }
    observe() {
      this.tell();
    }
    disconnect() {}
  }
  vi.stubGlobal('ResizeObserver', ResizeObserverAtOnce);
});

test('the last of two quick choices counts', async () => {
  const { levels, asked } = openMap();
  void levels.enter(0);
  void levels.enter(1);
  asked[0]?.give(good(belowA));
  await frames();
  expect(levels.levels.value).toHaveLength(1);
  asked[1]?.give(good([node('b', null, 40)]));
  await frames();
  expect(levels.level.value.title).toBe('b');
  void levels.enter(0); // itself
  expect(asked).toHaveLength(2);
  levels.goUp();
  void levels.enter(0);
  levels.goTo(0);
  asked[2]?.give(good(belowA));
  await frames();
  expect(levels.level.value).toMatchObject({ title: 'All codes', focus: 1 });
});

test('without an answer, a branch is shown as far as it is known', async () => {
  const { levels, asked } = openMap();
  void levels.enter(0);
  asked[0]?.give(refusal(503));
  await frames();
  expect(levels.level.value).toMatchObject({ title: 'a', root: 0, nodes: whole.nodes });
});

test('a new level begins at its root, and the way back at the branch that was left', async () => {
  const { asked } = openMap();
  await frames();
  cell('a')?.focus();
  press('ArrowDown');
  await frames();
  expect(focused()).toBe('a1');
  press('ArrowUp');
  await frames();
  press('Enter');
  asked[0]?.give(good(belowA));
  await frames();
  expect(focused()).toBe('a');
  press('ArrowDown');
  await frames();
  press('Enter');
  asked[1]?.give(good([node('a1', null, 30), node('a1x', 0, 20)]));
  await frames();
  expect(focused()).toBe('a1');
  press('Escape');
  await frames();
  expect(focused()).toBe('a1'); // below a
  expect(cell('a')).not.toBeNull();
  press('Escape');
  await frames();
  expect(focused()).toBe('a');
  expect(cell('b')).not.toBeNull();
});

test('the way back may have the same name twice, and leaves the focus there', async () => {
  const { levels, asked } = openMap();
  for (const at of [0, 1]) {
    void levels.enter(at);
    asked[at]?.give(good([node('same', null, 30), node('same', 0, 20)]));
    await frames();
  }
  const way = () => [...document.querySelectorAll<HTMLElement>('.icicle-path button')];
  expect(way().map(({ textContent }) => textContent)).toEqual(['All codes', 'a', 'same']);
  way()[0]?.focus();
  way()[0]?.click();
  await frames();
  expect(way()).toHaveLength(1);
  expect(document.activeElement).toBe(way()[0]);
});

test('the name of the cell under the mouse or with the focus is below the map', async () => {
  openMap();
  await frames();
  expect(told()).toMatch(/^Wider is more codes/);
  cell('b')?.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  await frames();
  expect(told()).toBe('b, 40 codes, 3\u202f% included');
  cell('a')?.focus();
  await frames();
  expect(told()).toMatch(/^a, 60 codes/);
});
