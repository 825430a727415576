// A codelist's states one after the other: the state at one of its commits, and what each of the
// commits after it, or before it, changed.
//
// Costs the codelist's size and the page's commits, whatever the length of the history.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "events/log.h"
#include "projections/past.h"
#include "projections/views.h"
#include "server/commands/draft_steps.h"
#include "server/history/deeds.h"
#include "server/history/positions.h"

namespace codelog::history {

inline constexpr std::size_t replay_steps_max = 500;
// A page ends early when its commits hold so many codes.
inline constexpr std::size_t replay_codes_max = 50'000;

struct ReplayQuery {
  // The state after the codelist's last commit at or before this; without it, the first state
  // (forward) or the last (backward).
  std::optional<base::Position> from = std::nullopt;
  events::Direction direction = events::Direction::forward;
  std::size_t steps_max = 50;
  // The version whose codes the state shows; otherwise the one that was changed last.
  std::optional<base::VersionId> version = std::nullopt;
};

// What a commit did to one version.
struct VersionStep {
  base::VersionId version;
  std::optional<projections::VersionRecord> after;  // nothing: it ended
  bool is_made = false;
  commands::StepEffect effect;  // on the codes and searches; of a new version: all of them
};

struct ReplayStep {
  base::Position position;
  base::Timestamp time;
  std::string actor;  // empty: the operators of the site
  std::string command;
  std::vector<Deed> deeds;
  std::vector<VersionStep> versions;
};

struct Replay {
  base::Position position;  // of the state
  std::unique_ptr<projections::Store> state;
  std::optional<projections::VersionRecord> version;  // whose contents the state has
  // Forward: the commits after the state, oldest first. Backward: the commit that made the state
  // and those before it, newest first.
  std::vector<ReplayStep> steps;
  std::optional<base::Position> next;  // the state at which the next page begins
};

// Errors: not_found (the codelist did not exist then), and those of reading the log.
base::Result<Replay> read_replay(const events::Log& log, const projections::Views& now,
                                 base::CodelistId codelist, const ReplayQuery& query);

}  // namespace codelog::history
