// A hierarchy as an icicle: cells as wide as their numbers of codes, parts below wholes. A click or
// Enter goes into a cell; arrows move.
import { type Signal, useSignal } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { IcicleNode } from '../../api/version-api.ts';
import { type Cell, cellsOf, halfOf } from '../../engine/icicle.ts';
import type { IcicleLevels } from '../../stores/icicle-levels.ts';
import { icicle as words } from '../../words/version.ts';
import { Figure } from './figure.tsx';

const cellHeight = 40;
const narrowestPx = 3;
const labelFromPx = 36;
const depthMax = 4;
const depthMaxWhenNarrow = 3; // deeper ones have no room for names
const narrowPx = 560;
const tableRowsMax = 50;

type Shown = { nodes: readonly IcicleNode[]; root: number | null };

function shareOf({ codes_count, included_count }: IcicleNode): number {
  return included_count / codes_count;
}

type CellProps = { node: IcicleNode; cell: Cell; width: number; isFocused: boolean };

function IcicleCell({ node, cell, width, isFocused }: CellProps) {
  const hasLabel = cell.width * width >= labelFromPx;
  return (
    <div
      role="treeitem"
      class="icicle-cell"
      tabIndex={isFocused ? 0 : -1}
      data-node={cell.node}
      aria-level={cell.depth + 1}
      aria-label={words.cell(node.title, node.codes_count, node.included_count)}
      style={{
        left: `${cell.left * 100}%`,
        width: `${cell.width * 100}%`,
        top: `${cell.depth * cellHeight}px`,
      }}
    >
      {hasLabel && <span class="icicle-label">{node.title}</span>}
      <svg class="icicle-share" viewBox="0 0 1000 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="excluded" width="1000" height="4" />
        <rect class="included" width={shareOf(node) * 1000} height="4" />
      </svg>
    </div>
  );
}

function siblingOf(cells: readonly Cell[], at: Cell, step: 1 | -1): Cell | undefined {
  const level = cells.filter(({ depth }) => depth === at.depth);
  return level[level.indexOf(at) + step];
}

// The cell that an arrow leads to.
function moved(cells: readonly Cell[], nodes: readonly IcicleNode[], at: Cell, key: string) {
  if (key === 'ArrowRight') return siblingOf(cells, at, 1);
  if (key === 'ArrowLeft') return siblingOf(cells, at, -1);
  if (key === 'ArrowDown') return cells.find(({ node }) => nodes[node]?.parent === at.node);
  if (key === 'ArrowUp') return cells.find(({ node }) => node === nodes[at.node]?.parent);
  return undefined;
}

function nodeOf(target: EventTarget | null): number | null {
  const node =
    target instanceof Element ? target.closest<HTMLElement>('[data-node]')?.dataset.node : null;
  return node === undefined || node === null ? null : Number(node);
}

type CellsProps = { levels: IcicleLevels; told: Signal<number | null> };

function Cells({ levels, told }: CellsProps) {
  const { value: level } = levels.level;
  const { nodes, root } = level;
  const element = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const focus = useSignal(level.focus);
  const shown = useRef(level);
  const isNew = shown.current !== level;
  const hadFocus = element.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const watcher = new ResizeObserver(() => {
      width.value = current.clientWidth;
    });
    watcher.observe(current);
    return () => watcher.disconnect();
  }, []);
  const least = width.value > 0 ? narrowestPx / width.value : 1;
  const deepest = width.value < narrowPx ? depthMaxWhenNarrow : depthMax;
  const cells = cellsOf(nodes, root, { least, depthMax: deepest });
  const depth = Math.max(0, ...cells.map((cell) => cell.depth));
  const { value: last } = focus;
  const wanted = isNew ? level.focus : last;
  const focused = cells.find(({ node }) => node === wanted) ?? cells[0];
  useLayoutEffect(() => {
    if (isNew) focus.value = level.focus;
    shown.current = level;
    told.value = null;
  }, [level]);
  // The cell that has the focus may be another after this, or gone.
  useLayoutEffect(() => {
    if (!hadFocus || nodeOf(document.activeElement) === focused?.node) return;
    element.current?.querySelector<HTMLElement>(`[data-node="${focused?.node}"]`)?.focus();
  });

  function press(event: TargetedEvent<HTMLElement, KeyboardEvent>): void {
    if (!focused || event.ctrlKey || event.altKey || event.metaKey) return;
    const next = moved(cells, nodes, focused, event.key);
    if (event.key === 'Enter' || event.key === ' ') void levels.enter(focused.node);
    else if (event.key === 'Escape' || event.key === 'Backspace') levels.goUp();
    else if (next) focus.value = next.node;
    else return;
    event.preventDefault();
  }

  return (
    <div
      ref={element}
      class="icicle"
      role="tree"
      aria-label={words.name}
      style={{ height: `${(depth + 1) * cellHeight}px` }}
      onKeyDown={press}
      onClick={({ target }) => {
        const node = nodeOf(target);
        if (node !== null) void levels.enter(node);
      }}
      onFocusIn={({ target }) => {
        focus.value = nodeOf(target);
        told.value = nodeOf(target);
      }}
      onPointerOver={({ target }) => {
        told.value = nodeOf(target) ?? told.value;
      }}
      onPointerLeave={() => {
        told.value = nodeOf(document.activeElement);
      }}
    >
      {cells.map((cell) => {
        const node = nodes[cell.node];
        return (
          node && (
            <IcicleCell
              key={cell.node}
              node={node}
              cell={cell}
              width={width.value}
              isFocused={cell === focused}
            />
          )
        );
      })}
    </div>
  );
}

// Narrow cells have no room for their names. Screen readers have read it with the cell.
function Told({ levels, told }: CellsProps) {
  const node = told.value === null ? undefined : levels.level.value.nodes[told.value];
  return (
    <p class="hint icicle-told" aria-hidden={node !== undefined}>
      {node ? words.cell(node.title, node.codes_count, node.included_count) : words.hint}
    </p>
  );
}

function findingOf({ nodes }: Shown): string {
  const all = nodes.reduce((sum, node) => sum + (node.parent === null ? node.codes_count : 0), 0);
  const half = nodes[halfOf(nodes, all) ?? 0];
  return half ? words.finding(half.title, half.codes_count, all, half.included_count) : '';
}

function rowsOf({ nodes, root }: Shown): (string | number)[][] {
  return nodes
    .filter(({ parent }) => parent === root)
    .sort((one, other) => other.codes_count - one.codes_count)
    .slice(0, tableRowsMax)
    .map((node) => [node.title, node.codes_count, node.included_count]);
}

function Path({ levels }: { levels: IcicleLevels }) {
  const { value: path } = levels.levels;
  return (
    <nav class="icicle-path" aria-label={words.path}>
      {path.map(({ title }, at) => (
        <button
          key={at}
          type="button"
          class="link"
          aria-current={at === path.length - 1 ? 'true' : undefined}
          onClick={() => levels.goTo(at)}
        >
          {title}
        </button>
      ))}
    </nav>
  );
}

export function IcicleFigure({ levels }: { levels: IcicleLevels }) {
  const told = useSignal<number | null>(null); // the node with the focus, or under the mouse
  const { value: level } = levels.level;
  return (
    <Figure
      name={words.name}
      finding={findingOf(level)}
      titles={[words.part, words.codes, words.included]}
      rows={rowsOf(level)}
    >
      <Path levels={levels} />
      <Cells levels={levels} told={told} />
      <Told levels={levels} told={told} />
    </Figure>
  );
}
