// Verifying a log step by step beside a server's work, and what status says of it.
#include <catch2/catch.hpp>
#include <functional>
#include <thread>

#include "events/base/file.h"
#include "events/rocksdb/record.h"
#include "events/rocksdb/witness.h"
#include "server/site/background_verification.h"
#include "server/site/site_status.h"
#include "tests/events/raw_log.h"
#include "tests/projections/random_history.h"

namespace codelog::tests::verification_test {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using events::Family;
using site::BackgroundVerification;
using site::DataFolder;
using site::LogWalk;

constexpr std::chrono::microseconds one_look{0};

std::unique_ptr<DataFolder> open_folder(const fs::path& data) {
  auto lock = site::FolderLock::try_take(data);
  REQUIRE(lock);
  REQUIRE(*lock);
  auto folder =
      DataFolder::open({.data = data, .witness_file = data / "witness"}, std::move(**lock));
  if (!folder) FAIL(folder.error().detail);
  return *std::move(folder);
}

// A site of more than two tiles.
class FilledSite {
 public:
  FilledSite() {
    TestSite site(folder_.path(), 1, 60);
    RandomHistory history(site, 1);
    history.set_up();
    while (site.log().head().position.value() < 600) history.step();
  }
  const fs::path& path() const { return folder_.path(); }

  // Changes the value behind the log's back.
  void damage(Family family, std::string_view key,
              const std::function<void(std::string&)>& change) {
    events::RawLog raw(path() / "log");
    std::string value = raw.get(family, key);
    change(value);
    raw.put(family, key, value);
  }

 private:
  TemporaryFolder folder_;
};

void walk_to_the_end(LogWalk& walk) {
  while (!walk.is_done()) walk.step(std::chrono::seconds(1));
}

std::vector<std::uint64_t> positions_of(const LogWalk& walk) {
  std::vector<std::uint64_t> positions;
  for (const events::Finding& finding : walk.findings()) {
    positions.push_back(finding.position.value());
  }
  return positions;
}

BackgroundVerification::Pace quick() {
  BackgroundVerification::Pace pace;
  pace.work = one_look;
  pace.rest = std::chrono::microseconds(10);
  pace.busy_rest = pace.busy_rest_max = std::chrono::milliseconds(0);
  pace.save_interval = std::chrono::milliseconds(0);
  pace.look_interval = std::chrono::milliseconds(1);
  return pace;
}

std::unique_ptr<http::Log> open_log_file(const fs::path& file) {
  auto log = http::Log::open({.file = file});
  REQUIRE(log);
  return *std::move(log);
}

std::vector<std::string> concerns_of(DataFolder& folder) {
  std::vector<std::string> names;
  for (const site::Concern& concern : site::report_status(folder, {}).concerns) {
    if (concern.name != "space_low") names.push_back(concern.name);
  }
  return names;
}

template <class Condition>
void wait_until(const Condition& condition) {
  while (!condition()) std::this_thread::yield();
}

}  // namespace

TEST_CASE("a walk over a log goes on where another one was interrupted", "[verification]") {
  const FilledSite filled;
  const auto folder = open_folder(filled.path());
  const events::EventLog& log = folder->log();
  const fs::path file = filled.path() / "walk.json";
  LogWalk whole(log, {1});
  walk_to_the_end(whole);
  CHECK(whole.findings().empty());
  CHECK(whole.state().tree.root() == log.head().root);

  site::VerificationWalk state = LogWalk(log, {1}).state();
  int pieces_count = 0;
  while (true) {
    LogWalk piece(log, state, {99});
    CHECK(piece.state().begun_at == base::Timestamp{1});
    REQUIRE(piece.state().tree.size() == state.tree.size());
    piece.step(one_look);
    piece.step(std::chrono::microseconds(50));
    ++pieces_count;
    REQUIRE(piece.findings().empty());
    if (piece.is_done()) break;
    REQUIRE(site::VerificationLedger(file).save_walk(piece.state()));
    state = *site::VerificationLedger(file).walk();
  }
  CHECK(pieces_count > 2);

  // The state of another log is of no use.
  state.tree = {};
  std::vector<events::Tile> completed;
  state.tree.append(events::leaf_hash("another commit"), completed);
  LogWalk again(log, state, {99});
  CHECK(again.state().tree.size() == 0);
  CHECK(again.state().begun_at == base::Timestamp{99});
}

TEST_CASE("a walk finds every kind of damage, and goes on after it", "[verification]") {
  FilledSite filled;
  const auto third = events::big_endian(300);
  const std::string_view key(third.data(), third.size());
  std::vector<std::uint64_t> expected;
  SECTION("a commit that is not readable") {
    filled.damage(Family::commits, key, [](std::string& value) { value.back() ^= 1; });
    expected = {300};
  }
  SECTION("another whole commit in its place") {
    // With a right checksum: only the tree shows it.
    const auto other = events::big_endian(299);
    std::string bytes;
    filled.damage(Family::commits, {other.data(), other.size()},
                  [&](std::string& value) { bytes = value.substr(events::record_header_bytes); });
    filled.damage(Family::commits, key, [&](std::string& value) {
      const auto header = events::record_header(base::Position(300), bytes);
      value = std::string(header.data(), header.size()) + bytes;
    });
    expected = {300, 512};
  }
  const auto folder = open_folder(filled.path());
  LogWalk walk(folder->log(), {1});
  walk_to_the_end(walk);
  const auto positions = positions_of(walk);
  for (const std::uint64_t position : expected) {
    CAPTURE(position);
    CHECK(std::find(positions.begin(), positions.end(), position) != positions.end());
  }
  CHECK(walk.state().tree.size() == folder->log().head().position.value());
}

TEST_CASE("a ledger that is damaged or lost says nothing", "[verification]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "verification.json";
  site::VerificationLedger ledger(file);
  CHECK_FALSE(ledger.last());
  const site::VerificationResult result{{1'000'000}, {2'000'000}, 7, 2, "position 3: \xFF"};
  REQUIRE(ledger.note(result));
  CHECK(site::VerificationLedger(file).last()->problems_count == 2);
  for (const char* text : {"", "{", "[]", "{\"last\":{}}", "{\"running\":{\"checked\":3}}"}) {
    CAPTURE(text);
    REQUIRE(base::write_file_durably(file, text));
    CHECK_FALSE(site::VerificationLedger(file).last());
    CHECK_FALSE(site::VerificationLedger(file).walk());
  }
}

TEST_CASE("the log is verified in the background, and again after a week", "[verification]") {
  const FilledSite filled;
  const fs::path log_file = filled.path() / "server-log";
  const auto folder = open_folder(filled.path());
  const auto log = open_log_file(log_file);
  {
    const BackgroundVerification verification(*folder, *log, quick());
    wait_until([&] { return folder->verifications().last().has_value(); });
  }
  const auto last = *folder->verifications().last();
  CHECK(last.first_problem.empty());
  CHECK(last.commits_count == folder->log().head().position.value());
  CHECK(concerns_of(*folder).empty());
  // It is not done again before the week is over.
  site::VerificationResult older = last;
  older.ended_at.unix_us -= std::int64_t{6} * 86'400'000'000;
  REQUIRE(folder->verifications().note(older));
  {
    const BackgroundVerification verification(*folder, *log, quick());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  CHECK(*folder->verifications().last() == older);
  older.ended_at.unix_us -= std::int64_t{9} * 86'400'000'000;
  REQUIRE(folder->verifications().note(older));
  CHECK(concerns_of(*folder) == std::vector<std::string>{"verification_overdue"});
  {
    const BackgroundVerification verification(*folder, *log, quick());
    wait_until([&] { return *folder->verifications().last() != older; });
  }
  CHECK(concerns_of(*folder).empty());
}

TEST_CASE("a stopped verification goes on at the next start", "[verification]") {
  const FilledSite filled;
  const auto log = open_log_file(filled.path() / "server-log");
  std::uint64_t checked = 0;
  {
    const auto folder = open_folder(filled.path());
    {
      BackgroundVerification::Pace slow = quick();
      slow.rest = std::chrono::hours(1);
      slow.work = std::chrono::microseconds(1);
      const BackgroundVerification verification(*folder, *log, slow);
      wait_until([&] { return folder->verifications().walk().has_value(); });
    }
    checked = folder->verifications().walk()->tree.size();
    CHECK(checked > 0);
    CHECK(checked < folder->log().head().position.value());
    CHECK_FALSE(folder->verifications().last());
  }
  const auto folder = open_folder(filled.path());
  const auto begun = *folder->verifications().walk();
  CHECK(begun.tree.size() == checked);
  const BackgroundVerification verification(*folder, *log, quick());
  wait_until([&] { return folder->verifications().last().has_value(); });
  CHECK(folder->verifications().last()->begun_at == begun.begun_at);
  CHECK_FALSE(folder->verifications().walk());
}

TEST_CASE("a fault that the background finds is in the log and in the status", "[verification]") {
  FilledSite filled;
  const auto key = events::big_endian(300);
  filled.damage(Family::commits, {key.data(), key.size()},
                [](std::string& value) { value.back() ^= 1; });
  const fs::path log_file = filled.path() / "server-log";
  const auto folder = open_folder(filled.path());
  const auto log = open_log_file(log_file);
  {
    const BackgroundVerification verification(*folder, *log, quick());
    wait_until([&] {
      const auto last = folder->verifications().last();
      return last && last->commits_count == folder->log().head().position.value();
    });
  }
  log->flush();
  CHECK_THAT(*base::read_file(log_file), Contains("\"log_damaged\",\"position\":300"));
  CHECK(concerns_of(*folder) == std::vector<std::string>{"log_damaged"});
  const auto report = site::report_status(*folder, {});
  CHECK_THAT(report.concerns.back().text, Contains("position 300"));
  CHECK(report.takes_writes);
}

TEST_CASE("status says what needs a person", "[verification]") {
  const FilledSite filled;
  const auto folder = open_folder(filled.path());
  REQUIRE(folder->verifications().note(
      {base::SystemClock().now(), base::SystemClock().now(), 1, 0, ""}));
  CHECK(concerns_of(*folder).empty());
  const auto report = site::report_status(*folder, {});
  CHECK(report.head == folder->log().head());
  CHECK(report.witness.position == report.head.position.value());
  CHECK(report.witness.is_on_volume_of_log);
  SECTION("the witness is gone") {
    fs::remove(folder->witness_file());
    CHECK(concerns_of(*folder) == std::vector<std::string>{"witness_missing"});
  }
  SECTION("the witness is behind") {
    const auto record = events::Witness::read(folder->witness_file());
    events::WitnessRecord behind = **record;
    behind.head.position = base::Position(behind.head.position.value() - 1);
    REQUIRE(events::Witness::create(folder->witness_file(), behind));
    CHECK(concerns_of(*folder) == std::vector<std::string>{"witness_behind"});
  }
  SECTION("the archive is behind") {
    site::ArchiveStatus archive{.is_configured = true, .destination = "s3://a", .lag_s = 60};
    CHECK(site::report_status(*folder, archive).concerns.empty());
    archive.lag_s = 3'600;
    archive.lag_commits = 7;
    archive.last_error = "no answer";
    const auto concerns = site::report_status(*folder, archive).concerns;
    REQUIRE(concerns.size() == 1);
    CHECK(concerns[0].name == "archive_behind");
    CHECK(concerns[0].text == "the archive is 7 commits behind, the oldest 60 minutes old");
    CHECK_THAT(concerns[0].action, Contains("no answer"));
  }
}

}  // namespace codelog::tests::verification_test
