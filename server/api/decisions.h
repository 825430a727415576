// Who decided a code of a version, when and why: read from the log, newest first.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "events/log.h"
#include "projections/views.h"

namespace codelog::api {

struct CodeDecision {
  base::Position position;
  base::Timestamp time;
  std::string actor;  // empty: the system
  std::string command;
  std::string reason;
  base::CodeStatus status = base::CodeStatus::unresolved;  // that the code got; `?`: cleared
};

struct DecisionsQuery {
  std::string code;
  std::vector<std::string> deciders;     // codes whose last decisions are wanted, too
  std::optional<base::Position> before;  // of decisions on the code
  std::uint64_t limit = 0;
};

struct Decisions {
  std::vector<CodeDecision> on_code;
  std::map<std::string, CodeDecision> last_on;  // by decider; some may be too old to be found
  std::optional<base::Position> next;           // for `before`, if there may be older ones
};

// Reads the codelist's commits from the version's last change back to its beginning, and on in the
// version that it was made from, but at most decision_commits_max. Errors: those of reading the
// log.
inline constexpr std::size_t decision_commits_max = 10'000;
base::Result<Decisions> find_decisions(const events::Log& log, const projections::Views& views,
                                       const projections::VersionRecord& version,
                                       const DecisionsQuery& query);

}  // namespace codelog::api
