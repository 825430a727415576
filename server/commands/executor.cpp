#include "server/commands/executor.h"

#include <chrono>
#include <functional>

#include "events/base/check.h"

namespace codelog::commands {
namespace {

// Streams that several turns share (an owner's names, accounts) can move under a decision; each
// retry follows a commit of somebody else, so this many in a row means that something is wrong.
constexpr int attempts_max = 100;
constexpr std::chrono::milliseconds retry_wait_max{20};

}  // namespace

Result<Commit> Executor::run(const Write& write, const Turn& turn, const Decide& decide) {
  // Always in this order, and before the turn of the ids, so that no two commands wait for each
  // other, and nobody who waits here keeps others from ids.
  std::unique_lock<std::mutex> owner;
  std::unique_lock<std::mutex> codelist;
  if (turn.owner) {
    owner = std::unique_lock(owners_[std::hash<std::string>()(turn.owner->name) % owners_.size()]);
  }
  if (turn.codelist) {
    codelist = std::unique_lock(codelists_[turn.codelist->value() % codelists_.size()]);
  }
  return decide_and_append(write, turn, decide);
}

Result<std::optional<Commit>> Executor::find_earlier(const Write& write) const {
  if (!write.idempotency) return std::optional<Commit>();
  return site_.log.find_idempotent(write.actor.username, *write.idempotency);
}

Result<Commit> Executor::decide_and_append(const Write& write, const Turn& turn,
                                           const Decide& decide) {
  for (int attempt = 1;; ++attempt) {
    auto earlier = find_earlier(write);
    if (!earlier) return earlier.error();
    if (*earlier) return std::move(**earlier);
    if (turn.takes_long && attempt == 1) (void)decide(site_.projections.views());
    std::unique_lock<std::mutex> ids;
    if (turn.allocates_ids) ids = std::unique_lock(ids_);
    // Decided on views that stand still, a second version would get the id of the first, and the
    // log could never be replayed again.
    if (auto failure = site_.projections.failure(); !failure.empty()) {
      return Error{ErrorCode::unavailable,
                   "the views have stopped following the log, and nothing can be decided on them "
                   "until the server is restarted (" +
                       failure + ")",
                   {}};
    }
    Views views = site_.projections.views();
    if (ids) views.begin_ids_at(next_ids_);
    auto decision = decide(views);
    if (!decision || decision->events.empty()) {
      // Perhaps because the same request has been carried out in between.
      ids = {};
      earlier = find_earlier(write);
      if (earlier && *earlier) return std::move(**earlier);
      if (!decision) return decision.error();
      return Commit{views.checkpoint(), {}};
    }
    auto commit = append(write, views, std::move(*decision), std::move(ids));
    if (commit || commit.error().code != ErrorCode::conflict || attempt == attempts_max) {
      return commit;
    }
    // Somebody's commit is on its way into the views.
    site_.log.wait_for(views.checkpoint().next(), retry_wait_max);
  }
}

// Gives the turn of the ids to the next as soon as it is sure which ones are taken.
Result<Commit> Executor::append(const Write& write, const Views& views, Decision decision,
                                std::unique_lock<std::mutex> ids) {
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
  return std::move(appended->commit);
}

}  // namespace codelog::commands
