#!/usr/bin/env python3
"""Checks a whole log over HTTP, as C2SP's tlog-tiles serves it: that its commitments lead to the
signed root, that every tile is right, and that it continues a checkpoint that was seen before.

  log_verifier.py URL --key VKEY [--cosigner VKEY ...] [--seen CHECKPOINT]

URL is the log's, such as https://codelists.example.org/log. Uses verifier.py.
"""
import argparse, json, struct, urllib.request
from verifier import check_checkpoint, leaf_hash, need, node_hash, parse_key, run, sha256, unbase64

def check_consistency(first, size, first_root, root, proof):  # RFC 9162, 2.1.4.2
    if first in (0, size): return need(not proof and first_root in (None, root), "a fork")
    if first & (first - 1) == 0: proof = [first_root, *proof]
    need(proof, "the proof is too short")
    node, last = first - 1, size - 1
    while node & 1: node, last = node >> 1, last >> 1
    old = new = proof[0]
    for other in proof[1:]:
        need(last > 0, "the proof is too long")
        is_right = node & 1 or node == last
        old = node_hash(other, old) if is_right else old
        new = node_hash(other, new) if is_right else node_hash(new, other)
        while is_right and not node & 1 and node: node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    need(last == 0 and old == first_root and new == root, "a fork")

def tree_hash(hashes):  # RFC 6962, 2.1
    if len(hashes) < 2: return hashes[0] if hashes else sha256(b"")
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return node_hash(tree_hash(hashes[:split]), tree_hash(hashes[split:]))

def tile_path(level, index, width):
    parts, rest = ["%03d" % (index % 1000)], index // 1000
    while rest: parts, rest = ["x%03d" % (rest % 1000), *parts], rest // 1000
    return "tile/%s/%s%s" % (level, "/".join(parts), ".p/%d" % width if width < 256 else "")

def check_log(url, key, cosigners=(), seen=None):
    def get(path, base=url):
        with urllib.request.urlopen(base + "/" + path) as answer: return answer.read()
    size, root = check_checkpoint(get("checkpoint").decode(), key, cosigners)
    leaves = []
    while len(leaves) < size:
        width = min(256, size - len(leaves))
        bundle = get(tile_path("entries", len(leaves) // 256, width))
        for _ in range(width):
            length = struct.unpack_from(">H", bundle)[0]
            leaves.append(leaf_hash(bundle[2:2 + length]))
            bundle = bundle[2 + length:]
        need(not bundle, "a bundle is too long")
    need(tree_hash(leaves) == root, "the commitments do not lead to the root")
    level, hashes = 0, leaves
    while hashes:
        tiles = [hashes[i:i + 256] for i in range(0, len(hashes), 256)]
        for index, tile in enumerate(tiles):
            need(get(tile_path(level, index, len(tile))) == b"".join(tile), "a tile is wrong")
        level, hashes = level + 1, [tree_hash(tile) for tile in tiles if len(tile) == 256]
    if seen is not None:
        first, first_root = check_checkpoint(seen, key, cosigners)
        need(0 < first <= size and tree_hash(leaves[:first]) == first_root, "a fork")
        sizes = "api/v2/log/consistency?from=%d&to=%d" % (first, size)
        proof = json.loads(get(sizes, url.rsplit("/", 1)[0]))
        check_consistency(first, size, first_root, root, [unbase64(h) for h in proof["proof"]])
    return ["%d commits of %s, root %s" % (size, parse_key(key)[0], root.hex())]

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Checks a log over HTTP.")
    parser.add_argument("url")
    parser.add_argument("--key", required=True)
    parser.add_argument("--cosigner", action="append", default=[])
    parser.add_argument("--seen")
    asked = parser.parse_args()
    seen = open(asked.seen, "rb").read().decode() if asked.seen else None
    run(check_log, asked.url.rstrip("/"), asked.key, asked.cosigner, seen)
