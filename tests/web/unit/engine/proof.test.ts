import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCommit } from '../../../../server/web/src/engine/commit-reader.ts';
import {
  fromBase64,
  isGrownFrom,
  isIncluded,
  isSignedBy,
  type Proof,
  parseCheckpoint,
  parseKey,
  parseProof,
  sha256Of,
  toHex,
} from '../../../../server/web/src/engine/proof.ts';

type Step = { from: number; to: number; from_root: string; to_root: string; proof: string[] };
const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../golden/web/proof.json'), 'utf8'),
) as { proof: string; key: string; checkpoint: string; csv: string; consistency: Step[] };

const key = parseKey(recorded.key);
const proof = parseProof(recorded.proof);

test('a recorded proof leads to its signed root', () => {
  expect(proof.position).toBe(25);
  expect(isIncluded(proof)).toBe(true);
  expect(isSignedBy(proof.checkpoint, key)).toBe(true);
  expect(isSignedBy(parseCheckpoint(recorded.checkpoint), key)).toBe(true);
});

test('what the commit says is read from its bytes', () => {
  const { actor, versions } = readCommit(proof.commit);
  expect(actor).toBe('alice');
  expect(versions.map(({ deed, hash }) => [deed, hash])).toEqual([['published', '66f08cca']]);
  const digest = versions[0]?.downloadDigest ?? new Uint8Array();
  expect(toHex(digest)).toBe(toHex(sha256Of(new TextEncoder().encode(recorded.csv))));
});

const flipped = (bytes: Uint8Array, at: number) =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

test('no byte of the commit, the path or the root can change', () => {
  for (let at = 0; at < proof.commit.length; at += 7) {
    expect(isIncluded({ ...proof, commit: flipped(proof.commit, at) })).toBe(false);
  }
  proof.path.forEach((hash, step) => {
    const path = proof.path.with(step, flipped(hash, step));
    expect(isIncluded({ ...proof, path })).toBe(false);
  });
  const others: Partial<Proof>[] = [
    { path: proof.path.slice(1) },
    { path: [...proof.path, sha256Of(new Uint8Array())] },
    { position: 24 },
    { position: 0 },
    { position: 106 },
  ];
  for (const other of others) expect(isIncluded({ ...proof, ...other })).toBe(false);
});

test('a changed checkpoint, or another key, is not signed', () => {
  const { note } = proof.checkpoint;
  const longer = parseCheckpoint(note.replace('\n105\n', '\n106\n'));
  expect(isSignedBy(longer, key)).toBe(false);
  expect(isSignedBy(proof.checkpoint, { ...key, bytes: flipped(key.bytes, 3) })).toBe(false);
  expect(isSignedBy(proof.checkpoint, { ...key, name: 'other.example' })).toBe(false);
  expect(() => parseKey(recorded.key.replace(/\+./, '+f'))).toThrow('id of the key');
  expect(() => parseProof(recorded.proof.replace('tlog-proof', 'tlog'))).toThrow('not a proof');
  expect(() => fromBase64('*')).toThrow('Base64');
});

test('a log has grown from each of its beginnings, and from no other', () => {
  const roots = new Map<number, Uint8Array>();
  for (const {
    from,
    to,
    from_root: before,
    to_root: after,
    proof: hashes,
  } of recorded.consistency) {
    const path = hashes.map(fromBase64);
    const older = { size: from, root: fromBase64(before) };
    const newer = { size: to, root: fromBase64(after) };
    roots.set(from, older.root);
    expect(isGrownFrom(older, newer, path), `${from} to ${to}`).toBe(true);
    expect(isGrownFrom({ ...older, root: flipped(older.root, 5) }, newer, path)).toBe(false);
    expect(isGrownFrom(older, { ...newer, root: flipped(newer.root, 5) }, path)).toBe(false);
    if (from < to) expect(isGrownFrom(newer, older, path)).toBe(false);
    if (path.length > 0) expect(isGrownFrom(older, newer, path.slice(1))).toBe(false);
  }
  expect(roots.size).toBe(7);
});
