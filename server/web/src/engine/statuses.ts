// The status of every code of a draft, from the decisions on some of them.
//
// The deciders of a code are the nearest decided codes above it, along every path; one that lies
// above another does not count. Only inclusions give (+), only exclusions (-), both a conflict,
// none leaves the code undecided. Codes with equal deciders share one set, so most cost one
// comparison.
import { parentsOf, type Tree, withDescendants } from './tree.ts';

// As the server writes them, one byte a code.
export const status = {
  undecided: 0,
  conflict: 1,
  included: 2,
  includedAbove: 3,
  excluded: 4,
  excludedAbove: 5,
} as const;
export const statusesCount = 6;

const symbols = ['?', '!', '+', '(+)', '-', '(-)'];

// Of a status as JSON has it.
export function statusOf(symbol: string): number {
  return Math.max(0, symbols.indexOf(symbol));
}

export type Sign = '+' | '-' | '?';
export type Decision = readonly [code: number, sign: Sign];

// The codes that a step touched, with their statuses before it.
export type Touched = { codes: Uint32Array; before: Uint8Array };

const nobody = 0; // the set without deciders

export class Statuses {
  readonly tree: Tree;
  readonly bytes: Uint8Array;
  private readonly direct: Int8Array;
  private readonly setOf: Int32Array;
  private readonly sets: Int32Array[] = [];
  private readonly idOfSet = new Map<string, number>();
  private readonly decidedAbove = new Map<number, Set<number>>();

  constructor(tree: Tree, bytes: Uint8Array) {
    this.tree = tree;
    this.bytes = new Uint8Array(tree.count);
    this.direct = new Int8Array(tree.count);
    this.setOf = new Int32Array(tree.count);
    this.intern([]);
    this.load(bytes);
  }

  // Takes the server's statuses as they are: a draft of a newer release, or one that was imported,
  // may have statuses that no decision explains. They stay until a decision above them.
  load(bytes: Uint8Array): void {
    if (bytes.length !== this.tree.count) throw new RangeError('statuses are of another tree');
    for (let code = 0; code < bytes.length; code++) {
      const given = bytes[code];
      this.direct[code] = given === status.included ? 1 : given === status.excluded ? -1 : 0;
    }
    this.decidedAbove.clear();
    for (const code of this.tree.order) this.findDeciders(code);
    this.bytes.set(bytes);
  }

  signOf(code: number): Sign {
    const direct = this.direct[code] as number;
    return direct > 0 ? '+' : direct < 0 ? '-' : '?';
  }

  deciders(code: number): Int32Array {
    return this.sets[this.setOf[code] as number] as Int32Array;
  }

  apply(decisions: readonly Decision[]): Touched {
    for (const [code, sign] of decisions) {
      this.direct[code] = sign === '+' ? 1 : sign === '-' ? -1 : 0;
    }
    this.decidedAbove.clear();
    const codes = withDescendants(
      this.tree,
      decisions.map(([code]) => code),
    );
    const before = new Uint8Array(codes.length);
    codes.forEach((code, at) => {
      before[at] = this.bytes[code] as number;
      this.findDeciders(code);
      this.bytes[code] = this.derive(code);
    });
    return { codes, before };
  }

  // The changes that a step would make, without making it: numbers by status before and after.
  effectOf(decisions: readonly Decision[]): Effect {
    const signs = decisions.map(([code]): Decision => [code, this.signOf(code)]);
    const touched = this.apply(decisions);
    const effect = compare(touched, this.bytes);
    this.apply(signs);
    touched.codes.forEach((code, at) => {
      this.bytes[code] = touched.before[at] as number;
    });
    return effect;
  }

  private findDeciders(code: number): void {
    const parents = parentsOf(this.tree, code);
    this.setOf[code] = this.hasEqualSets(parents) ? this.setBelow(parents[0]) : this.union(parents);
  }

  private hasEqualSets(parents: Uint32Array): boolean {
    const [first] = parents;
    if (first === undefined) return true;
    const key = this.keyBelow(first);
    for (const parent of parents) if (this.keyBelow(parent) !== key) return false;
    return true;
  }

  // Equal for two parents exactly if they give their children the same deciders.
  private keyBelow(parent: number): number {
    return this.direct[parent] ? ~parent : (this.setOf[parent] as number);
  }

  private setBelow(parent: number | undefined): number {
    if (parent === undefined) return nobody;
    return this.direct[parent] ? this.intern([parent]) : (this.setOf[parent] as number);
  }

  private union(parents: Uint32Array): number {
    const found = new Set<number>();
    for (const parent of parents) {
      if (this.direct[parent]) found.add(parent);
      else for (const decider of this.deciders(parent)) found.add(decider);
    }
    for (const decider of [...found]) {
      for (const farther of this.decidedAncestors(decider)) found.delete(farther);
    }
    return this.intern([...found].sort((left, right) => left - right));
  }

  private decidedAncestors(code: number): Set<number> {
    const known = this.decidedAbove.get(code);
    if (known) return known;
    const found = new Set<number>();
    const seen = new Set([code]);
    const waiting = [code];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const parent of parentsOf(this.tree, next)) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        waiting.push(parent);
        if (this.direct[parent]) found.add(parent);
      }
    }
    this.decidedAbove.set(code, found);
    return found;
  }

  private intern(sorted: number[]): number {
    const key = sorted.join();
    const known = this.idOfSet.get(key);
    if (known !== undefined) return known;
    const id = this.sets.push(Int32Array.from(sorted)) - 1;
    this.idOfSet.set(key, id);
    return id;
  }

  private derive(code: number): number {
    const direct = this.direct[code] as number;
    if (direct) return direct > 0 ? status.included : status.excluded;
    let isIncluded = false;
    let isExcluded = false;
    for (const decider of this.deciders(code)) {
      if ((this.direct[decider] as number) > 0) isIncluded = true;
      else isExcluded = true;
    }
    if (isIncluded) return isExcluded ? status.conflict : status.includedAbove;
    return isExcluded ? status.excludedAbove : status.undecided;
  }
}

export type Effect = { changed: number; before: number[]; after: number[] };

// Numbers of the codes that changed, by status before and after.
export function compare(touched: Touched, bytes: Uint8Array): Effect {
  const effect: Effect = {
    changed: 0,
    before: new Array<number>(statusesCount).fill(0),
    after: new Array<number>(statusesCount).fill(0),
  };
  touched.codes.forEach((code, at) => {
    const was = touched.before[at] as number;
    const is = bytes[code] as number;
    if (was === is) return;
    effect.changed++;
    effect.before[was] = (effect.before[was] as number) + 1;
    effect.after[is] = (effect.after[is] as number) + 1;
  });
  return effect;
}
