#include "server/commands/executor.h"

#include <chrono>

namespace codelog::commands {
namespace {

// Streams that several turns share (an owner's names, accounts) can move under a decision; each
// retry follows a commit of somebody else, so this many in a row means that something is wrong.
constexpr int attempts_max = 100;
constexpr std::chrono::milliseconds retry_wait_max{20};

}  // namespace

Result<Commit> Executor::run(const Write& write, const Turn& turn, const Decide& decide) {
  // Always in this order, so that no two commands wait for each other.
  std::unique_lock<std::mutex> ids;
  std::unique_lock<std::mutex> codelist;
  if (turn.allocates_ids) ids = std::unique_lock(ids_);
  if (turn.codelist) {
    codelist = std::unique_lock(codelists_[turn.codelist->value() % codelists_.size()]);
  }
  return decide_and_append(write, decide);
}

Result<Commit> Executor::decide_and_append(const Write& write, const Decide& decide) {
  for (int attempt = 1;; ++attempt) {
    if (write.idempotency) {
      auto earlier = site_.log.find_idempotent(write.actor.username, *write.idempotency);
      if (!earlier) return earlier.error();
      if (*earlier) return std::move(**earlier);
    }
    const Views views = site_.projections.views();
    auto decision = decide(views);
    if (!decision) return decision.error();
    if (decision->events.empty()) return Commit{views.checkpoint(), {}};
    events::CommitDraft draft;
    draft.time = site_.clock.now();
    draft.actor = write.actor.username;
    draft.command = std::move(decision->command);
    draft.idempotency = write.idempotency;
    for (const std::string& stream : decision->streams) {
      draft.streams.push_back({stream, views.stream_version(stream)});
    }
    draft.events = std::move(decision->events);
    auto appended = site_.log.append(std::move(draft));
    if (appended) return std::move(appended->commit);
    if (appended.error().code != ErrorCode::conflict || attempt == attempts_max) {
      return appended.error();
    }
    // Somebody's commit is on its way into the views.
    site_.log.wait_for(views.checkpoint().next(), retry_wait_max);
  }
}

}  // namespace codelog::commands
