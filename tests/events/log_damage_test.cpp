// A log damaged while it was closed: opening refuses it, or verifying reports the damage and
// readers skip it.
#include <functional>
#include <set>

#include "events/base/file.h"
#include "events/codec.h"
#include "events/rocksdb/witness.h"
#include "log_fixture.h"
#include "raw_log.h"

namespace codelog::events::log_damage_test {
namespace {

using base::ErrorCode;
using base::Position;

// Fills a log and closes it. Every commit has an idempotency key; streams are s0, s1, s2 in turn.
void fill(const LogOptions& options, std::uint64_t count) {
  LogOptions unsynced = options;
  unsynced.sync = false;
  const auto log = open_or_fail(unsynced);
  for (std::uint64_t i = 0; i < count; ++i) {
    REQUIRE(log->append(step("s" + std::to_string(i % 3), i / 3, "key " + std::to_string(i))));
  }
}

base::Error open_error(const LogOptions& options) {
  const auto log = open_log(options);
  REQUIRE_FALSE(log);
  return log.error();
}

bool mentions(const base::Error& error, const std::string& text) {
  INFO(error.detail);
  return error.detail.find(text) != std::string::npos;
}

std::set<std::uint64_t> found_positions(const EventLog& log) {
  std::set<std::uint64_t> found;
  const auto findings = log.verify({});
  REQUIRE(findings);
  for (const Finding& finding : *findings) found.insert(finding.position.value());
  return found;
}

std::array<char, 8> key_of(std::uint64_t position) { return big_endian(position); }
std::string_view text(const std::array<char, 8>& key) { return {key.data(), key.size()}; }

// A change made behind the log's back, and the findings that it must cause.
struct Tampering {
  std::string what;
  std::function<void(RawLog&)> change;
};
struct Refused : Tampering {
  std::string error;
};
struct Found : Tampering {
  std::set<std::uint64_t> positions;
};

std::string forged_record(std::uint64_t position) {
  const std::string payload = *encode(step("s0", 0, "forged"));
  const auto header = record_header(Position(position), payload);
  return std::string(header.data(), header.size()) + payload;
}

void put_commit(RawLog& raw, std::uint64_t position, std::string_view record) {
  raw.put(Family::commits, text(key_of(position)), record);
}

void flip(RawLog& raw, Family family, const std::string& key, std::size_t at) {
  std::string value = raw.get(family, key);
  value[at] = static_cast<char>(value[at] ^ 1);
  raw.put(family, key, value);
}

const std::vector<Refused> refused_tampering = {
    {{"a late commit replaced", [](RawLog& raw) { put_commit(raw, 590, forged_record(590)); }},
     "do not lead to its Merkle root"},
    {{"a commit removed", [](RawLog& raw) { raw.remove(Family::commits, text(key_of(10))); }},
     "lacks commit 10"},
    {{"a commit added", [](RawLog& raw) { put_commit(raw, 601, forged_record(601)); }},
     "commits after its recorded end 600"},
    {{"a tile changed", [](RawLog& raw) { flip(raw, Family::merkle, tile_key(0, 0), 32 * 20); }},
     "do not lead to its Merkle root"},
    {{"the root changed", [](RawLog& raw) { flip(raw, Family::meta, "head", 20); }},
     "do not lead to its Merkle root"},
    {{"the meta data removed",
      [](RawLog& raw) {
        for (const char* key : {"format", "log_id", "head"}) raw.remove(Family::meta, key);
      }},
     "commits after its recorded end 0"},
    {{"a part of the meta data removed", [](RawLog& raw) { raw.remove(Family::meta, "head"); }},
     "the log's meta data is incomplete"},
    {{"a later format", [](RawLog& raw) { raw.put(Family::meta, "format", "codelog log 2"); }},
     "the log has the format \"codelog log 2\""}};

// Position 0 stands for findings about no single commit.
const std::vector<Found> found_tampering = {
    // The stream's next commit does not follow either, and the indexes have a key and an entry too
    // many.
    {{"an early commit replaced", [](RawLog& raw) { put_commit(raw, 10, forged_record(10)); }},
     {0, 10, 13}},
    {{"an early commit damaged, record and all",
      [](RawLog& raw) { put_commit(raw, 10, "nonsense"); }},
     {10}},
    {{"a stream entry removed",
      [](RawLog& raw) { raw.remove(Family::streams, stream_key("s1", StreamVersion(2))); }},
     {0, 5}},
    {{"a stream entry added",
      [](RawLog& raw) {
        raw.put(Family::streams, stream_key("t", StreamVersion(1)), number_value(7));
      }},
     {0}},
    {{"a stream entry that leads elsewhere",
      [](RawLog& raw) {
        raw.put(Family::streams, stream_key("s1", StreamVersion(2)), number_value(2));
      }},
     {5}},
    {{"a stream's head moved back",
      [](RawLog& raw) { raw.put(Family::stream_heads, "s1", number_value(3)); }},
     {0}},
    {{"a stream's head moved forward",
      [](RawLog& raw) { raw.put(Family::stream_heads, "s1", number_value(1000)); }},
     {0}},
    {{"a stream's head added",
      [](RawLog& raw) { raw.put(Family::stream_heads, "t", number_value(1)); }},
     {0}},
    // The next commit of that stream would find its place taken.
    {{"a stream entry added that leads beyond the end",
      [](RawLog& raw) {
        raw.put(Family::streams, stream_key("s1", StreamVersion(201)), number_value(7000));
      }},
     {0}},
    {{"an idempotency key added that leads beyond the end",
      [](RawLog& raw) {
        raw.put(Family::idempotency, idempotency_key("alice", "another"),
                idempotency_value({Position(7000), {}}));
      }},
     {0}},
    {{"an idempotency key forgotten",
      [](RawLog& raw) { raw.remove(Family::idempotency, idempotency_key("alice", "key 41")); }},
     {0, 42}},
    {{"an idempotency key added",
      [](RawLog& raw) {
        raw.put(Family::idempotency, idempotency_key("alice", "another"),
                idempotency_value({Position(3), {}}));
      }},
     {0}},
    // The tree's right edge cannot be computed, so the log can only be read.
    {{"a tile removed", [](RawLog& raw) { raw.remove(Family::merkle, tile_key(0, 1)); }}, {512}}};

}  // namespace

TEST_CASE("a write-ahead log that was cut short, flipped or deleted is noticed at open",
          "[log][damage]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(options, 50);
  const auto wal = newest_wal(options.folder);
  const auto size = std::filesystem::file_size(wal);
  SECTION("cut in the middle") {
    std::filesystem::resize_file(wal, size / 2);
    const base::Error error = open_error(options);
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(mentions(error, "but commit 50 was durable: acknowledged commits are missing"));
    CHECK(mentions(error, "restore the log from its latest backup"));
  }
  SECTION("cut at the end") {
    std::filesystem::resize_file(wal, size - 7);
    CHECK(mentions(open_error(options), "the log ends at commit 49, but commit 50 was durable"));
  }
  SECTION("deleted") {
    std::filesystem::remove(wal);
    CHECK(open_error(options).code == ErrorCode::corrupt);
  }
  SECTION("a byte flipped") {
    flip_byte(wal, size / 2);
    const base::Error error = open_error(options);
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(mentions(error, "restore the log from its latest backup"));
  }
  // Refusing changed nothing, so the log is refused again.
  CHECK(open_error(options).code == ErrorCode::corrupt);
}

TEST_CASE("a log without its witness opens only when the options accept that", "[log][damage]") {
  const TemporaryFolder folder;
  LogOptions options = options_in(folder);
  options.witness_file = folder.path() / "elsewhere";
  fill(options, 3);
  REQUIRE(std::filesystem::exists(options.witness_file));
  SECTION("missing") { std::filesystem::remove(options.witness_file); }
  SECTION("damaged") {
    REQUIRE(base::write_file_durably(options.witness_file, std::string(512, 'x')));
    CHECK(mentions(open_error(options), "is damaged"));
    std::filesystem::remove(options.witness_file);
  }
  CHECK(open_error(options).code == ErrorCode::corrupt);
  CHECK(mentions(open_error(options), "its head witness is missing"));
  options.accept_missing_witness = true;
  CHECK(open_or_fail(options)->append(step("a", 0)));
  options.accept_missing_witness = false;
  CHECK(open_or_fail(options)->head().position == Position(4));
}

TEST_CASE("an empty log needs no witness, and a witness of commits needs its log",
          "[log][damage]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  const std::filesystem::path witness = options.folder.string() + ".witness";
  open_or_fail(options);
  std::filesystem::remove(witness);
  open_or_fail(options);
  std::filesystem::remove_all(options.folder);
  fill(options, 2);
  std::filesystem::remove_all(options.folder);
  const base::Error error = open_error(options);
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(mentions(error, "holds no log, but its head witness saw commit 2"));
  std::filesystem::remove(witness);
  open_or_fail(options);
}

TEST_CASE("the witness of another log, of a later epoch or of another history is refused",
          "[log][damage]") {
  const TemporaryFolder folder;
  const TemporaryFolder other_folder;
  LogOptions options = options_in(folder);
  LogOptions other = options_in(other_folder);
  fill(options, 5);
  fill(other, 4);
  const std::filesystem::path witness = options.folder.string() + ".witness";
  SECTION("another log") {
    std::filesystem::copy_file(other.folder.string() + ".witness", witness,
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(mentions(open_error(options), "that of another log"));
  }
  SECTION("a later epoch") {
    const TemporaryFolder copy_folder;
    const std::filesystem::path copy = copy_folder.path() / "log";
    std::filesystem::copy(options.folder, copy, std::filesystem::copy_options::recursive);
    options.epoch_min = 4;
    CHECK(open_or_fail(options)->head().epoch == 4);
    options.epoch_min = 1;
    CHECK(open_or_fail(options)->head().epoch == 4);
    // Put the earlier log back in place.
    std::filesystem::remove_all(options.folder);
    std::filesystem::copy(copy, options.folder, std::filesystem::copy_options::recursive);
    CHECK(mentions(open_error(options), "the log is of epoch 1, its head witness of 4"));
  }
  SECTION("another root") {
    auto opened = Witness::open(witness);
    Head head = (*opened)->newest().head;
    head.root[5] ^= 1;
    const WitnessRecord record{(*opened)->newest().log_id, head};
    REQUIRE(Witness::create(witness, record));
    CHECK(mentions(open_error(options), "are not those that the head witness saw"));
  }
}

TEST_CASE("the witness survives a torn write and always keeps the last synced record",
          "[witness]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "witness";
  const auto head = [](std::uint64_t position) {
    return Head{Position(position), base::sha256(std::to_string(position)), 3};
  };
  CHECK(Witness::open(path).value() == nullptr);
  auto witness = *Witness::create(path, {"0123456789abcdef", head(1)});
  const auto reopened = [&] { return (*Witness::open(path))->newest(); };
  CHECK(reopened() == WitnessRecord{"0123456789abcdef", head(1)});
  for (std::uint64_t i = 2; i < 10; ++i) {
    REQUIRE(witness->record(head(i)));
    CHECK(reopened().head == head(i));
    if (i % 3 == 0) {
      CHECK_FALSE(witness->is_synced());
      REQUIRE(witness->sync());
      CHECK(witness->is_synced());
    }
  }
  // Record 9 was synced last. Records 10 and 11 go to the other slot, so tearing that slot leaves
  // 9.
  REQUIRE(witness->record(head(10)));
  REQUIRE(witness->record(head(11)));
  const std::string bytes = *base::read_file(path);
  CHECK(bytes.size() == 512);
  const std::size_t slot = bytes.find("position=11") / 256;
  for (std::size_t at : {0, 30, 60, 100, 120, 200}) {
    std::string torn = bytes;
    torn[slot * 256 + at] ^= 1;
    REQUIRE(base::write_file_durably(path, torn));
    const auto newest = reopened().head;
    CHECK((newest == head(9) || (at == 200 && newest == head(11))));
  }
  REQUIRE(base::write_file_durably(path, bytes.substr(0, 300)));
  CHECK(Witness::open(path).error().code == ErrorCode::corrupt);
  REQUIRE(base::write_file_durably(path, ""));
  CHECK(Witness::open(path).error().code == ErrorCode::corrupt);
}

TEST_CASE("a witness that is behind is brought up to date when the log opens", "[witness]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  const std::filesystem::path witness = options.folder.string() + ".witness";
  fill(options, 3);
  std::filesystem::copy_file(witness, folder.path() / "earlier");
  REQUIRE(open_or_fail(options)->append(step("a", 0)));
  std::filesystem::rename(folder.path() / "earlier", witness);
  const auto log = open_or_fail(options);
  CHECK((*Witness::open(witness))->newest().head == log->head());
}

TEST_CASE("readers by position and by stream skip only a damaged block", "[log][damage]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  constexpr std::uint64_t count = 600;
  fill(options, count);
  std::filesystem::path table;
  {
    RawLog raw(options.folder);
    raw.flush();
    REQUIRE(raw.tables(Family::commits).size() == 1);
    table = raw.tables(Family::commits)[0];
  }
  flip_byte(table, std::filesystem::file_size(table) / 3);
  const auto log = open_or_fail(options);
  CHECK_FALSE(log->latched());
  std::set<std::uint64_t> damaged;
  std::set<std::uint64_t> read;
  const auto reader = log->read_all(Position(1), Direction::forward);
  while (auto commit = reader->next()) {
    if (*commit) {
      CHECK(read.insert((*commit)->position.value()).second);
      continue;
    }
    CHECK(commit->error().code == ErrorCode::corrupt);
    const std::uint64_t position = read.size() + damaged.size() + 1;
    CHECK(mentions(commit->error(), "commit " + std::to_string(position) + ": "));
    damaged.insert(position);
  }
  CHECK(read.size() + damaged.size() == count);
  CHECK(damaged.size() >= 1);
  CHECK(damaged.size() < 50);

  std::uint64_t errors = 0;
  std::uint64_t good = 0;
  const auto backward = log->read_all(Position(count), Direction::backward);
  while (auto commit = backward->next()) ++(*commit ? good : errors);
  CHECK(good == read.size());
  CHECK(errors == damaged.size());
  errors = good = 0;
  for (const char* stream : {"s0", "s1", "s2"}) {
    const auto of_stream = log->read_stream(Stream(stream), StreamVersion(1), Direction::forward);
    while (auto commit = of_stream->next()) ++(*commit ? good : errors);
  }
  CHECK(good == read.size());
  CHECK(errors == damaged.size());
  CHECK(log->read(Position(*damaged.begin())).error().code == ErrorCode::corrupt);
  CHECK(log->read_bytes(Position(*damaged.begin())).error().code == ErrorCode::corrupt);
  CHECK(found_positions(*log) == damaged);
  CHECK(log->append(step("s0", count / 3)));
}

TEST_CASE("a damaged commit at the very end leaves a log that can only be read", "[log][damage]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(options, 300);
  std::filesystem::path table;
  {
    RawLog raw(options.folder);
    raw.flush();
    table = raw.tables(Family::commits).at(0);
  }
  flip_byte(table, std::filesystem::file_size(table) * 9 / 10);
  const auto log = open_or_fail(options);
  CHECK(log->latched());
  const auto refused = log->append(step("s0", 100));
  CHECK(error_of(refused) == ErrorCode::unavailable);
  CHECK(mentions(refused.error(), "can only be read, because its end is damaged"));
  CHECK(log->head().position == Position(300));
  CHECK(log->read(Position(1)));
  CHECK(log->root(200).error().code == ErrorCode::corrupt);
  std::set<std::uint64_t> damaged;
  for (std::uint64_t i = 1; i <= 300; ++i) {
    if (!log->read(Position(i))) damaged.insert(i);
  }
  CHECK(damaged.size() >= 1);
  CHECK(found_positions(*log) == damaged);
}

TEST_CASE("tampering with records that the log's end depends on is refused at open",
          "[log][damage]") {
  const Refused& tampering = GENERATE(from_range(refused_tampering));
  CAPTURE(tampering.what);
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(options, 600);
  {
    RawLog raw(options.folder);
    tampering.change(raw);
  }
  const base::Error error = open_error(options);
  CHECK(error.code == ErrorCode::corrupt);
  CHECK(mentions(error, tampering.error));
}

TEST_CASE("tampering with anything else is found by verifying", "[log][damage]") {
  const Found& tampering = GENERATE(from_range(found_tampering));
  CAPTURE(tampering.what);
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(options, 600);
  {
    RawLog raw(options.folder);
    tampering.change(raw);
  }
  CHECK(found_positions(*open_or_fail(options)) == tampering.positions);
}

TEST_CASE("a stream whose head is behind takes no commit, because that would overwrite another",
          "[log][damage]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(options, 600);
  const bool has_gap = GENERATE(false, true);
  const std::string entry = stream_key("s1", StreamVersion(5));
  std::string before;
  {
    RawLog raw(options.folder);
    before = raw.get(Family::streams, entry);
    raw.put(Family::stream_heads, "s1", number_value(3));
    // Also when a gap comes before the head.
    if (has_gap) raw.remove(Family::streams, stream_key("s1", StreamVersion(4)));
  }
  {
    const auto log = open_or_fail(options);
    const auto appended = log->append(step("s1", 3, "another fourth"));
    REQUIRE_FALSE(appended);
    CHECK(appended.error().code == ErrorCode::corrupt);
    CHECK(appended.error().detail ==
          "the head of stream s1 is damaged: the stream continues after version 3");
    CHECK(log->append(step("s0", 200, "another stream")));
    CHECK(log->stream_version(Stream("s1")) == StreamVersion(3));
  }
  CHECK(RawLog(options.folder).get(Family::streams, entry) == before);
}

TEST_CASE("verifying reports progress and stops after enough findings", "[log][damage]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(options, 5000);
  {
    RawLog raw(options.folder);
    for (std::uint64_t i = 1; i <= 1500; ++i) raw.put(Family::commits, text(key_of(i)), "nonsense");
  }
  const auto log = open_or_fail(options);
  std::vector<std::uint64_t> done;
  const auto findings = log->verify([&](std::uint64_t position, std::uint64_t total) {
    CHECK(total == 5000);
    done.push_back(position);
  });
  CHECK(findings->size() == LogMaintenance::findings_max);
  CHECK(done == std::vector<std::uint64_t>{5000});
}

}  // namespace codelog::events::log_damage_test
