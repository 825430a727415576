// A disk that does not answer: writers are told in time, and learn the result later.
#include <future>
#include <thread>

#include "log_fixture.h"

namespace codelog::events::log_deadline_test {
namespace {

// Holds the group that is being committed, like a hanging disk, until it is released.
struct HeldLog {
  TemporaryFolder folder;
  std::unique_ptr<EventLog> log;
  std::promise<void> held;
  std::promise<void> release;
  std::unique_ptr<Following> following;  // declared after all that it uses

  explicit HeldLog(LogOptions options = {}) {
    options.folder = folder.path() / "log";
    options.append_wait_max = std::chrono::milliseconds(20);
    log = open_or_fail(options);
    following = *log->follow(Position(0), [this, is_first = true](std::span<const Commit>) mutable {
      if (!std::exchange(is_first, false)) return;
      held.set_value();
      release.get_future().wait();
    });
  }
};

}  // namespace

TEST_CASE("a writer gets an answer without the disk's, and its key gives the result later",
          "[log][fault]") {
  HeldLog site;
  auto first = std::async(std::launch::async, [&] { return site.log->append(step("a", 0)); });
  site.held.get_future().wait();
  const auto late = site.log->append(step("b", 0, "key"));
  CHECK(error_of(late) == base::ErrorCode::unconfirmed);
  CHECK_THAT(late.error().detail, Catch::Contains("Idempotency-Key"));
  const auto asked = site.log->find_idempotent("alice", *step("b", 0, "key").idempotency);
  REQUIRE_FALSE(asked);
  CHECK(asked.error().code == base::ErrorCode::unconfirmed);
  site.release.set_value();
  REQUIRE(first.get());
  REQUIRE(site.log->wait_for(base::Position(2), std::chrono::seconds(60)));
  const auto again = site.log->append(step("b", 0, "key"));
  REQUIRE(again);
  CHECK(again->duplicate);
  CHECK(again->commit.position == base::Position(2));
}

TEST_CASE("a writer does not wait for ever for room in the queue, and has written nothing",
          "[log][fault]") {
  LogOptions options;
  options.queue_commits_max = 1;
  HeldLog site(options);
  auto first = std::async(std::launch::async, [&] { return site.log->append(step("a", 0)); });
  site.held.get_future().wait();
  CHECK(error_of(site.log->append(step("b", 0))) == base::ErrorCode::unconfirmed);
  const auto refused = site.log->append(step("c", 0));
  CHECK(error_of(refused) == base::ErrorCode::unavailable);
  CHECK_THAT(refused.error().detail, Catch::Contains("nothing was stored"));
  site.release.set_value();
  REQUIRE(first.get());
  REQUIRE(site.log->wait_for(base::Position(2), std::chrono::seconds(60)));
  CHECK(site.log->stream_version(Stream("b")) == StreamVersion(1));
  CHECK(site.log->stream_version(Stream("c")) == StreamVersion(0));
}

}  // namespace codelog::events::log_deadline_test
