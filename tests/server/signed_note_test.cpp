// Keys, signed notes, checkpoints, addresses of tiles, and the audit of a log from outside.
#include "server/proofs/signed_note.h"

#include <catch2/catch.hpp>
#include <map>

#include "events/base/file.h"
#include "server/proofs/log_audit.h"
#include "server/proofs/signed_log.h"
#include "tests/events/log_fixture.h"

namespace codelog::tests::signed_note_test {
namespace {

using base::ErrorCode;
using events::LogOptions;
using events::TemporaryFolder;
using namespace std::string_literals;
using proofs::Checkpoint;
using proofs::KeyKind;
using proofs::SignedLog;
using proofs::TileAddress;

// The note and the key that golang.org/x/mod/sumdb/note documents.
constexpr const char* known_key =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* known_note =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6K"
    "E6RyyBwJnAM=\n";

// A log of `count` commits with its proofs.
struct Subject {
  explicit Subject(std::uint64_t count) {
    log = events::open_or_fail(events::options_in(folder));
    add(count);
    auto opened = open();
    REQUIRE(opened);
    proofs = *std::move(opened);
    REQUIRE(proofs->begin("test.example/log", std::nullopt, {0}));
  }

  base::Result<std::unique_ptr<SignedLog>> open() const {
    return SignedLog::open(*log, {folder.path(), folder.path() / "cosigned"});
  }

  void add(std::uint64_t count, const std::string& stream = "a") {
    const auto version = log->stream_version(events::Stream(stream)).value();
    for (std::uint64_t i = 0; i < count; ++i)
      REQUIRE(log->append(events::step(stream, version + i)));
  }

  proofs::VerifierKey key() const { return proofs->keys().front().verifier; }
  Checkpoint checkpoint() const {
    return *proofs::parse_checkpoint(proofs::parse_note(*proofs->checkpoint())->text);
  }

  // As over HTTP.
  proofs::FetchPart fetch() const {
    return [this](const std::string& path) -> base::Result<std::string> {
      if (const auto wrong = replaced.find(path); wrong != replaced.end()) return wrong->second;
      if (path == "checkpoint") return proofs->checkpoint();
      return proofs->tile(*proofs::parse_tile_path(path.substr(std::string("tile/").size())));
    };
  }

  base::Result<std::uint64_t> audit(const std::optional<Checkpoint>& seen,
                                    bool is_full = false) const {
    const auto now = proofs::fetch_checkpoint(fetch(), key());
    if (!now) return now.error();
    return proofs::audit_log(fetch(), now->checkpoint, {.seen = seen, .is_full = is_full});
  }

  TemporaryFolder folder;
  std::unique_ptr<events::EventLog> log;
  std::unique_ptr<SignedLog> proofs;
  std::map<std::string, std::string> replaced;
};

constexpr base::Timestamp cosigned_at{1'700'000'000'000'000};

std::string cosigned(const Subject& subject, const proofs::SigningKey& cosigner,
                     base::Timestamp time = cosigned_at) {
  auto note = *proofs::parse_note(*subject.proofs->checkpoint());
  note.signatures.push_back(proofs::sign(cosigner, note.text, time));
  return note.bytes();
}

}  // namespace

TEST_CASE("a note of another program verifies, and none of its changes does", "[proofs]") {
  const auto key = proofs::parse_verifier_key(known_key);
  REQUIRE(key);
  CHECK(key->text() == known_key);
  const auto note = proofs::parse_note(known_note);
  REQUIRE(note);
  CHECK(note->bytes() == known_note);
  CHECK(proofs::is_signed_by(*note, *key));
  auto changed = *note;
  changed.text[0] = 'i';
  CHECK_FALSE(proofs::is_signed_by(changed, *key));
  changed = *note;
  changed.signatures[0].bytes[5] ^= 1;
  CHECK_FALSE(proofs::is_signed_by(changed, *key));
  changed = *note;
  changed.signatures[0].name = "Peter";
  CHECK_FALSE(proofs::is_signed_by(changed, *key));
}

TEST_CASE("keys and notes of another form are refused", "[proofs]") {
  for (const std::string& text :
       {""s, "name"s, "PeterNeumann+c74f20a3"s,
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"s,
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"s,
        "PeterNeumann+c74f20a3+BRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"s,
        std::string(known_key) + "="}) {
    CAPTURE(text);
    CHECK(proofs::parse_verifier_key(text).error().code == ErrorCode::invalid);
  }
  const std::string good = known_note;
  for (const std::string& text :
       {""s, "\n"s, "text\n"s, "text\n\n"s, "text\n\n- a AAAAAAA=\n"s, "text\n\n— a\n"s,
        "text\n\n— a *\n"s, "text\n\n— a AAAA\n"s, good.substr(0, good.size() - 1),
        "a\tb\n\n— a AAAAAAA=\n"s, "\xff\n\n— a AAAAAAA=\n"s,
        std::string(proofs::note_bytes_max, 'a') + "\n\n— a AAAAAAA=\n"}) {
    CAPTURE(text.substr(0, 100));
    CHECK(proofs::parse_note(text).error().code == ErrorCode::invalid);
  }
}

TEST_CASE("a cosignature names its time, and is of this key alone", "[proofs]") {
  const auto cosigner = proofs::make_signing_key("witness.example", KeyKind::cosigner);
  const auto other = proofs::make_signing_key("witness.example", KeyKind::cosigner);
  const base::Timestamp time{1'700'000'000'000'000};
  const auto signature = proofs::sign(cosigner, "text\n", time);
  CHECK(proofs::verifies(cosigner.verifier, "text\n", signature));
  CHECK(proofs::time_of(signature) == time);
  CHECK_FALSE(proofs::verifies(other.verifier, "text\n", signature));
  CHECK_FALSE(proofs::verifies(cosigner.verifier, "text2\n", signature));
  auto later = signature;
  later.bytes[7] ^= 1;
  CHECK_FALSE(proofs::verifies(cosigner.verifier, "text\n", later));
  CHECK(proofs::parse_verifier_key(cosigner.verifier.text()).value() == cosigner.verifier);
}

TEST_CASE("a tile has one address", "[proofs]") {
  const std::map<std::string, TileAddress> addresses = {
      {"0/000", {false, {0, 0}, 256}},
      {"0/999.p/1", {false, {0, 999}, 1}},
      {"1/x001/000", {false, {1, 1000}, 256}},
      {"3/x001/x234/067.p/255", {false, {3, 1'234'067}, 255}},
      {"entries/x018/x446/x744/x073/x709/x551/615", {true, {0, 18'446'744'073'709'551'615u}, 256}}};
  for (const auto& [path, address] : addresses) {
    CHECK(address.path() == "tile/" + path);
    CHECK(proofs::parse_tile_path(path) == address);
  }
  for (const char* path : {"",
                           "0",
                           "0/",
                           "0/0",
                           "0/1000",
                           "00/000",
                           "64/000",
                           "-1/000",
                           "0/000.p/0",
                           "0/000.p/256",
                           "0/000.p/01",
                           "0/000.p/",
                           "0/x000/001",
                           "0/001/000",
                           "0/x001",
                           "0/x001/x000",
                           "0/000/",
                           "entry/000",
                           "0/x018/x446/x744/x073/x709/x551/616",
                           "0/000.p/1.p/1",
                           "0/ 00"}) {
    CAPTURE(path);
    CHECK_FALSE(proofs::parse_tile_path(path));
  }
}

TEST_CASE("an audit accepts a log that only grew, of any size", "[proofs]") {
  Subject subject(1);
  std::optional<Checkpoint> seen;
  for (const std::uint64_t size : {1, 2, 255, 256, 257, 300, 511, 512, 700}) {
    subject.add(size - subject.log->head().position.value());
    for (const bool is_full : {false, true}) {
      CAPTURE(size, is_full);
      const auto read_count = subject.audit(seen, is_full);
      if (!read_count) FAIL(read_count.error().detail);
      CHECK(proofs::fetch_checkpoint(subject.fetch(), subject.key())->checkpoint ==
            subject.checkpoint());
      CHECK(*read_count == (seen && !is_full ? size - seen->size : size));
    }
    seen = subject.checkpoint();
  }
}

TEST_CASE("an audit notices a wrong tile, entry, signature, root, and a fork", "[proofs]") {
  Subject subject(300);
  Subject fork(0);
  fork.add(300, "b");
  const auto audit = [&](const std::optional<Checkpoint>& seen = {}) {
    return subject.audit(seen);
  };
  REQUIRE(audit());
  SECTION("a byte of any part") {
    for (const char* path : {"tile/entries/000", "tile/entries/001.p/44", "tile/0/000",
                             "tile/0/001.p/44", "tile/1/000.p/1"}) {
      CAPTURE(path);
      auto bytes = *subject.fetch()(path);
      bytes[bytes.size() / 2] ^= 1;
      subject.replaced = {{path, bytes}};
      CHECK(audit().error().code == ErrorCode::corrupt);
      bytes.pop_back();
      subject.replaced = {{path, bytes}};
      CHECK(audit().error().code == ErrorCode::corrupt);
    }
  }
  SECTION("the checkpoint of another key") {
    subject.replaced["checkpoint"] = *fork.proofs->checkpoint();
    CHECK(audit().error().code == ErrorCode::corrupt);
  }
  SECTION("another root, signed") {
    Checkpoint wrong = subject.checkpoint();
    wrong.root[0] ^= 1;
    auto keys = *proofs::LogKeys::open(subject.folder.path());
    subject.replaced["checkpoint"] =
        proofs::SignedNote{wrong.text(), keys.sign(wrong.text())}.bytes();
    CHECK(audit().error().code == ErrorCode::corrupt);
  }
  SECTION("other history than was seen") {
    for (const std::uint64_t size : {1, 200, 256, 257, 300}) {
      const Checkpoint seen{"test.example/log", size, *fork.log->root(size)};
      CHECK(audit(seen).error().detail.find("FORK") == 0);
    }
    Checkpoint larger = subject.checkpoint();
    ++larger.size;
    CHECK(audit(larger).error().detail.find("cut short") != std::string::npos);
  }
}

TEST_CASE("old keys go on signing until they are retired", "[proofs]") {
  Subject subject(3);
  const auto first = subject.key();
  REQUIRE(subject.proofs->rotate(proofs::OldKeys::keep, {1'000'000}));
  const auto second = subject.key();
  CHECK(first != second);
  const auto note = [&] { return *proofs::parse_note(*subject.proofs->checkpoint()); };
  const auto both = note();
  CHECK(proofs::is_signed_by(both, first));
  CHECK(proofs::is_signed_by(both, second));
  REQUIRE(subject.proofs->rotate(proofs::OldKeys::retire, {2'000'000}));
  subject.proofs = *subject.open();
  CHECK(subject.proofs->keys().size() == 3);
  CHECK_FALSE(proofs::is_signed_by(note(), first));
  CHECK_FALSE(proofs::is_signed_by(note(), second));
  CHECK(proofs::is_signed_by(note(), subject.key()));
  CHECK(proofs::is_signed_by(both, first));
  // A new name needs a new key, and only it signs.
  REQUIRE(subject.proofs->begin("unused", "other.example/log", {3'000'000}));
  CHECK(subject.checkpoint().origin == "other.example/log");
  CHECK(note().signatures.size() == 1);
  REQUIRE(subject.proofs->begin("unused", std::nullopt, {4'000'000}));
  CHECK(subject.proofs->keys().size() == 4);
  CHECK(subject.proofs->begin("", "with space", {}).error().code == ErrorCode::invalid);
}

TEST_CASE("damaged keys are an error, never new keys", "[proofs]") {
  const Subject subject(1);
  const auto file = subject.folder.path() / "log-signing";
  const std::string good = *base::read_file(file);
  for (const std::string& bad : {good.substr(0, good.size() / 2), "x" + good, good + "line\n"}) {
    REQUIRE(base::write_file_durably(file, bad));
    CHECK(subject.open().error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("cosignatures are taken from trusted cosigners, and served", "[proofs]") {
  Subject subject(10);
  const auto cosigner = proofs::make_signing_key("witness.example", KeyKind::cosigner);
  const auto stranger = proofs::make_signing_key("stranger.example", KeyKind::cosigner);
  SignedLog& log = *subject.proofs;
  CHECK(log.cosigned_checkpoint().error().code == ErrorCode::not_found);
  CHECK(log.add_cosignatures(cosigned(subject, cosigner)).error().code == ErrorCode::forbidden);
  CHECK(log.trust(subject.key()).error().code == ErrorCode::invalid);
  REQUIRE(log.trust(cosigner.verifier));
  CHECK(log.add_cosignatures(cosigned(subject, stranger)).error().code == ErrorCode::forbidden);
  CHECK(log.add_cosignatures("nothing").error().code == ErrorCode::invalid);
  const std::string early = cosigned(subject, cosigner);
  REQUIRE(log.add_cosignatures(early).value() == 1);
  CHECK(log.add_cosignatures(early).value() == 0);
  const auto served = [&] { return *proofs::parse_note(*log.checkpoint()); };
  CHECK(proofs::is_signed_by(served(), cosigner.verifier));
  CHECK(proofs::is_signed_by(served(), subject.key()));

  const std::string old = *log.cosigned_checkpoint();
  subject.add(5);
  CHECK_FALSE(proofs::is_signed_by(served(), cosigner.verifier));
  CHECK(*log.cosigned_checkpoint() == old);
  subject.proofs = *subject.open();
  CHECK(*subject.proofs->cosigned_checkpoint() == old);
  REQUIRE(subject.proofs->add_cosignatures(cosigned(subject, cosigner)).value() == 1);
  CHECK(subject.proofs->add_cosignatures(early).error().code == ErrorCode::conflict);

  SECTION("of this log alone") {
    Subject other(0);
    other.add(20, "b");
    other.proofs.reset();
    std::filesystem::copy(subject.folder.path() / "log-signing",
                          other.folder.path() / "log-signing",
                          std::filesystem::copy_options::overwrite_existing);
    other.proofs = *other.open();
    REQUIRE(other.proofs->trust(cosigner.verifier));
    const auto elsewhere = cosigned(subject, cosigner);
    CHECK(other.proofs->add_cosignatures(elsewhere).error().code == ErrorCode::conflict);
    other.replaced["checkpoint"] = elsewhere;
    CHECK(proofs::fetch_checkpoint(other.fetch(), subject.key()));
    CHECK(other.proofs->add_cosignatures(cosigned(other, cosigner)).value() == 1);
    // Another name is another log.
    REQUIRE(other.proofs->begin("unused", "other.example/log", {0}));
    CHECK(other.proofs->cosigned_checkpoint().error().code == ErrorCode::not_found);
    CHECK(other.proofs->add_cosignatures(elsewhere).error().code == ErrorCode::invalid);
    other.proofs = *other.open();
    CHECK(other.proofs->cosigned_checkpoint().error().code == ErrorCode::not_found);
  }
  SECTION("no more once a cosigner is not trusted") {
    REQUIRE(subject.proofs->distrust("witness.example"));
    CHECK(subject.proofs->cosigned_checkpoint().error().code == ErrorCode::not_found);
    CHECK_FALSE(proofs::is_signed_by(*proofs::parse_note(*subject.proofs->checkpoint()),
                                     cosigner.verifier));
    subject.proofs = *subject.open();
    CHECK(subject.proofs->cosigned_checkpoint().error().code == ErrorCode::not_found);
    subject.add(1);
    const auto given = cosigned(subject, cosigner);
    CHECK(subject.proofs->add_cosignatures(given).error().code == ErrorCode::forbidden);
    CHECK(subject.proofs->distrust("witness.example").error().code == ErrorCode::not_found);
  }
}

TEST_CASE("only a cosigner's last cosignature counts, and repetitions change nothing", "[proofs]") {
  Subject subject(10);
  SignedLog& log = *subject.proofs;
  const auto one = proofs::make_signing_key("one.example", KeyKind::cosigner);
  const auto two = proofs::make_signing_key("two.example", KeyKind::cosigner);
  REQUIRE(log.trust(one.verifier));
  REQUIRE(log.trust(two.verifier));
  const base::Timestamp later{cosigned_at.unix_us + 1'000'000};
  const std::string early = cosigned(subject, one);
  REQUIRE(log.add_cosignatures(cosigned(subject, one, later)).value() == 1);
  REQUIRE(log.add_cosignatures(cosigned(subject, two)).value() == 1);
  const auto file = subject.folder.path() / "cosigned";
  const std::string kept = *log.cosigned_checkpoint();
  std::filesystem::remove(file);
  for (const std::string& again : {early, cosigned(subject, one, later), cosigned(subject, two)}) {
    CHECK(log.add_cosignatures(again).value() == 0);
  }
  CHECK(*log.cosigned_checkpoint() == kept);
  CHECK_FALSE(std::filesystem::exists(file));  // nothing was written
  // As many as a note may have, all good.
  auto many = *proofs::parse_note(*log.checkpoint());
  while (many.signatures.size() < proofs::note_signatures_max) {
    const auto seconds = static_cast<std::int64_t>(many.signatures.size());
    many.signatures.push_back(proofs::sign(one, many.text, {later.unix_us + seconds * 1'000'000}));
  }
  REQUIRE(log.add_cosignatures(many.bytes()).value() == 1);
  const auto last = *proofs::parse_note(*log.cosigned_checkpoint());
  CHECK(last.signatures.size() == 3);
  CHECK(std::ranges::find(last.signatures, many.signatures.back()) != last.signatures.end());
  many.signatures.front() = proofs::sign(two, many.text, later);
  many.signatures.front().bytes.back() ^= 1;
  CHECK(log.add_cosignatures(many.bytes()).error().code == ErrorCode::forbidden);
}

TEST_CASE("a cosigned checkpoint and receipts are signed by the present keys", "[proofs]") {
  Subject subject(10);
  const auto cosigner = proofs::make_signing_key("witness.example", KeyKind::cosigner);
  REQUIRE(subject.proofs->trust(cosigner.verifier));
  REQUIRE(subject.proofs->add_cosignatures(cosigned(subject, cosigner)).value() == 1);
  subject.add(5);
  const auto first = subject.key();
  REQUIRE(subject.proofs->rotate(proofs::OldKeys::keep, {1'000'000}));
  for (int i = 0; i < 2; ++i) {
    const std::string receipt = *subject.proofs->receipt(base::Position(7));
    const auto under = proofs::parse_note(receipt.substr(receipt.find("\n\n") + 2));
    REQUIRE(under);
    CHECK(proofs::parse_checkpoint(under->text)->size == 10);
    CHECK(under->bytes() == *subject.proofs->cosigned_checkpoint());
    for (const auto& key : {first, subject.key(), cosigner.verifier}) {
      CHECK(proofs::is_signed_by(*under, key));
    }
    subject.proofs = *subject.open();
  }
}

TEST_CASE("only the owner may read the files of keys", "[proofs]") {
  Subject subject(1);
  const auto cosigner = proofs::make_signing_key("witness.example", KeyKind::cosigner);
  REQUIRE(subject.proofs->trust(cosigner.verifier));
  REQUIRE(subject.proofs->add_cosignatures(cosigned(subject, cosigner)));
  REQUIRE(subject.proofs->rotate(proofs::OldKeys::keep, {1'000'000}));
  using std::filesystem::perms;
  for (const char* file : {"log-signing", "log-cosigners", "cosigned"}) {
    CAPTURE(file);
    CHECK(std::filesystem::status(subject.folder.path() / file).permissions() ==
          (perms::owner_read | perms::owner_write));
  }
}

TEST_CASE("bundles that grow are read on from where they were", "[proofs]") {
  Subject subject(10);
  const auto bundle = [&](std::size_t width) {
    return *subject.proofs->tile({true, {0, 0}, width});
  };
  const std::string ten = bundle(10);
  subject.add(290);
  const std::string whole = bundle(256);
  CHECK(whole.substr(0, ten.size()) == ten);
  CHECK(bundle(10) == ten);
  CHECK(bundle(200) == whole.substr(0, 200 * 34));
  const auto fresh = *subject.open();
  CHECK(*fresh->tile({true, {0, 0}, 256}) == whole);
}

}  // namespace codelog::tests::signed_note_test
