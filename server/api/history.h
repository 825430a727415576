// A codelist's history in the native API: one object for each event, oldest first.
//
// Reads the log, so the cost is that of one page; a binary search finds the start of the page.
#pragma once

#include <string>

#include "events/log.h"
#include "projections/views.h"

namespace codelog::api {

struct HistoryRange {
  base::Position after;
  std::uint64_t commits_max = 0;  // a page ends between commits, and earlier if it gets long
  bool show_changes = false;      // list every code that a step changed, not only their number
};

// {"events": […], "next": position or null}; marks commits that cannot be read. Errors: corrupt,
// when the index of the codelist's commits is damaged.
base::Result<std::string> history_json(const events::EventLog& log, const projections::Views& views,
                                       base::CodelistId codelist, const HistoryRange& range);

}  // namespace codelog::api
