// A log that is only read: beside the process that appends to it, and whatever is damaged.
#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "events/rocksdb/stored_log.h"
#include "log_fixture.h"
#include "raw_log.h"

namespace codelog::events::stored_log_test {
namespace {

using base::ErrorCode;
using base::Position;

void append(EventLog& log, std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t i = first; i < first + count; ++i) {
    REQUIRE(log.append(step("s" + std::to_string(i % 3), i / 3)));
  }
}

// Closed again when this returns.
void fill(const TemporaryFolder& folder, std::uint64_t count) {
  LogOptions options = options_in(folder);
  options.sync = false;
  append(*open_or_fail(options), 0, count);
}

std::filesystem::path witness_of(const LogOptions& options) {
  return options.folder.string() + ".witness";
}

std::unique_ptr<StoredLog> open_stored(const LogOptions& options) {
  auto log = StoredLog::open(options.folder, witness_of(options));
  if (!log) FAIL(log.error().detail);
  return *std::move(log);
}

// The positions whose bytes cannot be read.
std::vector<std::uint64_t> unreadable(const StoredLog& log) {
  std::vector<std::uint64_t> positions;
  const auto reader = log.read_bytes(Position(1));
  for (std::uint64_t i = 1; i <= log.head().position.value(); ++i) {
    const auto bytes = reader->next();
    if (bytes) {
      REQUIRE(bytes->has_value());
      continue;
    }
    CHECK(bytes.error().detail.find("commit " + std::to_string(i)) == 0);
    positions.push_back(i);
  }
  const auto end = reader->next();
  CHECK((end && !*end));
  return positions;
}

TEST_CASE("a log is read beside the process that has it open", "[log][stored]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  const auto log = open_or_fail(options);
  append(*log, 0, 700);
  const auto stored = open_stored(options);
  CHECK(stored->head() == log->head());
  CHECK(stored->witnessed().head == log->head());
  append(*log, 700, 10);
  CHECK(stored->head().position == Position(700));  // the moment of opening
  const auto reader = stored->read_bytes(Position(1));
  for (std::uint64_t i = 1; i <= 700; ++i) {
    const auto bytes = reader->next();
    REQUIRE((bytes && *bytes));
    const auto expected = log->read_bytes(Position(i));
    REQUIRE(expected);
    REQUIRE(**bytes == *expected);
    const auto root = log->root(i);
    REQUIRE(root);
    REQUIRE(stored->root(i) == *root);
  }
  const auto end = reader->next();
  CHECK((end && !*end));
  const auto at_end = stored->read_bytes(Position(700));
  const auto last = at_end->next();
  REQUIRE((last && *last));
  CHECK(**last == *log->read_bytes(Position(700)));
}

TEST_CASE("reading a log that grows and writes tables shows a whole beginning of it",
          "[log][stored]") {
  const TemporaryFolder folder;
  LogOptions options = options_in(folder);
  options.sync = false;
  options.memory_bytes = 64 << 10;  // tables and new write-ahead logs all the time
  const auto log = open_or_fail(options);
  append(*log, 0, 50);
  std::atomic<std::uint64_t> appended = 50;
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const std::uint64_t i = appended;
      if (!log->append(step("s" + std::to_string(i % 3), i / 3))) return;
      ++appended;
      // A new table every 30 ms or so.
      if (i % 10 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  for (int round = 0; round < 15; ++round) {
    const std::uint64_t acknowledged = appended;
    const auto stored = open_stored(options);
    CAPTURE(round, acknowledged);
    CHECK(stored->head().position.value() >= acknowledged);
    CHECK(unreadable(*stored).empty());
    CHECK(stored->root(stored->head().position.value()) == stored->head().root);
  }
  writer.request_stop();
  writer.join();
  CHECK(appended > 50);
}

TEST_CASE("what can be read of a damaged log is read, and the rest is named", "[log][stored]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(folder, 600);
  {
    RawLog raw(options.folder);
    const auto key = big_endian(300);
    std::string record = raw.get(Family::commits, {key.data(), key.size()});
    SECTION("a flipped bit") {
      record[record.size() / 2] ^= 1;
      raw.put(Family::commits, {key.data(), key.size()}, record);
    }
    SECTION("another commit with a good checksum") {
      const auto other = big_endian(297);
      std::string payload = raw.get(Family::commits, {other.data(), other.size()});
      payload.erase(0, record_header_bytes);
      const auto header = record_header(Position(300), payload);
      raw.put(Family::commits, {key.data(), key.size()},
              std::string(header.data(), header.size()) + payload);
    }
    SECTION("no commit") { raw.remove(Family::commits, {key.data(), key.size()}); }
  }
  const auto stored = open_stored(options);
  CHECK(stored->head().position == Position(600));
  CHECK(unreadable(*stored) == std::vector<std::uint64_t>{300});
  CHECK(stored->root(299).has_value());
}

TEST_CASE("a damaged end leaves no root, but everything before it can be read", "[log][stored]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(folder, 600);
  {
    RawLog raw(options.folder);
    const auto key = big_endian(590);
    raw.remove(Family::commits, {key.data(), key.size()});
  }
  const auto stored = open_stored(options);
  CHECK(unreadable(*stored) == std::vector<std::uint64_t>{590});
  CHECK_FALSE(stored->root(100).has_value());
}

TEST_CASE("a log that lost its end shows that its witness saw more", "[log][stored]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(folder, 100);
  const auto wal = newest_wal(options.folder);
  std::filesystem::resize_file(wal, std::filesystem::file_size(wal) / 2);
  const auto stored = open_stored(options);
  CHECK(stored->head().position < Position(100));
  CHECK(stored->head().position > Position(10));
  REQUIRE(stored->witnessed().head);
  CHECK(stored->witnessed().head->position == Position(100));
  CHECK(unreadable(*stored).empty());
}

TEST_CASE("a witness that cannot be used is told from one that is not there", "[log][stored]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(folder, 10);
  SECTION("not there") {
    std::filesystem::remove(witness_of(options));
    const auto stored = open_stored(options);
    CHECK_FALSE(stored->witnessed().head);
    CHECK(stored->witnessed().problem.empty());
  }
  SECTION("damaged") {
    std::filesystem::resize_file(witness_of(options), 20);
    CHECK(open_stored(options)->witnessed().problem.find("is damaged") != std::string::npos);
  }
  SECTION("of another log") {
    const TemporaryFolder other;
    fill(other, 3);
    std::filesystem::copy_file(witness_of(options_in(other)), witness_of(options),
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(open_stored(options)->witnessed().problem.find("of another log") != std::string::npos);
  }
  SECTION("that may not be written") {
    std::filesystem::permissions(witness_of(options), std::filesystem::perms::owner_read);
    CHECK(open_stored(options)->witnessed().head);
  }
}

TEST_CASE("a folder without a log is reported as such, and stays empty", "[log][stored]") {
  const TemporaryFolder folder;
  const auto log = StoredLog::open(folder.path() / "log", "");
  REQUIRE_FALSE(log);
  CHECK(log.error().code == ErrorCode::not_found);
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("reading a log changes nothing in its folder", "[log][stored]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  fill(folder, 300);
  const auto files = [&] {
    std::map<std::string, std::uintmax_t> sizes;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      sizes[entry.path().string()] = entry.is_regular_file() ? entry.file_size() : 0;
    }
    return sizes;
  };
  const auto before = files();
  CHECK(unreadable(*open_stored(options)).empty());
  CHECK(files() == before);
}

}  // namespace
}  // namespace codelog::events::stored_log_test
