// A hierarchy as an icicle: cells as wide as their numbers of codes, parts below wholes. A click or
// Enter goes into a cell; arrows move.
import { useSignal } from '@preact/signals';
import type { TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { IcicleNode } from '../../api/version-api.ts';
import { type Cell, cellsOf, halfOf } from '../../engine/icicle.ts';
import { icicle as words } from '../../words/version.ts';
import { Figure } from './figure.tsx';

const cellHeight = 40;
const narrowestPx = 3;
const labelFromPx = 36;
const depthMax = 5;
const tableRowsMax = 50;

type Shown = { nodes: readonly IcicleNode[]; root: number | null };

export type IcicleProps = Shown & {
  path: { title: string; enter: () => void }[]; // back up, the whole first
  enter: (node: number) => void;
};

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
      title={words.cell(node.title, node.codes_count, node.included_count)}
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

function Cells({ nodes, root, path, enter }: IcicleProps) {
  const element = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const focus = useSignal<number | null>(null);
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
  const cells = cellsOf(nodes, root, { least, depthMax });
  const depth = Math.max(0, ...cells.map((cell) => cell.depth));
  const focused = cells.find(({ node }) => node === focus.value) ?? cells[0];

  function press(event: TargetedEvent<HTMLElement, KeyboardEvent>): void {
    if (!focused || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') enter(focused.node);
    else if (event.key === 'Escape' || event.key === 'Backspace') path.at(-2)?.enter();
    else {
      const next = moved(cells, nodes, focused, event.key);
      if (!next) return;
      focus.value = next.node;
      const { current } = element;
      requestAnimationFrame(() =>
        current?.querySelector<HTMLElement>(`[data-node="${next.node}"]`)?.focus(),
      );
    }
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
      onClick={(event) => {
        const node = nodeOf(event.target);
        if (node === null) return;
        focus.value = node;
        enter(node);
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

export function IcicleFigure(props: IcicleProps) {
  return (
    <Figure
      name={words.name}
      finding={findingOf(props)}
      titles={[words.part, words.codes, words.included]}
      rows={rowsOf(props)}
    >
      <nav class="icicle-path" aria-label={words.all}>
        {props.path.map(({ title, enter }, at) => (
          <button
            key={title}
            type="button"
            class="link"
            aria-current={at === props.path.length - 1 ? 'true' : undefined}
            onClick={enter}
          >
            {title}
          </button>
        ))}
      </nav>
      <Cells {...props} />
      <p class="hint">{words.hint}</p>
    </Figure>
  );
}
