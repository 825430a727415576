// The whole draft at one look: each branch as wide as it has codes, coloured by the share included.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Dialog } from '../components/dialog.tsx';
import { type Part, partition } from '../engine/partition.ts';
import { status } from '../engine/statuses.ts';
import type { Tree } from '../engine/tree.ts';
import { mapSentence } from '../words/builder.ts';
import { type Builder, useBuilder } from './context.ts';

const widthMax = 1000;
const widthAround = 84; // of the dialog, and left and right of it
const rowHeight = 26;
const depthMax = 7;
const partsMax = 400;
const partWidthMin = 4; // narrower ones cannot be pressed
const labelWidthMin = 60;

// Letters keep their size in narrow windows.
function mapWidth(): number {
  return Math.min(widthMax, innerWidth - widthAround);
}

function partsOf({ draft, view }: Builder, tree: Tree, root: number): Part[] {
  const { bytes } = draft.statuses;
  return partition(tree, {
    parents: view.homeParents(),
    isIncluded: (code) => bytes[code] === status.included || bytes[code] === status.includedAbove,
    root,
    depthMax,
    partsMax,
    widthMin: partWidthMin / mapWidth(),
  });
}

// In five steps, each with a colour of its own.
function shareStyle({ included, size }: Part): string {
  return `map-share-${Math.round((included / Math.max(1, size)) * 4)}`;
}

type PartProps = {
  part: Part;
  term: string;
  isFocused: boolean;
  choose: () => void;
  move: (event: KeyboardEvent) => void;
};

function Box({ part, term, isFocused, choose, move }: PartProps) {
  const element = useRef<SVGGElement>(null);
  const width = mapWidth();
  const x = part.x * width;
  const own = part.width * width;
  const y = part.depth * rowHeight;
  const words = mapSentence(term, part.size, part.included / Math.max(1, part.size));
  useEffect(() => {
    const isInMap = document.activeElement?.closest('.map') !== null;
    if (isFocused && isInMap) element.current?.focus();
  }, [isFocused]);
  return (
    // biome-ignore lint/a11y/useSemanticElements: SVG has no button
    <g
      ref={element}
      class="map-part"
      role="button"
      tabindex={isFocused ? 0 : -1} // names of attributes of SVG are not in camel case
      aria-label={words}
      onClick={choose}
      onKeyDown={move}
    >
      <title>{words}</title>
      <rect
        class={shareStyle(part)}
        x={x}
        y={y}
        width={Math.max(1, own - 1)}
        height={rowHeight - 1}
      />
      {own >= labelWidthMin && (
        <svg x={x + 5} y={y} width={own - 9} height={rowHeight} aria-hidden="true">
          <text class={`${shareStyle(part)}-text`} y="17">
            {term}
          </text>
        </svg>
      )}
    </g>
  );
}

// The part reached from one by an arrow key.
function neighbour(parts: readonly Part[], from: Part, key: string): Part | undefined {
  const row = (depth: number) => parts.filter((part) => part.depth === depth);
  const middle = from.x + from.width / 2;
  const own = row(from.depth).sort((one, other) => one.x - other.x);
  const at = own.indexOf(from);
  if (key === 'ArrowRight') return own[at + 1];
  if (key === 'ArrowLeft') return own[at - 1];
  if (key === 'ArrowUp') {
    return row(from.depth - 1).find((part) => part.x <= middle && middle <= part.x + part.width);
  }
  if (key === 'ArrowDown') {
    return row(from.depth + 1)
      .filter((part) => part.x >= from.x - 1e-9 && part.x < from.x + from.width)
      .sort((one, other) => one.x - other.x)[0];
  }
  return undefined;
}

function Icicle({ tree, close }: { tree: Tree; close: () => void }) {
  const builder = useBuilder();
  const { draft, view } = builder;
  const root = useSignal(-1);
  const focused = useSignal(-1);
  void draft.terms?.arrived.value;
  const parts = partsOf(builder, tree, root.value);
  const termOf = (code: number) => draft.termOf(code) ?? draft.codeOf(code);
  const partInFocus = () => parts.find(({ code }) => code === focused.value) ?? parts[0];
  const current = partInFocus();
  const rows = 1 + Math.max(0, ...parts.map(({ depth }) => depth));
  const path: number[] = [];
  for (let up = root.value; up >= 0; up = view.homeParent(up)) path.unshift(up);
  const zoom = (code: number) => {
    root.value = code;
    focused.value = code;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const from = partInFocus(); // also before the last key's effect is painted
    if (!from) return;
    const next = neighbour(parts, from, event.key);
    if (event.key === 'Enter' || event.key === ' ') zoom(from.code);
    else if (next) focused.value = next.code;
    else if (!event.key.startsWith('Arrow')) return;
    event.preventDefault();
  };
  return (
    <>
      <p class="crumbs">
        <button type="button" onClick={() => zoom(-1)}>
          All codes
        </button>
        {path.map((code) => (
          <button key={code} type="button" onClick={() => zoom(code)}>
            {termOf(code)}
          </button>
        ))}
      </p>
      {/* biome-ignore lint/a11y/useSemanticElements: SVG has no fieldset */}
      <svg
        class="map"
        viewBox={`0 0 ${mapWidth()} ${rows * rowHeight}`}
        role="group"
        aria-label="The draft as a map: wide branches have many codes, dark ones are included"
      >
        {parts.map((part) => (
          <Box
            key={part.code}
            part={part}
            term={termOf(part.code)}
            isFocused={part === current}
            choose={() => zoom(part.code)}
            move={onKeyDown}
          />
        ))}
      </svg>
      <p class="map-current" role="status">
        {current &&
          mapSentence(
            termOf(current.code),
            current.size,
            current.included / Math.max(1, current.size),
          )}
      </p>
      <div class="dialog-buttons">
        <button
          type="button"
          disabled={!current}
          onClick={() => {
            close();
            if (current) view.goTo(current.code);
          }}
        >
          Go to this code
        </button>
        <button type="button" class="secondary" onClick={close}>
          Close
        </button>
      </div>
    </>
  );
}

export function MapDialog({ close }: { close: () => void }) {
  const { draft } = useBuilder();
  const { value: tree } = draft.tree;
  return (
    <Dialog title="Map of the draft" style="map-dialog" close={close}>
      {tree && tree.count > 0 ? (
        <Icicle tree={tree} close={close} />
      ) : (
        <p>The draft has no codes yet.</p>
      )}
    </Dialog>
  );
}
