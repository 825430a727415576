// The proof that a commit is in a signed log, checked here: c2sp.org/tlog-proof with the commit's
// bytes as extra data, RFC 6962 and RFC 9162 for the tree, c2sp.org/signed-note for the signature.
// Always noble's hashes and Ed25519, not WebCrypto, which browsers withhold over plain HTTP.
import * as ed25519 from '@noble/ed25519';
import { sha256, sha512 } from '@noble/hashes/sha2.js';

ed25519.hashes.sha512 = sha512;

export type Checkpoint = { origin: string; size: number; root: Uint8Array; note: string };
export type Proof = {
  commit: Uint8Array;
  position: number; // the leaf's index + 1
  path: Uint8Array[];
  checkpoint: Checkpoint;
};
export type VerifierKey = { name: string; id: string; bytes: Uint8Array; text: string };

const utf8 = new TextEncoder();

export class Refused extends Error {}

function need(condition: boolean, why: string): asserts condition {
  if (!condition) throw new Refused(why);
}

export function fromBase64(text: string): Uint8Array {
  let binary = '';
  try {
    binary = atob(text);
  } catch {
    throw new Refused('not Base64');
  }
  need(btoa(binary) === text, 'Base64 in another form');
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

export const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes));

export const toHex = (bytes: Uint8Array) =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

export function areEqual(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at]);
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const sha256Of = (bytes: Uint8Array) => sha256(bytes);
const nodeOf = (left: Uint8Array, right: Uint8Array) =>
  sha256(joined(Uint8Array.of(1), left, right));

function numberIn(text: string): number {
  const value = Number(text);
  need(Number.isSafeInteger(value) && value >= 0 && String(value) === text, 'not a number');
  return value;
}

// --- Notes

export function parseKey(text: string): VerifierKey {
  const match = /^([^\s+]+)\+([0-9a-f]{8})\+([^\s]+)$/.exec(text.trim());
  need(match !== null, 'the key is not a verifier key');
  const [, name = '', id = '', encoded = ''] = match;
  const key = fromBase64(encoded);
  need(key.length === 33 && key[0] === 1, 'the key is of another kind');
  const digest = sha256(joined(utf8.encode(`${name}\n`), key));
  need(toHex(digest.subarray(0, 4)) === id, 'the id of the key is wrong');
  return { name, id, bytes: key.subarray(1), text: text.trim() };
}

export function parseCheckpoint(note: string): Checkpoint {
  const [origin = '', size = '', root = ''] = note.split('\n');
  need(note.includes('\n\n'), 'the checkpoint is not a signed note');
  const bytes = fromBase64(root);
  need(origin !== '' && bytes.length === 32, 'the checkpoint has another form');
  return { origin, size: numberIn(size), root: bytes, note };
}

// True if the key has signed the checkpoint.
export function isSignedBy({ note, origin }: Checkpoint, key: VerifierKey): boolean {
  const end = note.lastIndexOf('\n\n');
  const text = utf8.encode(note.slice(0, end + 1));
  for (const line of note.slice(end + 2).split('\n')) {
    const [dash, name, encoded] = line.split(' ');
    if (dash !== '—' || name !== key.name || !encoded) continue;
    const signature = fromBase64(encoded);
    if (toHex(signature.subarray(0, 4)) !== key.id || origin !== key.name) continue;
    try {
      return ed25519.verify(signature.subarray(4), text, key.bytes);
    } catch {
      return false; // not a signature at all
    }
  }
  return false;
}

// --- The tree

export function parseProof(text: string): Proof {
  const end = text.indexOf('\n\n');
  need(end > 0, 'the proof has another form');
  const [title, extra = '', index = '', ...path] = text.slice(0, end).split('\n');
  need(title === 'c2sp.org/tlog-proof@v1', 'this is not a proof');
  need(extra.startsWith('extra ') && index.startsWith('index '), 'the proof has no commit');
  return {
    commit: fromBase64(extra.slice(6)),
    position: numberIn(index.slice(6)) + 1,
    path: path.map(fromBase64),
    checkpoint: parseCheckpoint(text.slice(end + 2)),
  };
}

// SHA-256("codelog commit v1" 0 || position || SHA-256(bytes)): what the log's leaf holds.
function commitmentOf(commit: Uint8Array, position: number): Uint8Array {
  const place = new Uint8Array(8);
  new DataView(place.buffer).setBigUint64(0, BigInt(position));
  return sha256(joined(utf8.encode('codelog commit v1\0'), place, sha256(commit)));
}

const isOdd = (value: number) => value % 2 === 1;
const half = (value: number) => Math.floor(value / 2);

// RFC 9162, 2.1.3.2.
export function isIncluded({ commit, position, path, checkpoint }: Proof): boolean {
  let node = position - 1;
  let last = checkpoint.size - 1;
  if (node < 0 || node > last) return false;
  let hash = sha256(joined(Uint8Array.of(0), commitmentOf(commit, position)));
  for (const other of path) {
    if (last === 0) return false;
    const isRight = isOdd(node) || node === last;
    hash = isRight ? nodeOf(other, hash) : nodeOf(hash, other);
    while (isRight && !isOdd(node) && node > 0) {
      node = half(node);
      last = half(last);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && areEqual(hash, checkpoint.root);
}

export type Grown = { size: number; root: Uint8Array };

// RFC 9162, 2.1.4.2: the log at `to` begins with the log at `from`.
export function isGrownFrom(from: Grown, to: Grown, proof: Uint8Array[]): boolean {
  if (from.size === to.size) return proof.length === 0 && areEqual(from.root, to.root);
  if (from.size === 0 || from.size > to.size) return false;
  const isPowerOfTwo = Number.isInteger(Math.log2(from.size));
  const [first, ...rest] = isPowerOfTwo ? [from.root, ...proof] : proof;
  if (!first) return false;
  let node = from.size - 1;
  let last = to.size - 1;
  while (isOdd(node)) {
    node = half(node);
    last = half(last);
  }
  let older = first;
  let newer = first;
  for (const other of rest) {
    if (last === 0) return false;
    const isRight = isOdd(node) || node === last;
    if (isRight) older = nodeOf(other, older);
    newer = isRight ? nodeOf(other, newer) : nodeOf(newer, other);
    while (isRight && !isOdd(node) && node > 0) {
      node = half(node);
      last = half(last);
    }
    node = half(node);
    last = half(last);
  }
  return last === 0 && areEqual(older, from.root) && areEqual(newer, to.root);
}
