#include "server/application/live_commits.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <thread>

namespace codelog::application::live_commits_test {
namespace {

using base::CodelistId;
using base::Position;

events::Commit commit_on(std::uint32_t codelist, std::uint64_t position) {
  events::Commit commit;
  commit.position = Position(position);
  commit.content.streams.push_back(
      {events::Stream::of_codelist(CodelistId(codelist)), base::StreamVersion(0)});
  return commit;
}

void take(LiveCommits& live, std::uint32_t codelist, std::uint64_t position) {
  const events::Commit commit = commit_on(codelist, position);
  live.take_in({&commit, 1});
}

}  // namespace

TEST_CASE("a waiter is woken once, by its own codelist", "[live]") {
  LiveCommits live;
  int woken = 0;
  live.wait(CodelistId(7), Position(0), [&] { ++woken; });
  CHECK(live.waiting_count() == 1);
  take(live, 8, 1);
  CHECK(woken == 0);
  take(live, 7, 2);
  CHECK(woken == 1);
  CHECK(live.waiting_count() == 0);
  take(live, 7, 3);
  CHECK(woken == 1);
}

TEST_CASE("a commit that the waiter has not seen wakes it at once", "[live]") {
  LiveCommits live;
  take(live, 7, 5);
  int woken = 0;
  live.wait(CodelistId(7), Position(4), [&] { ++woken; });
  CHECK(woken == 1);
  live.wait(CodelistId(7), Position(5), [&] { ++woken; });
  CHECK(woken == 1);
}

TEST_CASE("a waiter that has stopped is not called", "[live]") {
  LiveCommits live;
  int woken = 0;
  const std::uint64_t number = live.wait(CodelistId(7), Position(0), [&] { ++woken; });
  live.stop(CodelistId(7), number);
  take(live, 7, 1);
  CHECK(woken == 0);
}

// A waiter that looks at the views just before a commit, and waits just after it, must be woken.
TEST_CASE("no commit is lost between looking and waiting", "[live]") {
  LiveCommits live;
  std::atomic<std::uint64_t> shown = 0;
  constexpr std::uint64_t last = 20'000;
  std::jthread committer([&] {
    for (std::uint64_t position = 1; position <= last; ++position) {
      shown = position;  // first the views, then who waits
      take(live, 7, position);
    }
  });
  std::uint64_t seen = 0;
  while (seen < last) {
    const std::uint64_t now = shown;
    if (now > seen) {
      seen = now;
      continue;
    }
    // The wake may still run when its waiter has gone on.
    const auto woken = std::make_shared<std::promise<void>>();
    auto is_woken = woken->get_future();
    const std::uint64_t number =
        live.wait(CodelistId(7), Position(seen), [woken] { woken->set_value(); });
    REQUIRE(is_woken.wait_for(std::chrono::seconds(20)) == std::future_status::ready);
    live.stop(CodelistId(7), number);
  }
  CHECK(seen == last);
}

}  // namespace codelog::application::live_commits_test
