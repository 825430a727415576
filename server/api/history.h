// A codelist's history as the native API shows it: one object an event, oldest first.
//
// Read from the log, so it costs what a page holds; where a page starts is found by halving.
#pragma once

#include <string>

#include "events/log.h"
#include "projections/views.h"

namespace codelog::api {

struct HistoryRange {
  base::Position after;
  std::uint64_t commits_max = 0;  // a page never ends within a commit, and sooner when it is long
  bool show_changes = false;      // every code that a step changed, not only how many
};

// {"events": […], "next": position or null}; a commit that cannot be read is shown as such.
// Errors: corrupt, when the index of the codelist's commits is damaged.
base::Result<std::string> history_json(const events::EventLog& log, const projections::Views& views,
                                       base::CodelistId codelist, const HistoryRange& range);

}  // namespace codelog::api
