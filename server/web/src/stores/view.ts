// The rows of a draft: which codes are open, which filter holds, and which row has the focus.
import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { flatRows } from '../engine/flat-rows.ts';
import {
  buildRows,
  descendantsCount,
  homeParents,
  homesOf,
  keptUnder,
  openedAtFirst,
  openWayTo,
  type Rows,
} from '../engine/rows.ts';
import { status } from '../engine/statuses.ts';
import { childrenOf, flag, hasChildren, type Tree, withDescendants } from '../engine/tree.ts';
import type { DraftStore } from './draft.ts';
import { type Filter, isFiltering, matchesOf, noFilter } from './filter.ts';
import { Selection } from './selection.ts';

type Shape = {
  tree: Tree;
  homes: Int32Array;
  parents: Int32Array;
  open: Uint8Array;
  openRepeats: Set<number>;
  closed: Set<number>; // under a filter
  below: Map<number, number>; // numbers of codes, as far as they were asked for
  inSection: Map<number, number>;
};

export type Remembered = { open: string[]; focus: string | null };

// What the rows are made of: a draft's store, or that of a finished version.
export type TreeSource = Pick<
  DraftStore,
  'tree' | 'statuses' | 'version' | 'terms' | 'termOf' | 'codeOf'
>;

export class ViewStore {
  private readonly draft: TreeSource;
  readonly filter = signal<Filter>(noFilter);
  readonly focus = signal(-1); // a row
  readonly isList = signal(false); // each code once, instead of the hierarchy
  readonly selection = new Selection();
  readonly rows = computed(() => this.build());
  private readonly shape = signal<Shape | null>(null);
  private readonly opened = signal(0); // grows whenever something opens or closes
  private readonly sorted = signal(0); // grows when terms arrive that a list is sorted by
  private readonly kept = signal<Uint8Array | null>(null);
  private matched: Uint8Array | null = null;
  private found: ReadonlySet<string> | null = null;
  private remembered: Remembered | null;

  constructor(draft: TreeSource, remembered: Remembered | null = null) {
    this.draft = draft;
    this.remembered = remembered;
    effect(() => {
      const { value: tree } = draft.tree;
      if (tree) untracked(() => this.follow(tree));
    });
    effect(() => {
      void draft.tree.value;
      if (draft.terms?.arrived.value) untracked(() => this.useTerms());
    });
  }

  // New terms may match the filter, or move the rows of a list. The focus stays on its code.
  private useTerms(): void {
    const isMatching = this.filter.value.text !== '';
    if (!isMatching && !this.isList.value) return;
    const focused = this.focusedCode();
    const wasEmpty = this.rows.value?.length === 0;
    batch(() => {
      if (isMatching) this.matchMore();
      this.sorted.value++;
      if (focused >= 0) this.focus.value = this.rowOf(focused);
      else if (wasEmpty) this.focus.value = this.firstRow();
    });
  }

  // What matched before stays, also what has been decided since.
  private matchMore(): void {
    const { value: shape } = this.shape;
    const { matched: before } = this;
    if (!shape || !before) return;
    this.matched = this.matches(shape).map((isMatch, code) => isMatch | (before[code] as number));
    this.kept.value = keptUnder(shape.tree, shape.parents, this.matched);
  }

  // A new tree: what was open stays open, and the focus stays on its code.
  private follow(tree: Tree): void {
    const { value: old } = this.shape;
    const focused = this.focusedCode();
    const focus = old && focused >= 0 ? old.tree.codes[focused] : this.remembered?.focus;
    const homes = homesOf(tree);
    const open = this.openIn(tree, homes);
    this.remembered = null;
    batch(() => {
      this.selection.clear();
      this.shape.value = {
        tree,
        homes,
        parents: homeParents(tree, homes),
        open,
        openRepeats: new Set(),
        closed: new Set(),
        below: new Map(),
        inSection: new Map(),
      };
      this.applyFilter();
      const ordinal = focus ? tree.ordinalOf.get(focus) : undefined;
      this.focus.value = ordinal === undefined ? this.firstRow() : this.rowOf(ordinal);
    });
  }

  private openIn(tree: Tree, homes: Int32Array): Uint8Array {
    const { remembered } = this;
    const { value: old } = this.shape;
    const open = openedAtFirst(tree, homes, this.draft.statuses.bytes);
    if (remembered) open.fill(0);
    for (const code of remembered?.open ?? []) {
      const ordinal = tree.ordinalOf.get(code);
      if (ordinal !== undefined) open[ordinal] = 1;
    }
    old?.tree.codes.forEach((code, before) => {
      const ordinal = tree.ordinalOf.get(code);
      if (ordinal !== undefined) open[ordinal] = old.open[before] as number;
    });
    return open;
  }

  private build(): Rows | null {
    const { value: shape } = this.shape;
    void this.opened.value;
    const { value: kept } = this.kept;
    if (!shape) return null;
    if (this.isList.value) return this.buildList(shape.tree);
    const open = kept ? this.openUnderFilter(shape) : shape.open;
    return buildRows({ ...shape, open, kept });
  }

  private buildList(tree: Tree): Rows {
    void this.sorted.value;
    const isOfDraft = Uint8Array.from(tree.flags, (flags) => (flags & flag.between ? 0 : 1));
    const kept = this.kept.value && this.matched ? this.matched : isOfDraft;
    return flatRows(tree, kept, (code) => this.draft.termOf(code) ?? '');
  }

  showAsList(isList: boolean): void {
    const focused = this.focusedCode();
    batch(() => {
      this.isList.value = isList;
      this.focus.value = focused >= 0 ? this.rowOf(focused) : this.firstRow();
    });
  }

  private openUnderFilter({ tree, closed }: Shape): Uint8Array {
    const open = new Uint8Array(tree.count).fill(1);
    for (const code of closed) open[code] = 0;
    return open;
  }

  private firstRow(): number {
    const { value: rows } = this.rows;
    return rows && rows.length > 1 ? 1 : 0;
  }

  private rowOf(code: number): number {
    return this.rows.value?.rowOf[code] ?? -1;
  }

  // The code of a row; negative for headers and beyond the rows.
  codeAt(row: number): number {
    return this.rows.value?.code[row] ?? -1;
  }

  focusedCode(): number {
    return this.codeAt(this.focus.value);
  }

  openCodes(): string[] {
    const { value: shape } = this.shape;
    if (!shape) return [];
    return shape.tree.codes.filter((_, code) => shape.open[code] === 1);
  }

  remember(): Remembered {
    const focused = this.focusedCode();
    return { open: this.openCodes(), focus: focused < 0 ? null : this.draft.codeOf(focused) };
  }

  setFilter(filter: Filter, found: ReadonlySet<string> | null = null): void {
    const focused = this.focusedCode();
    this.found = found;
    batch(() => {
      this.filter.value = filter;
      this.shape.value?.closed.clear();
      this.applyFilter();
      const row = focused < 0 ? -1 : this.rowOf(focused);
      this.focus.value = row >= 0 ? row : this.firstRow();
    });
  }

  private applyFilter(): void {
    const { value: shape } = this.shape;
    const { value: filter } = this.filter;
    if (!shape || !isFiltering(filter)) {
      this.kept.value = null;
      return;
    }
    this.matched = this.matches(shape);
    this.kept.value = keptUnder(shape.tree, shape.parents, this.matched);
  }

  // False for codes that only lead to what the filter shows.
  isMatch(code: number): boolean {
    return this.matched?.[code] === 1;
  }

  private matches(shape: Shape): Uint8Array {
    return matchesOf(this.filter.value, {
      tree: shape.tree,
      bytes: this.draft.statuses.bytes,
      found: this.found,
      termOf: (code) => this.draft.termOf(code),
    });
  }

  // What the filter shows: the codes that it found, without those that only lead to them.
  shownCodes(): number[] {
    const { matched } = this;
    if (!this.kept.value || !matched) return [];
    return [...matched.keys()].filter((code) => matched[code] === 1);
  }

  // How many of the codes right below this one the filter hides.
  hiddenBelow(code: number): number {
    const { value: shape } = this.shape;
    const { value: kept } = this.kept;
    if (!shape || !kept) return 0;
    return childrenOf(shape.tree, code).filter((child) => !kept[child]).length;
  }

  // The next row whose term begins so; the row itself counts, for text that grows.
  goToTerm(beginning: string): void {
    const { value: rows } = this.rows;
    if (!rows) return;
    for (let distance = 0; distance < rows.length; distance++) {
      const row = (Math.max(0, this.focus.value) + distance) % rows.length;
      const code = rows.code[row] as number;
      const term = code < 0 ? '' : (this.draft.termOf(code) ?? '');
      if (!term.toLocaleLowerCase().startsWith(beginning)) continue;
      this.focus.value = row;
      return;
    }
  }

  isOpen(row: number): boolean {
    return this.rows.value?.isOpen[row] === 1;
  }

  setOpen(row: number, isOpen: boolean): void {
    const { value: shape } = this.shape;
    const { value: rows } = this.rows;
    const code = this.codeAt(row);
    if (!shape || !rows || code < 0 || !hasChildren(shape.tree, code)) return;
    const edge = rows.edge[row] as number;
    if (rows.isRepeat[row]) setIn(shape.openRepeats, edge, isOpen);
    else if (this.kept.value) setIn(shape.closed, code, !isOpen);
    else shape.open[code] = isOpen ? 1 : 0;
    this.opened.value++;
  }

  setOpenBelow(row: number, isOpen: boolean): void {
    const { value: shape } = this.shape;
    const code = this.codeAt(row);
    if (!shape || code < 0) return;
    for (const below of withDescendants(shape.tree, [code])) {
      if (this.kept.value) setIn(shape.closed, below, !isOpen);
      else shape.open[below] = isOpen ? 1 : 0;
    }
    this.opened.value++;
  }

  setAllOpen(isOpen: boolean): void {
    const { value: shape } = this.shape;
    if (!shape) return;
    const focused = this.focusedCode();
    batch(() => {
      if (this.kept.value) {
        shape.closed.clear();
        if (!isOpen) for (let code = 0; code < shape.tree.count; code++) shape.closed.add(code);
      } else shape.open.fill(isOpen ? 1 : 0);
      if (!isOpen) shape.openRepeats.clear();
      this.opened.value++;
      const row = focused < 0 ? -1 : this.rowOf(focused);
      this.focus.value = row >= 0 ? row : this.firstRow();
    });
  }

  // The edge by which a row was reached; null for a header.
  placeAt(row: number): number | null {
    const { value: rows } = this.rows;
    return rows && this.codeAt(row) >= 0 ? (rows.edge[row] as number) : null;
  }

  // False if nothing that is open has this place.
  goToPlace(place: number): boolean {
    const { value: rows } = this.rows;
    const row = rows?.edge.findIndex((edge, at) => edge === place && this.codeAt(at) >= 0) ?? -1;
    if (row >= 0) this.focus.value = row;
    return row >= 0;
  }

  // Shows a code at its home, whatever has to be opened for it.
  goTo(code: number): void {
    const { value: shape } = this.shape;
    if (!shape || code < 0) return;
    batch(() => {
      if (this.kept.value && !this.kept.value[code]) {
        this.found = null;
        this.filter.value = noFilter;
        this.kept.value = null;
      }
      openWayTo(shape.parents, shape.open, code);
      for (let up = code; up >= 0; up = shape.parents[up] as number) shape.closed.delete(up);
      this.opened.value++;
      this.focus.value = this.rowOf(code);
    });
  }

  // The next code, in the order of the rows, that has no side yet; false if all are decided.
  goToOpen(step: 1 | -1): boolean {
    const { value: shape } = this.shape;
    if (!shape) return false;
    const { count } = shape.tree;
    const { bytes } = this.draft.statuses;
    const from = this.focusedCode();
    for (let distance = 1; distance <= count; distance++) {
      const code = (((from + step * distance) % count) + count) % count;
      if ((shape.tree.flags[code] as number) & flag.between) continue;
      if (bytes[code] !== status.undecided && bytes[code] !== status.conflict) continue;
      this.goTo(code);
      return true;
    }
    return false;
  }

  // Another place of the code in this row.
  goToNextPlace(row: number): void {
    const { value: rows } = this.rows;
    const code = this.codeAt(row);
    if (!rows || code < 0) return;
    for (let distance = 1; distance < rows.length; distance++) {
      const other = (row + distance) % rows.length;
      if (rows.code[other] !== code) continue;
      this.focus.value = other;
      return;
    }
    this.goTo(code);
  }

  homeParents(): Int32Array {
    return this.shape.value?.parents ?? new Int32Array();
  }

  homeParent(code: number): number {
    return this.shape.value?.parents[code] ?? -1;
  }

  below(code: number): number {
    const { value: shape } = this.shape;
    if (!shape) return 0;
    const known = shape.below.get(code);
    if (known !== undefined) return known;
    const count = descendantsCount(shape.tree, code);
    shape.below.set(code, count);
    return count;
  }

  sectionCount(section: number): number {
    const { value: shape } = this.shape;
    if (!shape) return 0;
    const known = shape.inSection.get(section);
    if (known !== undefined) return known;
    const count = withDescendants(shape.tree, this.codesOfSection(section)).length;
    shape.inSection.set(section, count);
    return count;
  }

  // The tops of a section.
  codesOfSection(section: number): number[] {
    const { value: shape } = this.shape;
    const found = shape?.tree.sections[section];
    if (!shape || !found) return [];
    const { firstTop, topsCount } = found;
    return [...shape.tree.tops.subarray(firstTop, firstTop + topsCount)];
  }
}

function setIn(set: Set<number>, value: number, isIn: boolean): void {
  if (isIn) set.add(value);
  else set.delete(value);
}
