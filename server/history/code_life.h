// The whole life of one code in a version and in those that it was made from: what found it,
// decided it, changed it, and was undone. Newest first.
//
// Reads the codelist's commits from the version's last change back to the beginning of the first
// version of its line, within limits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "events/log.h"
#include "projections/views.h"
#include "server/history/deeds.h"
#include "server/history/provenance.h"

namespace codelog::history {

struct LifeEvent {
  Act act;
  std::string command;
  Deed deed;           // with its version, and `change` if the code's status changed
  std::string reason;  // also one that was given later
  bool counts = true;  // false: a step that has been undone, or left behind by a restore
};

struct LifeQuery {
  std::string code;
  std::optional<base::Position> before = std::nullopt;  // only older events
  std::size_t count_max = 0;
};

struct CodeLife {
  std::vector<LifeEvent> events;
  std::optional<base::Position> next;  // for `before`, if there are older ones
  bool is_complete = true;             // false: the history is too long to read for a page
};

// Errors: those of reading the log.
base::Result<CodeLife> read_code_life(const events::Log& log, const projections::Views& views,
                                      const projections::VersionRecord& version,
                                      const LifeQuery& query);

}  // namespace codelog::history
