// @vitest-environment happy-dom
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ConsistencyAnswer, LogApi } from '../../../../server/web/src/api/log-api.ts';
import type { Claimed, Memory } from '../../../../server/web/src/stores/proof.ts';
import { ProofStore } from '../../../../server/web/src/stores/proof.ts';
import { refusal } from './fakes.ts';

type Step = ConsistencyAnswer & { from_root: string };
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../golden/web/proof.json'), 'utf8'),
) as {
  proof: string;
  key: string;
  checkpoint: string;
  csv: string;
  consistency: Step[];
  claimed: Claimed;
};

const answer = <T>(data: T) => ({ ok: true as const, status: 200, data, headers: new Headers() });

class FakeLog {
  proofText = recorded.proof;
  key: string | null = recorded.key;
  csv: string | null = recorded.csv;

  async proof() {
    return answer(this.proofText);
  }
  async verifierKey() {
    return this.key;
  }
  async checkpoint() {
    return recorded.checkpoint;
  }
  async consistency(from: number, to: number) {
    const found = recorded.consistency.find((step) => step.from === from && step.to === to);
    return found ? answer(found) : refusal(400, { detail: 'no such size' });
  }
  async download() {
    return this.csv === null ? null : new TextEncoder().encode(this.csv);
  }
}

function memoryWith(text: string | null): Memory & { text: string | null } {
  const memory = {
    text,
    read: () => memory.text,
    write: (written: string) => {
      memory.text = written;
    },
  };
  return memory;
}

function begin({
  log = new FakeLog(),
  memory = memoryWith(null),
  claimed = recorded.claimed,
} = {}) {
  const now = () => new Date('2026-12-01T12:00:00Z');
  return new ProofStore(log as unknown as LogApi, claimed, memory, now);
}

const bad = (store: ProofStore) =>
  store.checks.value.filter(({ good }) => !good).map(({ words }) => words);

test('a good proof is good, and the log is remembered for the next visit', async () => {
  const memory = memoryWith(null);
  const store = begin({ memory });
  await store.check();
  expect(bad(store)).toEqual([]);
  expect(store.state.value).toBe('good');
  expect(store.checks.value).toHaveLength(5);
  expect(JSON.parse(memory.text ?? '')).toMatchObject({ size: 105, key: recorded.key.trim() });
  const again = begin({ memory });
  await again.check();
  expect(again.state.value).toBe('good');
  expect(again.checks.value.map(({ words }) => words).join()).toContain('continues the one of 105');
});

function seen(size: number, key = recorded.key.trim()) {
  const root = recorded.consistency.find(({ from }) => from === size)?.from_root;
  return JSON.stringify({ key, size, root, seen: '2026-11-03T10:00:00Z' });
}

test('the log has grown from the one that was seen, or it says so', async () => {
  const grown = begin({ memory: memoryWith(seen(60)) });
  await grown.check();
  expect(grown.state.value).toBe('good');
  const memory = memoryWith(seen(60).replace('NM5', 'NN5'));
  const before = memory.text;
  const forked = begin({ memory });
  await forked.check();
  expect(forked.state.value).toBe('bad');
  expect(bad(forked)).toHaveLength(1);
  expect(bad(forked)[0]).toContain('does not continue the one of 60 commits');
  expect(memory.text).toBe(before); // what was seen stays, as evidence
  const shrunk = JSON.parse(seen(60));
  const longer = begin({ memory: memoryWith(JSON.stringify({ ...shrunk, size: 900 })) });
  await longer.check();
  expect(longer.state.value).toBe('bad');
});

test('another key than the one that is remembered is told', async () => {
  const memory = memoryWith(seen(60, 'codelog.local+deadbeef+AAAA'));
  const before = memory.text;
  const store = begin({ memory });
  await store.check();
  expect(store.state.value).toBe('bad');
  expect(bad(store).join()).toContain('deadbeef');
  expect(memory.text).toBe(before);
});

test('what the page says, and the file, must be those of the commit', async () => {
  const other = begin({ claimed: { ...recorded.claimed, actor: 'bob' } });
  await other.check();
  expect(bad(other).join()).toContain('say something else than this page: alice');
  const log = new FakeLog();
  log.csv += '1,x\n';
  const file = begin({ log });
  await file.check();
  expect(bad(file)).toEqual(['download.csv is not the file that was recorded then.']);
  const evidence = JSON.parse(file.evidence());
  expect(evidence.proof).toBe(recorded.proof);
});

test('a damaged proof is bad; no answer is neither good nor bad', async () => {
  const log = new FakeLog();
  log.proofText = recorded.proof.replace('extra J', 'extra K');
  const damaged = begin({ log });
  await damaged.check();
  expect(damaged.state.value).toBe('bad');
  log.key = null;
  const silent = begin({ log });
  await silent.check();
  expect(silent.state.value).toBe('unknown');
  expect(silent.problem.value).not.toBe('');
});
