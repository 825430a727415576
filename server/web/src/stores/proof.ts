// Checks the proof of a commit, and remembers the log that it saw: its key, and how long it was.
import { signal } from '@preact/signals';
import type { LogApi } from '../api/log-api.ts';
import { sentenceOf } from '../api/problem.ts';
import { readCommit } from '../engine/commit-reader.ts';
import {
  areEqual,
  type Checkpoint,
  fromBase64,
  type Grown,
  isGrownFrom,
  isIncluded,
  isSignedBy,
  type Proof,
  parseCheckpoint,
  parseKey,
  parseProof,
  sha256Of,
  toBase64,
  toHex,
  type VerifierKey,
} from '../engine/proof.ts';
import * as words from '../words/proof.ts';

export type Check = { good: boolean; words: string };

// What the server's page says of the commit, to compare with its bytes.
export type Claimed = {
  position: number;
  time: string;
  actor: string;
  version: string | null; // that the commit finished
  csv: string | null; // the address of its file
};

type Remembered = { key: string; size: number; root: string; seen: string };
export type Memory = {
  read: () => string | null;
  write: (text: string) => void;
};

const memoryName = 'codelog.log';
export const browserMemory: Memory = {
  read: () => localStorage.getItem(memoryName),
  write: (text) => localStorage.setItem(memoryName, text),
};

function recall(memory: Memory): Remembered | null {
  try {
    const found = JSON.parse(memory.read() ?? 'null') as Partial<Remembered> | null;
    const { key, size, root, seen } = found ?? {};
    return key && size && root && seen ? { key, size, root, seen } : null;
  } catch {
    return null; // no storage, or not our text
  }
}

type Published = { proof: Proof; key: VerifierKey; newest: Checkpoint };

export class ProofStore {
  readonly checks = signal<readonly Check[]>([]);
  readonly state = signal<'checking' | 'good' | 'bad' | 'unknown'>('checking');
  readonly problem = signal('');
  private readonly api: LogApi;
  private readonly claimed: Claimed;
  private readonly memory: Memory;
  private readonly now: () => Date;
  private given: Record<string, unknown> = {};

  constructor(
    api: LogApi,
    claimed: Claimed,
    memory: Memory = browserMemory,
    now: () => Date = () => new Date(),
  ) {
    this.api = api;
    this.claimed = claimed;
    this.memory = memory;
    this.now = now;
  }

  async check(): Promise<void> {
    this.state.value = 'checking';
    const remembered = recall(this.memory);
    const [text, keyText, note] = await Promise.all([
      this.api.proof(this.claimed.position),
      this.api.verifierKey(),
      this.api.checkpoint(),
    ]);
    if (!text.ok || keyText === null || note === null) {
      this.problem.value = text.ok ? words.noAnswer : sentenceOf(text.problem);
      this.state.value = 'unknown';
      return;
    }
    this.given = { proof: text.data, key: keyText, checkpoint: note, remembered };
    let checks: Check[];
    try {
      const published = {
        proof: parseProof(text.data),
        key: parseKey(keyText),
        newest: parseCheckpoint(note),
      };
      checks = [
        ...this.checkCommit(published.proof),
        ...this.checkSignatures(published, remembered),
        ...(await this.checkPast(published, remembered)),
        ...(await this.checkFile(published.proof)),
      ];
    } catch (error) {
      checks = [{ good: false, words: error instanceof Error ? error.message : words.bad }];
    }
    this.checks.value = checks;
    this.state.value = checks.every(({ good }) => good) ? 'good' : 'bad';
  }

  // All that is needed to show somebody else what was found.
  evidence(): string {
    const { checks, claimed, given } = this;
    const found = { address: location.href, time: this.now().toISOString() };
    return JSON.stringify({ ...found, claimed, checks: checks.value, ...given }, null, 2);
  }

  private checkCommit(proof: Proof): Check[] {
    const { path, checkpoint } = proof;
    const isHere = proof.position === this.claimed.position && isIncluded(proof);
    const isIn = {
      good: isHere,
      words: isHere ? words.isInLog(path.length, checkpoint.size) : words.isNotInLog,
    };
    try {
      const { actor, time } = readCommit(proof.commit);
      const good =
        actor === this.claimed.actor && time.getTime() === new Date(this.claimed.time).getTime();
      const sentence = good ? words.saysTheSame : words.saysOther(actor, time.toISOString());
      return [{ good, words: sentence }, isIn];
    } catch {
      return [{ good: false, words: words.unreadable }, isIn];
    }
  }

  private checkSignatures(published: Published, remembered: Remembered | null): Check[] {
    const { key, proof, newest } = published;
    const good = isSignedBy(proof.checkpoint, key) && isSignedBy(newest, key);
    const signed = {
      good,
      words: good ? words.isSigned(key.name, key.id) : words.isNotSigned(key.id),
    };
    if (!remembered || remembered.key === key.text) return [signed];
    const known = remembered.key.split('+')[1] ?? '';
    return [signed, { good: false, words: words.otherKey(known, remembered.seen) }];
  }

  private async checkPast(published: Published, remembered: Remembered | null): Promise<Check[]> {
    const { proof, newest, key } = published;
    // A checkpoint that nobody signed says nothing of the past.
    if (!isSignedBy(newest, key)) return [];
    if (!(await this.isGrown(proof.checkpoint, newest))) {
      return [{ good: false, words: words.isNotInLog }];
    }
    if (!remembered) {
      this.remember(key, newest);
      return [{ good: true, words: words.firstVisit }];
    }
    const { size, seen } = remembered;
    const good = await this.isGrown({ size, root: fromBase64(remembered.root) }, newest);
    if (good && remembered.key === key.text) this.remember(key, newest);
    return [{ good, words: good ? words.hasGrown(size, seen) : words.hasNotGrown(size, seen) }];
  }

  private async isGrown(from: Grown, to: Grown): Promise<boolean> {
    if (from.size >= to.size) return isGrownFrom(from, to, []);
    const answer = await this.api.consistency(from.size, to.size);
    return answer.ok && isGrownFrom(from, to, answer.data.proof.map(fromBase64));
  }

  private remember({ text }: VerifierKey, { size, root }: Checkpoint): void {
    const seen = this.now().toISOString();
    const remembered: Remembered = { key: text, size, root: toBase64(root), seen };
    try {
      this.memory.write(JSON.stringify(remembered));
    } catch {
      // No storage: the next visit is a first one again.
    }
  }

  private async checkFile({ commit }: Proof): Promise<Check[]> {
    const { csv, version } = this.claimed;
    const recorded = readCommit(commit).versions.find(({ hash }) => hash === version);
    if (!csv || !recorded?.downloadDigest) return [];
    const bytes = await this.api.download(csv);
    if (!bytes) return [{ good: false, words: words.noFile }];
    const good = areEqual(sha256Of(bytes), recorded.downloadDigest);
    const digest = toHex(recorded.downloadDigest);
    return [{ good, words: good ? words.isSameFile(digest) : words.isOtherFile }];
  }
}
