// A draft in memory that answers as the server does, for trying the builder without one.
import { crc32Text } from '../../../server/web/src/engine/crc32.ts';
import { type Sign, Statuses, status } from '../../../server/web/src/engine/statuses.ts';
import type { Tree } from '../../../server/web/src/engine/tree.ts';
import { decodeTree, encodeTree } from '../../../server/web/src/engine/tree-format.ts';

export type Concept = { code: string; term: string; type: string; children: string[] };
type Search = { id: number; mode: string; slug: string; term: string; codes: string[] };
type Step = {
  position: number;
  actor: string;
  reason: string;
  before: Map<string, Sign>;
  after: Map<string, Sign>;
  searches: readonly Search[];
  searchesAfter: readonly Search[];
};

const byTerm = (one: Concept, other: Concept) => (one.term < other.term ? -1 : 1);

export class DraftDouble {
  position = 100;
  isSaved = false;
  private readonly concepts: Map<string, Concept>;
  private searches: readonly Search[] = [];
  private readonly decisions = new Map<string, Sign>();
  private readonly steps: Step[] = [];
  private readonly undone: Step[] = [];
  private now: { bytes: ArrayBuffer; tree: Tree } | null = null;

  constructor(concepts: Concept[]) {
    this.concepts = new Map(concepts.map((concept) => [concept.code, concept]));
  }

  get history(): readonly Step[] {
    return this.steps;
  }

  get tree(): { bytes: ArrayBuffer; tree: Tree } {
    if (!this.now) {
      const bytes = this.encode();
      this.now = { bytes, tree: decodeTree(bytes) };
    }
    return this.now;
  }

  get statuses(): Uint8Array {
    const { tree } = this.tree;
    const statuses = new Statuses(tree, new Uint8Array(tree.count));
    const known = [...this.decisions].filter(([code]) => tree.ordinalOf.has(code));
    statuses.apply(known.map(([code, sign]) => [tree.ordinalOf.get(code) ?? 0, sign]));
    return statuses.bytes;
  }

  get terms(): string {
    return this.tree.tree.codes.map((code) => this.concept(code).term).join('\n');
  }

  listSearches() {
    return this.searches.map(({ codes, ...search }) => ({ ...search, codes_count: codes.length }));
  }

  codesOfSearch(id: number): string[] {
    return this.searches.find((search) => search.id === id)?.codes ?? [];
  }

  // The codes that would leave the draft with this search.
  onlyIn(id: number): string[] {
    const others = new Set(
      this.searches.flatMap((search) => (search.id === id ? [] : search.codes)),
    );
    return this.codesOfSearch(id).filter((code) => !others.has(code));
  }

  match(term: string): Concept[] {
    const words = term.toLowerCase().split(/\s+/);
    return [...this.concepts.values()].filter(({ term: text, code }) =>
      words.every((word) => text.toLowerCase().includes(word) || code === word),
    );
  }

  addSearch(term: string, mode: string): { id: number; added: string[] } {
    const codes = this.below(this.match(term).map(({ code }) => code));
    const added = codes.filter((code) => !this.tree.tree.ordinalOf.has(code));
    const id = this.searches.length + 1;
    this.step('alice', '', new Map(), [
      ...this.searches,
      { id, mode, slug: term, term, codes: [...codes] },
    ]);
    return { id, added };
  }

  removeSearch(id: number): void {
    this.step(
      'alice',
      '',
      new Map(),
      this.searches.filter((search) => search.id !== id),
    );
  }

  decide(updates: [string, Sign][], reason: string, actor = 'alice'): void {
    this.step(actor, reason, new Map(updates), this.searches);
  }

  undo(): boolean {
    const last = this.steps.pop();
    if (!last) return false;
    this.undone.push(last);
    this.apply(last.before, last.searches);
    return true;
  }

  redo(): boolean {
    const last = this.undone.pop();
    if (!last) return false;
    this.steps.push(last);
    this.apply(last.after, last.searchesAfter);
    return true;
  }

  answer() {
    const { bytes } = this.tree;
    return {
      position: this.position,
      changed_count: bytes.byteLength,
      statuses_crc: crc32Text(this.statuses),
      shape: this.tree.tree.shape,
    };
  }

  get isDecided(): boolean {
    return !this.statuses.some((own) => own === status.undecided || own === status.conflict);
  }

  private concept(code: string): Concept {
    const found = this.concepts.get(code);
    if (!found) throw new Error(`no concept ${code}`);
    return found;
  }

  private step(
    actor: string,
    reason: string,
    after: Map<string, Sign>,
    searchesAfter: readonly Search[],
  ): void {
    const before = new Map(
      [...after.keys()].map((code) => [code, this.decisions.get(code) ?? '?']),
    );
    const { searches } = this;
    this.apply(after, searchesAfter);
    const { position } = this;
    this.steps.push({ position, actor, reason, before, after, searches, searchesAfter });
    this.undone.length = 0;
  }

  private apply(decisions: Map<string, Sign>, searches: readonly Search[]): void {
    for (const [code, sign] of decisions) {
      if (sign === '?') this.decisions.delete(code);
      else this.decisions.set(code, sign);
    }
    this.searches = searches;
    this.position++;
    this.now = null;
  }

  private below(codes: string[]): string[] {
    const found = new Set(codes);
    for (const code of found) for (const child of this.concept(code).children) found.add(child);
    return [...found];
  }

  private encode(): ArrayBuffer {
    const members = new Set(
      this.below([...this.searches.flatMap(({ codes }) => codes), ...this.decisions.keys()]),
    );
    const childrenIn = (code: string) =>
      this.concept(code)
        .children.map((child) => this.concept(child))
        .sort(byTerm)
        .map((child) => child.code);
    const all = [...members].map((code) => this.concept(code));
    const children = new Set(all.flatMap(({ code }) => childrenIn(code)));
    const tops = all.filter(({ code }) => !children.has(code)).sort(byTerm);
    const types = [...new Set(all.map(({ type }) => type))].sort();
    const sorted = types.flatMap((type) => tops.filter((top) => top.type === type));
    const order = new Set<string>();
    const visit = (code: string): void => {
      if (order.has(code)) return;
      order.add(code);
      for (const child of childrenIn(code)) visit(child);
    };
    for (const { code } of sorted) visit(code);
    const codes = [...order];
    const ordinals = new Map(codes.map((code, at) => [code, at]));
    const ordinalOf = (code: string) => ordinals.get(code) ?? 0;
    let firstTop = 0;
    const sections = types.flatMap((title) => {
      const topsCount = sorted.filter(({ type }) => type === title).length;
      const section = { title, firstTop, topsCount };
      firstTop += topsCount;
      return topsCount > 0 ? [section] : [];
    });
    return encodeTree({
      release: 'snomedct_demo',
      sort: 'term',
      types,
      sections,
      codes,
      type: Uint8Array.from(codes, (code) => types.indexOf(this.concept(code).type)),
      flags: new Uint8Array(codes.length).fill(3),
      tops: Uint32Array.from(sorted, ({ code }) => ordinalOf(code)),
      childrenOf: codes.map((code) => childrenIn(code).map(ordinalOf)),
    });
  }
}
