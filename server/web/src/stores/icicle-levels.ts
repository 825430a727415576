// The way down a big hierarchy: each level has the largest branches of a code.
import { computed, signal } from '@preact/signals';
import type { Result } from '../api/client.ts';
import type { IcicleNode } from '../api/version-api.ts';

export type Level = {
  title: string;
  nodes: readonly IcicleNode[];
  root: number | null; // a node; null: all
  focus: number | null; // the node that the keys are on when it is shown
};

type ReadBranches = (code: string) => Promise<Result<{ nodes: IcicleNode[] }>>;

export class IcicleLevels {
  readonly levels;
  readonly level = computed(() => this.levels.value[this.levels.value.length - 1] as Level);
  private readonly read: ReadBranches;
  private rounds = 0; // of what was chosen, only the last counts

  constructor(whole: Level, read: ReadBranches) {
    this.levels = signal<readonly Level[]>([whole]);
    this.read = read;
  }

  async enter(node: number): Promise<void> {
    const round = ++this.rounds;
    const { value: level } = this.level;
    const chosen = level.nodes[node];
    if (!chosen || node === level.root) return;
    const { code, title } = chosen;
    const answer = code === null ? null : await this.read(code);
    if (round !== this.rounds) return;
    const next = answer?.ok ? { nodes: answer.data.nodes, root: 0 } : { ...level, root: node };
    const before = [...this.levels.value.slice(0, -1), { ...level, focus: node }];
    this.levels.value = [...before, { ...next, title, focus: next.root }];
  }

  goUp(): void {
    this.goTo(Math.max(0, this.levels.value.length - 2));
  }

  goTo(place: number): void {
    this.rounds++;
    if (place < this.levels.value.length - 1) {
      this.levels.value = this.levels.value.slice(0, place + 1);
    }
  }
}
