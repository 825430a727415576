#include "server/commands/executor.h"

#include <chrono>
#include <functional>

#include "events/base/check.h"
#include "events/base/waiting.h"

namespace codelog::commands {
namespace {

// Several turns may share a stream (an owner's names, accounts), which can then move during a
// decision. Each retry follows a commit of another command, so this many in a row mean a fault.
constexpr int attempts_max = 100;
constexpr std::chrono::milliseconds retry_wait_max{20};

// Each follows another command's change between the preparation and the turn.
constexpr int preparations_max = 8;

// Longer than append() waits, so that the holder of a turn gets its answer first.
constexpr std::chrono::seconds turn_wait_max{40};

Error turn_is_kept() {
  return {ErrorCode::unavailable,
          "earlier changes are still being saved; nothing was done, try again",
          {}};
}

// The holder may be waiting for the disk.
std::unique_lock<std::timed_mutex> take_turn(std::timed_mutex& mutex) {
  std::unique_lock lock(mutex, std::try_to_lock);
  if (lock) return lock;
  const base::Waiting waiting;
  return std::unique_lock(mutex, turn_wait_max);
}

}  // namespace

Result<Commit> Executor::run(const Write& write, const Turn& turn, const Decide& decide) {
  for (int attempt = 1; attempt <= preparations_max; ++attempt) {
    if (turn.preparation != nullptr) {
      auto earlier = find_earlier(write);
      if (!earlier) return earlier.error();
      if (*earlier) return std::move(**earlier);
      if (const auto good = check_views(); !good) return good.error();
      turn.preparation->is_in_turn_ = turn.preparation->is_missing_ = false;
      (void)decide(site_.projections.views());  // An error is found again in the turn.
      turn.preparation->is_in_turn_ = true;
    }
    auto commit = run_in_turn(write, turn, decide);
    if (!commit) return commit.error();
    if (*commit) return std::move(**commit);
  }
  return Error{ErrorCode::unavailable,
               "others are changing this at the same time; nothing was done, try again",
               {}};
}

Result<std::optional<Commit>> Executor::run_in_turn(const Write& write, const Turn& turn,
                                                    const Decide& decide) {
  // Always in this order, and before the turn of the ids: so no two commands wait for each other,
  // and a command that waits here does not keep others from ids.
  TurnLock owner;
  TurnLock codelist;
  if (turn.owner) {
    owner = take_turn(owners_[std::hash<std::string>()(turn.owner->name) % owners_.size()]);
    if (!owner) return turn_is_kept();
  }
  if (turn.codelist) {
    codelist = take_turn(codelists_[turn.codelist->value() % codelists_.size()]);
    if (!codelist) return turn_is_kept();
  }
  return decide_and_append(write, turn, decide);
}

Result<std::optional<Commit>> Executor::find_earlier(const Write& write) const {
  if (!write.idempotency) return std::optional<Commit>();
  return site_.log.find_idempotent(write.actor.username, *write.idempotency);
}

// On views that stand still, a second version would get the id of the first, and the log could
// never be replayed again.
Result<void> Executor::check_views() const {
  if (site_.projections.failure().empty()) return {};
  return Error{ErrorCode::unavailable,
               "changes cannot be saved now: the server has a fault, which its log describes",
               {}};
}

Result<std::optional<Commit>> Executor::decide_and_append(const Write& write, const Turn& turn,
                                                          const Decide& decide) {
  for (int attempt = 1;; ++attempt) {
    auto earlier = find_earlier(write);
    if (!earlier) return earlier.error();
    if (*earlier) return std::move(*earlier);
    TurnLock ids;
    if (turn.allocates_ids) {
      ids = take_turn(ids_);
      if (!ids) return turn_is_kept();
    }
    if (const auto good = check_views(); !good) return good.error();
    Views views = site_.projections.views();
    if (ids) views.begin_ids_at(next_ids_);
    auto decision = decide(views);
    if (turn.preparation != nullptr && turn.preparation->is_missing_) {
      return std::optional<Commit>();
    }
    if (!decision || decision->events.empty()) {
      // The same request may have been executed meanwhile.
      ids = {};
      earlier = find_earlier(write);
      if (earlier && *earlier) return std::move(*earlier);
      if (!decision) return decision.error();
      return std::optional(Commit{views.checkpoint(), {}});
    }
    auto commit = append(write, views, std::move(*decision), std::move(ids));
    if (commit) return std::optional(std::move(*commit));
    if (commit.error().code != ErrorCode::conflict || attempt == attempts_max) {
      return commit.error();
    }
    // Another commit is on its way into the views.
    site_.log.wait_for(views.checkpoint().next(), retry_wait_max);
  }
}

// Releases the turn of the ids as soon as the taken ids are certain.
Result<Commit> Executor::append(const Write& write, const Views& views, Decision decision,
                                TurnLock ids) {
  projections::NextIds next_ids = views.next_ids();
  for (const events::Event& event : decision.events) next_ids.take(event);
  CODELOG_CHECK(ids || next_ids == views.next_ids(), "ids were handed out out of turn");
  events::CommitDraft draft;
  draft.time = site_.clock.now();
  draft.actor = write.actor.username;
  draft.command = std::move(decision.command);
  draft.idempotency = write.idempotency;
  for (const std::string& stream : decision.streams) {
    draft.streams.push_back({stream, views.stream_version(stream)});
  }
  draft.events = std::move(decision.events);
  auto appended = site_.log.append(std::move(draft), [&] {
    if (!ids) return;
    next_ids_ = next_ids;
    ids.unlock();
  });
  if (!appended) return appended.error();
  if (site_.projections.checkpoint() < appended->commit.position) {
    return Error{ErrorCode::unavailable,
                 "saved as commit " + std::to_string(appended->commit.position.value()) +
                     ", but not shown yet",
                 {}};
  }
  return std::move(appended->commit);
}

}  // namespace codelog::commands
