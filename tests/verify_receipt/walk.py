#!/usr/bin/env python3
"""Drives a real server and checks all that it proves with the verifiers: walk.py CODELOG."""
import json, os, random, shutil, struct, subprocess, sys, tempfile, urllib.error, urllib.request
from log_verifier import check_log
from verifier import Table, check_checkpoint, check_receipt, finished_versions

PROGRAM = os.path.abspath(sys.argv[1])
MUTATIONS = 1000

class Site:
    def __init__(self, folder): self.folder, self.server = folder, None

    def run(self, *words, done=0, given=None):
        ended = subprocess.run([PROGRAM, *words], input=given, capture_output=True, text=True,
                               env={**os.environ, "CODELOG_DATA": self.folder})
        assert ended.returncode == done, (words, ended)
        return ended.stdout + ended.stderr

    def start(self):
        self.server = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.folder, "--listen", "127.0.0.1:0",
             "--log-origin", "codelists.example/log", "--log-file", self.folder + ".log"],
            stdout=subprocess.PIPE, text=True)
        self.url = self.server.stdout.readline().split()[-1]

    def stop(self):
        if self.server is None: return
        self.server.terminate()
        assert self.server.wait(30) == 0
        self.server.stdout.close()
        self.server = None

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer: return answer.read()

    def send(self, method, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), method=method,
            headers={"Authorization": "Token " + self.token, "Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer: return json.load(answer)

def is_refused(check, *given):
    try: check(*given)
    except (ValueError, IndexError, TypeError, OverflowError): return True
    except Exception as error: return type(error).__name__ == "error"  # struct.error
    return False

def mutated(text):
    at, other = random.randrange(len(text)), chr(random.randrange(1, 128))
    way = random.randrange(4)
    if way == 0: return text[:at] + other + text[at + 1:]
    if way == 1: return text[:at] + text[at + 1:]
    if way == 2: return text[:at] + other + text[at:]
    end = random.randrange(at, len(text))
    return text[:at] + text[end:]  # a part cut out

def check_mutations(receipt, csv, keys):
    tried = 0
    while tried < MUTATIONS:
        wrong = mutated(receipt)
        if wrong == receipt: continue
        assert is_refused(check_receipt, wrong, *keys, csv), wrong
        tried += 1
    for _ in range(100):
        wrong = mutated(csv.decode()).encode()
        assert wrong == csv or is_refused(check_receipt, receipt, *keys, wrong), wrong

def make_version(site, name):
    table = "code,term\nC1050,Asthma\n%s,\"A term, with a comma\"\n" % name
    made = site.send("POST", "/api/v2/codelists", {
        "owner": "user/ada", "name": name, "coding_system": "readv2", "csv": table})
    site.send("POST", "/api/v2/versions/%s/publish" % made["version"]["hash"], {})
    return made["version"]["hash"], "/codelist/user/ada/%s/%s/" % (
        made["slug"], made["version"]["hash"])

def change(site, name, count):
    for i in range(count):
        site.send("PATCH", "/api/v2/codelists/user/ada/" + name, {"description": "text %d" % i})

def check_receipts(site, key, folder):
    version, address = make_version(site, "asthma")
    change(site, "asthma", 280)  # more than one tile
    # A witness that the site does not trust yet, and then does.
    cosigner_file = os.path.join(folder, "cosigner-key")
    cosign = ["log", "cosign", "--remote", site.url, "--key", key, "--cosigner-key", cosigner_file,
              "--seen", os.path.join(folder, "witness-seen")]
    said = site.run(*cosign, "--name", "witness.example", done=1)
    cosigner = next(word for word in said.split() if word.startswith("witness.example+"))
    site.run("key", "trust", cosigner)
    assert "cosigned by" in site.run(*cosign)
    keys = (key, [cosigner])
    receipt = site.get("/api/v2/versions/%s/receipt" % version).decode()
    assert receipt == site.get(address + "receipt.tlog-proof").decode()
    csv = site.get(address + "download.csv")
    lines = check_receipt(receipt, *keys, csv)
    assert "version %s was published by ada" % version in lines[0], lines
    assert "readv2_unknown_19000101" in lines[0], lines
    random.seed(14)
    check_mutations(receipt, csv, keys)
    check_log(site.url + "/log", *keys)
    change(site, "asthma", 1)
    assert is_refused(check_log, site.url + "/log", *keys)  # not cosigned yet
    cosigned = site.get("/log/cosigned-checkpoint").decode()
    check_log(site.url + "/log", key, [], cosigned)
    address = "/api/v2/versions/%s/receipt" % version
    return lambda: site.get(address).decode(), cosigner, csv

def check_keys(site, key, get_receipt, cosigner, csv):
    receipt = get_receipt()
    assert key in site.run("key", "rotate")
    newer = json.loads(site.run("key", "show", "--json"))["keys"][0]["key"]
    assert newer != key
    for either in (key, newer):
        check_log(site.url + "/log", either)
        check_receipt(get_receipt(), either, [cosigner], csv)
    site.run("key", "rotate", "--retire-old")
    newest = json.loads(site.run("key", "show", "--json"))["keys"][0]["key"]
    assert site.get("/log/verifier-key").decode().split() == [newest, newer, key]
    check_log(site.url + "/log", newest)
    assert is_refused(check_log, site.url + "/log", key)
    check_receipt(get_receipt(), newest, [cosigner], csv)
    assert is_refused(check_receipt, get_receipt(), key, [cosigner], csv)
    check_receipt(receipt, key, [cosigner], csv)

def check_evidence(key, seen):
    """Two checkpoints that the log's key has signed, of which neither continues the other."""
    sizes = []
    for file in (seen, seen + ".fork"):
        with open(file, encoding="utf-8") as note: sizes.append(check_checkpoint(note.read(), key, []))
    assert sizes[0] != sizes[1], sizes

def check_forks(site, folder):
    site.run("log", "verify")
    site.stop()
    fork = Site(os.path.join(folder, "fork"))
    fork.token = site.token
    shutil.copytree(site.folder, fork.folder)
    site.start()
    key = json.loads(site.run("key", "show", "--json"))["keys"][0]["key"]
    verify = ["log", "verify", "--key", key, "--seen", os.path.join(folder, "seen"), "--remote"]
    assert "seen for the first time" in site.run(*verify, site.url)
    change(site, "asthma", 3)
    assert "grown from the log seen before" in site.run(*verify, site.url)
    grown = site.get("/log/checkpoint").decode()
    fork.start()
    assert "cut short" in fork.run(*verify, fork.url, done=1)
    make_version(fork, "other")
    change(fork, "other", 7)
    assert "FORK" in fork.run(*verify, fork.url, done=1)
    assert "FORK" in fork.run(*verify, fork.url, "--full", done=1)
    check_evidence(key, os.path.join(folder, "seen"))
    assert is_refused(check_log, fork.url + "/log", key, [], grown)
    assert "as it was when seen before" in site.run(*verify, site.url, "--full")
    # A forgotten --remote must not verify another log than is meant.
    assert "--remote" in site.run("log", "verify", "--key", key, done=1)
    assert "--key: is missing" in site.run("log", "verify", "--remote", site.url, done=1)
    # Here too: the end that was verified last is remembered.
    site.run("log", "verify")
    shutil.copy(os.path.join(site.folder, "log-verified"), fork.folder)
    assert "FORK" in fork.run("log", "verify", done=1)
    fork.stop()

def check_commits():
    """Commits as programs of all times have written them."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden", "events")
    def found(name):
        with open(os.path.join(folder, name + ".bin"), "rb") as file: data = file.read()
        commit = Table(data, struct.unpack_from("<I", data)[0])
        return [(done, version, content and content.text(0))
                for done, version, content in finished_versions(commit)]
    assert found("VersionPublished") == [("published", 41, None)]
    assert found("VersionSavedForReview3") == [("saved for review", 41, "snomedct_3600_20230419")]
    assert found("VersionCreated5") == [("created", 41, "snomedct_3600_20230419")]
    assert found("VersionDeleted") == []

def main():
    check_commits()
    folder = tempfile.mkdtemp(prefix="codelog-verify-")
    site = Site(os.path.join(folder, "data"))
    try:
        site.run("user", "add", "ada", "--name", "Ada", "--email", "ada@example.org")
        site.token = site.run("user", "token", "ada").strip()
        assert "no key yet" in site.run("key", "show")
        site.start()
        key = site.get("/log/verifier-key").decode().strip()
        assert key.startswith("codelists.example/log+")
        check_keys(site, key, *check_receipts(site, key, folder))
        check_forks(site, folder)
    finally:
        if site.server: site.server.kill()
        shutil.rmtree(folder, ignore_errors=True)

if __name__ == "__main__": main()
