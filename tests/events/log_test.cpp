#include "events/log.h"

#include <thread>

#include "events/codec.h"
#include "log_fixture.h"

namespace codelog::events::log_test {
namespace {

using base::ErrorCode;
using base::Position;

}  // namespace

TEST_CASE("commits get dense positions and are there after reopening", "[log]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  std::vector<Commit> written;
  Head head;
  {
    const auto log = open_or_fail(options);
    CHECK(log->head().position == Position(0));
    for (std::uint64_t i = 0; i < 600; ++i) {
      auto appended = log->append(step("codelist/" + std::to_string(i % 3), i / 3));
      REQUIRE(appended);
      CHECK(appended->commit.position == Position(i + 1));
      CHECK_FALSE(appended->duplicate);
      written.push_back(appended->commit);
    }
    head = log->head();
  }
  for (int round = 0; round < 2; ++round) {
    const auto log = open_or_fail(options);
    CHECK(log->head() == head);
    const auto reader = log->read_all(Position(1), Direction::forward);
    for (const Commit& expected : written) {
      const auto commit = reader->next();
      REQUIRE(commit);
      CHECK(commit->value() == expected);
      CHECK(log->read(expected.position).value() == expected);
      CHECK(decode(*log->read_bytes(expected.position)).value() == expected.content);
    }
    CHECK_FALSE(reader->next());
    CHECK(log->verify({})->empty());
  }
}

TEST_CASE("an idempotency key acts once, for ever", "[log]") {
  const TemporaryFolder folder;
  const LogOptions options = options_in(folder);
  const CommitDraft first = step("a", 0, "key");
  for (int round = 0; round < 2; ++round) {
    const auto log = open_or_fail(options);
    const auto appended = log->append(first);
    REQUIRE(appended);
    CHECK(appended->duplicate == (round == 1));
    CHECK(appended->commit == Commit{Position(1), first});
    // Found before the stream's version is checked, whatever else the draft contains.
    const auto again = log->append(step("b", 77, "key"));
    REQUIRE(again);
    CHECK(again->duplicate);
    CHECK(again->commit == Commit{Position(1), first});

    CommitDraft other_request = first;
    other_request.idempotency->request_digest.fill(1);
    CHECK(error_of(log->append(other_request)) == ErrorCode::unprocessable);
    CHECK(log->head().position.value() == 1 + static_cast<std::uint64_t>(round));

    // Keys are each actor's own.
    CommitDraft other_actor = step("bob", 0, "key");
    other_actor.actor = "bob";
    CHECK(log->append(other_actor)->duplicate == (round == 1));

    const auto found = log->find_idempotent("alice", *first.idempotency);
    REQUIRE(found);
    CHECK(*found == Commit{Position(1), first});
    CHECK(log->find_idempotent("alice", *other_request.idempotency).error().code ==
          ErrorCode::unprocessable);
    CHECK(log->find_idempotent("carol", *first.idempotency).value() == std::nullopt);
  }
}

TEST_CASE("equal commits have other bytes in each log, so their commitments tell nothing",
          "[log]") {
  std::vector<base::Sha256> roots;
  for (int i = 0; i < 2; ++i) {
    const TemporaryFolder folder;
    const auto log = open_or_fail(options_in(folder));
    REQUIRE(log->append(step("a", 0)));
    CHECK(log->read(Position(1))->content == step("a", 0));
    roots.push_back(log->head().root);
  }
  CHECK(roots[0] != roots[1]);
}

TEST_CASE("a large commit is stored, a larger one refused", "[log]") {
  const TemporaryFolder folder;
  const auto log = open_or_fail(options_in(folder));
  CommitDraft draft = step("a", 0);
  VersionCreated version;
  version.csv_data = std::string(20u << 20, 'x');
  draft.events = {version};
  REQUIRE(log->append(draft));
  CHECK(log->read(Position(1))->content == draft);
  version.csv_data = std::string(commit_bytes_max, 'x');
  draft.events = {version};
  draft.streams[0].version = StreamVersion(1);
  CHECK(error_of(log->append(draft)) == ErrorCode::too_large);
}

TEST_CASE("append refuses while the volume is nearly full, and continues when there is room",
          "[log]") {
  const TemporaryFolder folder;
  LogOptions options = options_in(folder);
  options.free_bytes_min = std::uint64_t{1} << 60;
  {
    const auto log = open_or_fail(options);
    const auto refused = log->append(step("a", 0));
    CHECK(error_of(refused) == ErrorCode::unavailable);
    CHECK(refused.error().detail.find("MiB left") != std::string::npos);
    CHECK(refused.error().detail.find(folder.path().string()) == std::string::npos);
    CHECK_FALSE(log->latched());
    REQUIRE(log->refusal());
    CHECK(log->refusal()->reason == refused.error().detail);
  }
  options.free_bytes_min = 1;
  const auto log = open_or_fail(options);
  CHECK_FALSE(log->refusal());
  CHECK(log->append(step("a", 0)));
}

TEST_CASE("a log opens only once, and is created only on request", "[log]") {
  const TemporaryFolder folder;
  LogOptions options = options_in(folder);
  options.create_if_missing = false;
  const auto none = open_log(options);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::not_found);
  CHECK_FALSE(std::filesystem::exists(options.folder));

  options.create_if_missing = true;
  const auto log = open_or_fail(options);
  const auto second = open_log(options);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == ErrorCode::unavailable);
  // The failed attempt must not have removed the first one's lock.
  const auto third = open_log(options);
  REQUIRE_FALSE(third);
  CHECK(third.error().code == ErrorCode::unavailable);
  CHECK(log->append(step("a", 0)));
}

}  // namespace codelog::events::log_test
