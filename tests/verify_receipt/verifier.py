#!/usr/bin/env python3
"""Checks a receipt of Codelog, with Python's standard library alone.

  verifier.py RECEIPT --key VKEY [--cosigner VKEY ...] [--csv download.csv]

It shows that a commit is in the log whose key is VKEY, and what the commit says of a version: who
finished it, when, on which release, and the SHA-256 of its download.csv. Written from RFC 8032
(Ed25519), RFC 6962 and 9162 (Merkle trees), C2SP (signed-note, tlog-checkpoint, tlog-cosignature,
tlog-proof) and the format of FlatBuffers. log_verifier.py checks a whole log.
"""
import argparse, base64, datetime, hashlib, struct, sys

def sha256(data): return hashlib.sha256(data).digest()

def need(condition, why):
    if not condition: raise ValueError(why)

def unbase64(text):  # only the one right spelling
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "Base64 is not in its right form")
    return data

def number(text):
    need(text == str(int(text)), "a number is not in its right form")
    return int(text)

# --- Ed25519: RFC 8032, 5.1
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P

def multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1: result = add(result, point)
        point, scalar = add(point, point), scalar >> 1
    return result

def decode_point(data):
    y, sign = int.from_bytes(data, "little") & (1 << 255) - 1, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P: x = x * pow(2, (P - 1) // 4, P) % P
    good = y < P and (x * x - square) % P == 0 and not (x == 0 and sign)
    need(good, "a point is not on the curve")
    if x & 1 != sign: x = P - x
    return x, y, 1, x * y % P

BASE = decode_point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def verify_ed25519(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    need(len(signature) == 64 and s < ORDER, "a signature is out of range")
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    p, q = multiply(s, BASE), add(decode_point(signature[:32]), multiply(h, decode_point(key)))
    same = (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0
    need(same, "a signature is wrong")

# --- Signed notes and checkpoints
def parse_key(vkey):
    need(vkey.count("+") >= 2, "the key does not have the form NAME+ID+KEY")
    name, key_id, key = vkey.split("+", 2)
    key = unbase64(key)
    need(len(key) == 33 and key[0] in (1, 4), "the key is of another kind")
    need(sha256(name.encode() + b"\n" + key)[:4].hex() == key_id, "the key's id is wrong")
    return name, bytes.fromhex(key_id), key

def check_checkpoint(note, log_key, cosigner_keys):
    """The size and the root, if all keys have signed them."""
    body, lines = note[:note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2:].split("\n")
    need(lines.pop() == "", "the checkpoint does not end with a line")
    keys, good = [parse_key(key) for key in [log_key, *cosigner_keys]], set()
    for line in lines:
        dash, name, signature = line.split(" ")
        signature = unbase64(signature)
        need(dash == "—" and len(signature) > 4, "a signature has another form")
        for key in keys:
            if key[:2] != (name, signature[:4]): continue
            message, rest = body.encode(), signature[4:]
            if key[2][0] == 4:  # a cosignature begins with its time
                time, rest = struct.unpack(">Q", rest[:8])[0], rest[8:]
                message = b"cosignature/v1\ntime %d\n" % time + message
            verify_ed25519(key[2][1:], message, rest)
            good.add(key)
    need(good == set(keys), "a signature is missing")
    origin, size, root = body.split("\n")[:3]
    need(origin == keys[0][0], "the checkpoint is of another log")
    return number(size), unbase64(root)

# --- Merkle trees
def leaf_hash(data): return sha256(b"\0" + data)
def node_hash(left, right): return sha256(b"\1" + left + right)

def root_from_inclusion(index, size, leaf, proof):  # RFC 9162, 2.1.3.2
    need(0 <= index < size, "the commit is beyond the checkpoint")
    node, last, result = index, size - 1, leaf
    for other in proof:
        need(last > 0, "the proof is too long")
        is_right = node & 1 or node == last
        result = node_hash(other, result) if is_right else node_hash(result, other)
        while is_right and not node & 1 and node: node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    need(last == 0, "the proof is too short")
    return result

# --- Commits: FlatBuffers of events/schema/events.fbs; a field is named by its place in its table
class Table:
    def __init__(self, data, at): self.data, self.at = data, at
    def read(self, kind, at): return struct.unpack_from("<" + kind, self.data, at)[0]
    def place(self, field):
        fields = self.at - self.read("i", self.at)
        at = 4 + 2 * field
        offset = self.read("H", fields + at) if at < self.read("H", fields) else 0
        return self.at + offset if offset else 0
    def value(self, field, kind):
        return self.read(kind, self.place(field)) if self.place(field) else 0
    def target(self, field): return self.place(field) + self.read("I", self.place(field))
    def table(self, field):
        return Table(self.data, self.target(field)) if self.place(field) else None
    def text(self, field):
        at = self.target(field) if self.place(field) else 0
        return self.data[at + 4:at + 4 + self.read("I", at)].decode() if at else ""
    def digest(self, field):
        return self.data[self.place(field):][:32] if self.place(field) else bytes(32)

# Events that finish a version, by their number in the union, and where they have its content.
FINISHING = {20: ("created", 17), 27: ("saved for review", 2), 28: ("published", 1)}

def finished_versions(commit):
    """What was done, the version, and its content (None in commits from before it was recorded)."""
    kinds, events = commit.target(7), commit.target(8)
    for i in range(commit.read("I", kinds)):
        done, field = FINISHING.get(commit.data[kinds + 4 + i], ("", 0))
        at = events + 4 + 4 * i
        event = Table(commit.data, at + commit.read("I", at))
        if done == "created" and not event.value(2, "B"): continue  # a draft
        if done: yield done, event.value(0, "I"), event.table(field)

def check_receipt(receipt, key, cosigners=(), csv=None):
    """What the receipt proves, a line for each version."""
    head, note = receipt.split("\n\n", 1)
    title, extra, index, *proof = head.split("\n")
    need(title == "c2sp.org/tlog-proof@v1", "this is not a proof")
    need(extra[:6] == "extra " and index[:6] == "index ", "this is not a receipt")
    data, index = unbase64(extra[6:]), number(index[6:])
    size, root = check_checkpoint(note, key, cosigners)
    place = struct.pack(">Q", index + 1)
    leaf = leaf_hash(sha256(b"codelog commit v1\0" + place + sha256(data)))
    proved = root_from_inclusion(index, size, leaf, [unbase64(line) for line in proof])
    need(proved == root, "the commit is not in the log")
    commit, lines = Table(data, struct.unpack_from("<I", data)[0]), []
    time = datetime.datetime.fromtimestamp(commit.value(0, "q") // 10**6, datetime.timezone.utc)
    for done, version, content in finished_versions(commit):
        if csv is not None and (not content or content.digest(3) != sha256(csv)): continue
        holds = "the commit does not say what it holds" if not content else (
            "on %s (file %s); its codes: %s; its download.csv: %s" % (
                content.text(0), *(content.digest(field).hex().replace("0" * 64, "none")
                                   for field in (1, 2, 3))))
        lines.append("version %08x was %s by %s at %s; %s" % (
            version * 1727040714 % (2**31 - 1), done, commit.text(1) or "the operators of the site",
            time.isoformat(), holds))
    need(lines or csv is None, "no version in this receipt has this download.csv")
    need(lines, "the commit finishes no version")
    return lines + ["commit %d of %d of the log %s" % (index + 1, size, parse_key(key)[0])]

def run(check, *wanted):
    try: print("\n".join(check(*wanted)))
    except (ValueError, IndexError, TypeError, struct.error, OSError) as error:
        sys.exit("REFUSED: %s" % error)

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Checks a receipt of Codelog.")
    parser.add_argument("receipt")
    parser.add_argument("--key", required=True)
    parser.add_argument("--cosigner", action="append", default=[])
    parser.add_argument("--csv")
    asked = parser.parse_args()
    csv = open(asked.csv, "rb").read() if asked.csv else None
    receipt = open(asked.receipt, "rb").read().decode()
    run(check_receipt, receipt, asked.key, asked.cosigner, csv)
