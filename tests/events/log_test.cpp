#include "events/log.h"

#include <thread>

#include "events/codec.h"
#include "log_fixture.h"

namespace codelog::events::log_test {
namespace {

using base::ErrorCode;
using base::Position;

std::vector<std::uint64_t> positions(CommitReader& reader) {
  std::vector<std::uint64_t> seen;
  while (auto commit = reader.next()) {
    REQUIRE(*commit);
    seen.push_back((*commit)->position.value());
  }
  return seen;
}

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

TEST_CASE("append accepts a commit exactly when the caller saw the streams' latest versions",
          "[log]") {
  const TemporaryFolder folder;
  const auto log = open_or_fail(options_in(folder));
  REQUIRE(log->append(step("a", 0)));
  CHECK(error_of(log->append(step("a", 0))) == ErrorCode::conflict);
  CHECK(error_of(log->append(step("a", 2))) == ErrorCode::conflict);
  CommitDraft both = step("a", 1);
  both.streams.push_back({Stream("b"), StreamVersion(1)});
  const auto refused = log->append(both);
  CHECK(error_of(refused) == ErrorCode::conflict);
  CHECK(refused.error().detail == "stream b is at version 0, not at 1");
  CHECK(log->stream_version(Stream("a")) == StreamVersion(1));
  both.streams[1].version = StreamVersion(0);
  REQUIRE(log->append(both));
  CHECK(log->stream_version(Stream("a")) == StreamVersion(2));
  CHECK(log->stream_version(Stream("b")) == StreamVersion(1));
  CHECK(log->stream_version(Stream("c")) == StreamVersion(0));
  CHECK(log->head().position == Position(2));
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

TEST_CASE("invalid commits are refused, and nothing is appended", "[log]") {
  const TemporaryFolder folder;
  const auto log = open_or_fail(options_in(folder));
  CommitDraft draft = step("a", 0);
  SECTION("no events") { draft.events.clear(); }
  SECTION("no streams") { draft.streams.clear(); }
  SECTION("a stream twice") { draft.streams.push_back(draft.streams[0]); }
  SECTION("a stream without a name") { draft.streams[0].stream = Stream(); }
  SECTION("a stream with a long name") { draft.streams[0].stream = Stream(std::string(257, 'a')); }
  SECTION("a stream with NUL") { draft.streams[0].stream = Stream(std::string("a\0b", 3)); }
  SECTION("an actor with NUL") { draft.actor = std::string("a\0b", 3); }
  SECTION("an actor that is not UTF-8") { draft.actor = "\xff"; }
  SECTION("an empty idempotency key") { draft.idempotency = IdempotencyKey{}; }
  SECTION("a long idempotency key") {
    draft.idempotency = IdempotencyKey{std::string(idempotency_key_bytes_max + 1, 'k'), {}};
  }
  CHECK(error_of(log->append(draft)) == ErrorCode::invalid);
  CHECK(log->head().position == Position(0));
  CHECK(log->append(step("a", 0)));
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

TEST_CASE("readers go both ways, from anywhere, up to the durable head at their construction",
          "[log]") {
  const TemporaryFolder folder;
  const auto log = open_or_fail(options_in(folder));
  for (std::uint64_t i = 0; i < 10; ++i) {
    REQUIRE(log->append(step(i % 2 == 0 ? "even" : "odd", i / 2)));
  }
  using V = std::vector<std::uint64_t>;
  const auto all = [&](std::uint64_t first, Direction direction) {
    return positions(*log->read_all(Position(first), direction));
  };
  CHECK(all(1, Direction::forward) == V{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(all(0, Direction::forward).size() == 10);
  CHECK(all(9, Direction::forward) == V{9, 10});
  CHECK(all(11, Direction::forward).empty());
  CHECK(all(3, Direction::backward) == V{3, 2, 1});
  CHECK(all(99, Direction::backward).size() == 10);
  CHECK(all(0, Direction::backward).empty());
  const auto of = [&](const char* stream, std::uint64_t first, Direction direction) {
    return positions(*log->read_stream(Stream(stream), StreamVersion(first), direction));
  };
  CHECK(of("odd", 1, Direction::forward) == V{2, 4, 6, 8, 10});
  CHECK(of("odd", 0, Direction::forward).size() == 5);
  CHECK(of("even", 4, Direction::forward) == V{7, 9});
  CHECK(of("even", 6, Direction::forward).empty());
  CHECK(of("even", 2, Direction::backward) == V{3, 1});
  CHECK(of("even", 99, Direction::backward) == V{9, 7, 5, 3, 1});
  CHECK(of("none", 1, Direction::forward).empty());
  CHECK(of("eve", 9, Direction::backward).empty());

  const auto bounded = log->read_all(Position(1), Direction::forward);
  const auto of_stream = log->read_stream(Stream("even"), StreamVersion(1), Direction::forward);
  REQUIRE(log->append(step("even", 5)));
  CHECK(positions(*bounded).size() == 10);
  CHECK(positions(*of_stream).size() == 5);
  CHECK(log->read(Position(12)).error().code == ErrorCode::not_found);
  CHECK(log->read(Position(0)).error().code == ErrorCode::not_found);
}

TEST_CASE("a follower sees every commit in order, before its writer is answered", "[log]") {
  const TemporaryFolder folder;
  const auto log = open_or_fail(options_in(folder));
  std::atomic<std::uint64_t> seen = 0;
  bool in_order = true;
  const auto following = log->follow(Position(0), [&](std::span<const Commit> commits) {
    for (const Commit& commit : commits) {
      in_order = in_order && commit.position.value() == seen + 1;
      seen = commit.position.value();
    }
  });
  REQUIRE(following);
  for (std::uint64_t i = 0; i < 50; ++i) {
    const auto appended = log->append(step("a", i));
    REQUIRE(appended);
    CHECK(seen >= appended->commit.position.value());
    CHECK(log->head().position >= appended->commit.position);
  }
  CHECK(in_order);
  CHECK(log->wait_for(Position(50), std::chrono::milliseconds(0)));
  CHECK_FALSE(log->wait_for(Position(51), std::chrono::milliseconds(0)));
  std::thread waiter([&] { CHECK(log->wait_for(Position(51), std::chrono::minutes(1))); });
  REQUIRE(log->append(step("a", 50)));
  waiter.join();
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
