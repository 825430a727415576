// Wishes that the server must grant before they are shown: undo, searches, and the draft's end.
// They wait until all decisions are saved, and come one at a time.
import { batch } from '@preact/signals';
import type { Result } from '../api/client.ts';
import type { Search, SearchQuery } from '../api/draft-api.ts';
import { isPassing, sentenceOf } from '../api/problem.ts';
import type { Sign } from '../engine/statuses.ts';
import type { DraftStore } from './draft.ts';
import { newKey } from './key.ts';
import type { Taken } from './queue.ts';
import type { Told } from './told.ts';

const sendWaitMaxMs = 4_000;

export class Wishes {
  private readonly draft: DraftStore;
  private turn: Promise<unknown> = Promise.resolve(); // ends with the last wish

  constructor(draft: DraftStore) {
    this.draft = draft;
  }

  // One's own step, among others' later ones.
  async undoStep(step: number): Promise<boolean> {
    return this.change(
      (key) => this.draft.api.undo(key, step),
      () => ({ kind: 'undone' }),
    );
  }

  async undo(): Promise<void> {
    if (this.draft.takeBackUnsent()) return;
    await this.change(
      (key) => this.draft.api.undo(key),
      () => ({ kind: 'undone' }),
    );
  }

  async redo(): Promise<void> {
    await this.change(
      (key) => this.draft.api.redo(this.draft.position.value, key),
      () => ({ kind: 'redone' }),
    );
  }

  // For the decision that was made last, after it was made.
  async giveReason(reason: string): Promise<void> {
    await this.draft.whenSaved();
    const { value: told } = this.draft.told;
    if (told?.kind !== 'decided') return;
    const result = await this.draft.api.giveReason(this.draft.lastTaken, reason, newKey());
    if (!result.ok) {
      this.draft.notice.value = sentenceOf(result.problem);
      return;
    }
    this.draft.reached(result.data.position);
    this.draft.told.value = { ...told, reason };
  }

  async addSearch(query: SearchQuery): Promise<boolean> {
    return this.change(
      (key) => this.draft.api.addSearch(query, key),
      ({ added }) => ({ kind: 'searched', text: query.text, added: added.length }),
    );
  }

  async removeSearch(search: Search): Promise<boolean> {
    return this.change(
      (key) => this.draft.api.removeSearch(search.id, key),
      ({ changed }) => {
        const left = Object.values(changed).filter((status) => status === null).length;
        return { kind: 'search-removed', text: search.term ?? search.code ?? '', left };
      },
    );
  }

  // A wish that is not shown before the server has granted it.
  private async change<T extends { position: number }>(
    send: (key: string) => Promise<Result<T>>,
    tell: (answer: T) => Told,
  ): Promise<boolean> {
    const granted = this.turn.then(() => this.changeNow(send, tell));
    this.turn = granted.catch(() => {});
    return granted;
  }

  private async changeNow<T extends { position: number }>(
    send: (key: string) => Promise<Result<T>>,
    tell: (answer: T) => Told,
  ): Promise<boolean> {
    if (!this.draft.mayDecide) return false;
    this.draft.isBusy.value = true;
    try {
      await this.draft.whenSaved();
      const result = await this.sendSurely(send);
      if (!result.ok) {
        this.draft.notice.value = sentenceOf(result.problem);
        return false;
      }
      this.draft.reached(result.data.position);
      await this.draft.load(result.data.position);
      batch(() => {
        this.draft.notice.value = null;
        this.draft.told.value = tell(result.data);
      });
      return true;
    } finally {
      this.draft.isBusy.value = false;
    }
  }

  // Again with the same key if there is no answer, so that the wish is granted once.
  private async sendSurely<T>(send: (key: string) => Promise<Result<T>>): Promise<Result<T>> {
    const key = newKey();
    for (let waitMs = 500; ; waitMs *= 2) {
      const result = await send(key);
      if (!result.ok && result.problem.status === 401) {
        this.draft.signedOut.value = true;
        await this.draft.whenSignedIn();
        continue;
      }
      if (result.ok || !isPassing(result.problem) || waitMs > sendWaitMaxMs) return result;
      await new Promise<void>((resolve) => this.draft.clock.after(waitMs, resolve));
    }
  }

  // The statuses that a newer release brought and nobody has looked at; all without `codes`.
  async confirm(codes?: readonly number[]): Promise<boolean> {
    const list = codes?.map((code) => this.draft.codeOf(code));
    return this.change(
      (key) => this.draft.api.confirm(list, key),
      ({ confirmed }) => ({ kind: 'confirmed', count: confirmed.length }),
    );
  }

  // Saving or discarding the draft: afterwards there is nothing to edit.
  async finish<T>(send: (key: string) => Promise<Result<T>>): Promise<T | null> {
    if (!this.draft.mayDecide || this.draft.isBusy.value) return null;
    this.draft.isBusy.value = true;
    try {
      await this.draft.whenSaved();
      const result = await this.sendSurely(send);
      if (result.ok) return result.data;
      this.draft.notice.value = sentenceOf(result.problem);
      return null;
    } finally {
      this.draft.isBusy.value = false;
    }
  }

  // Also for codes that are not in the draft yet: they come in with what is below them.
  async decideCodes(codes: readonly string[], sign: Sign, reason = ''): Promise<boolean> {
    const known = codes.map((code) => this.draft.tree.value?.ordinalOf.get(code));
    if (known.every((ordinal) => ordinal !== undefined)) {
      this.draft.decide(
        known.map((ordinal) => [ordinal, sign]),
        reason,
      );
      return true;
    }
    const updates = codes.map((code): [string, Sign] => [code, sign]);
    const body = {
      updates,
      base_position: this.draft.position.value,
      ...(reason ? { reason } : {}),
    };
    return this.change(
      (key) => this.draft.api.decide<Taken>(body, key),
      () => ({ kind: 'added', sign, count: codes.length }),
    );
  }
}
