// The tree of a version that nobody changes any more, with its statuses and terms.
import { batch, signal } from '@preact/signals';
import { sentenceOf } from '../api/problem.ts';
import type { VersionApi } from '../api/version-api.ts';
import { Statuses } from '../engine/statuses.ts';
import type { Tree } from '../engine/tree.ts';
import { decodeTree, TreeFormatError } from '../engine/tree-format.ts';
import { Terms } from './terms.ts';
import type { TreeSource } from './view.ts';

export class VersionTree implements TreeSource {
  readonly tree = signal<Tree | null>(null);
  readonly version = signal(0); // of the statuses, which stay
  readonly problem = signal<string | null>(null);
  private readonly api: VersionApi;
  private statusesNow: Statuses | null = null;
  private termsNow: Terms | null = null;

  constructor(api: VersionApi) {
    this.api = api;
  }

  get statuses(): Statuses {
    if (!this.statusesNow) throw new Error('the tree is not loaded');
    return this.statusesNow;
  }

  get terms(): Terms | null {
    return this.termsNow;
  }

  termOf(code: number): string | undefined {
    return this.termsNow?.of(code);
  }

  codeOf(ordinal: number): string {
    return this.tree.value?.codes[ordinal] ?? '';
  }

  async load(): Promise<void> {
    const [tree, statuses] = await Promise.all([this.api.tree(), this.api.statuses()]);
    if (!tree.ok || !statuses.ok) {
      const failed = [tree, statuses].find((result) => !result.ok);
      this.problem.value = failed && !failed.ok ? sentenceOf(failed.problem) : '';
      return;
    }
    try {
      const decoded = decodeTree(tree.data);
      batch(() => {
        this.problem.value = null;
        this.statusesNow = new Statuses(decoded, new Uint8Array(statuses.data));
        this.termsNow = new Terms(decoded.count, (block) => this.api.terms(block));
        this.tree.value = decoded;
      });
    } catch (error) {
      if (!(error instanceof TreeFormatError)) throw error;
      this.problem.value = error.message;
    }
  }
}
