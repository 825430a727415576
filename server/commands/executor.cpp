#include "server/commands/executor.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "events/base/check.h"
#include "events/base/waiting.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

// Several turns may share a stream (an owner's names, accounts), which can then move during a
// decision. Each retry follows a commit of another command, so this many in a row mean a fault.
constexpr int attempts_max = 100;
constexpr std::chrono::milliseconds retry_wait_max{20};

// Each follows another command's change between the preparation and the turn.
constexpr int preparations_max = 8;

// For all turns of a command together. With the log's 30 s for the disk (append_wait_max), a
// command ends before its client stops waiting for it (60 s, http::Limits::handler_timeout).
constexpr std::chrono::seconds turns_wait_max{25};

Error turn_is_kept() {
  return {ErrorCode::unavailable,
          "earlier changes are still being saved; nothing was done, try again",
          {}};
}

}  // namespace

bool TurnMutex::try_lock() { return try_lock_for({}); }

bool TurnMutex::try_lock_for(std::chrono::steady_clock::duration wait_max) {
  const auto deadline = std::chrono::steady_clock::now() + wait_max;
  base::Lock lock(mutex_);
  while (is_held_) {
    if (!free_.wait_until(lock, deadline) && is_held_) return false;
  }
  is_held_ = true;
  return true;
}

void TurnMutex::unlock() {
  {
    const base::Lock lock(mutex_);
    is_held_ = false;
  }
  free_.notify_one();
}

// The holder may be waiting for the disk.
Executor::TurnLock Executor::take_turn(TurnMutex& mutex, TurnWait& wait_max) {
  std::unique_lock lock(mutex, std::try_to_lock);
  if (lock) return lock;
  const base::Waiting waiting;
  const auto before = std::chrono::steady_clock::now();
  lock = std::unique_lock(mutex, wait_max);
  wait_max -= std::min(wait_max, std::chrono::steady_clock::now() - before);
  return lock;
}

Result<Commit> Executor::run(const Write& write, const Turn& turn, const Decide& decide) {
  if (write.actor.may_only_read) {
    return Error{ErrorCode::forbidden, "this token may only read", {}};
  }
  if (const auto good = check_prose("reason", write.reason); !good) return good.error();
  TurnWait wait_max = turns_wait_max;
  for (int attempt = 1; attempt <= preparations_max; ++attempt) {
    if (turn.preparation != nullptr) {
      auto earlier = find_earlier(write);
      if (!earlier) return earlier.error();
      if (*earlier) return std::move(**earlier);
      if (const auto good = check_views(); !good) return good.error();
      turn.preparation->is_in_turn_ = turn.preparation->is_missing_ = false;
      (void)decide(views_for(write.actor));  // An error is found again in the turn.
      turn.preparation->is_in_turn_ = true;
    }
    auto commit = run_in_turn(write, turn, decide, wait_max);
    if (!commit) return commit.error();
    if (*commit) return std::move(**commit);
  }
  return Error{ErrorCode::unavailable,
               "others are changing this at the same time; nothing was done, try again",
               {}};
}

Result<std::optional<Commit>> Executor::run_in_turn(const Write& write, const Turn& turn,
                                                    const Decide& decide, TurnWait& wait_max) {
  // Always in this order, and before the turn of the ids: so no two commands wait for each other,
  // and a command that waits here does not keep others from ids.
  TurnLock owner;
  TurnLock codelist;
  if (turn.owner) {
    owner =
        take_turn(owners_[std::hash<std::string>()(turn.owner->name) % owners_.size()], wait_max);
    if (!owner) return turn_is_kept();
  }
  if (turn.codelist) {
    codelist = take_turn(codelists_[turn.codelist->value() % codelists_.size()], wait_max);
    if (!codelist) return turn_is_kept();
  }
  return decide_and_append(write, turn, decide, wait_max);
}

Views Executor::views_for(const Actor& actor) const {
  Views views = site_.projections.views();
  views.limit_to({actor.username, actor.is_system || actor.is_admin});
  return views;
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
                                                          const Decide& decide,
                                                          TurnWait& wait_max) {
  for (int attempt = 1;; ++attempt) {
    auto earlier = find_earlier(write);
    if (!earlier) return earlier.error();
    if (*earlier) return std::move(*earlier);
    TurnLock ids;
    if (turn.allocates_ids) {
      ids = take_turn(ids_, wait_max);
      if (!ids) return turn_is_kept();
    }
    if (const auto good = check_views(); !good) return good.error();
    Views views = views_for(write.actor);
    if (ids) views.begin_ids_at(site_.log.next_ids());
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
  for (const Stream& stream : decision.streams) {
    draft.streams.push_back({stream, views.stream_version(stream)});
  }
  draft.events = std::move(decision.events);
  if (!write.reason.empty()) draft.events.push_back(events::CommitExplained{write.reason});
  events::AppendTerms terms;
  if (ids) {
    terms.next_ids = views.next_ids();
    terms.sequenced = [&ids] { ids.unlock(); };
  }
  auto appended = site_.log.append(std::move(draft), terms);
  if (!appended) return appended.error();
  if (site_.projections.checkpoint() < appended->commit.position) {
    return Error{ErrorCode::not_shown,
                 "the change was saved as commit " +
                     std::to_string(appended->commit.position.value()) +
                     ", and will be shown later; do not send it again",
                 {}};
  }
  return std::move(appended->commit);
}

}  // namespace codelog::commands
