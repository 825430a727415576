// Where a codelist's commits are in the log: reads only the index of its stream, not the commits.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "events/log.h"
#include "projections/views.h"

namespace codelog::history {

// The version of the stream at its first commit after `after`; size + 1 if there is none. `size` is
// the stream's version as the views have it. Errors: corrupt (the index is damaged), io.
base::Result<base::StreamVersion> first_version_after(const events::Log& log,
                                                      const events::Stream& stream,
                                                      base::StreamVersion size,
                                                      base::Position after);

// The positions of the codelist's newest commits, at most `count_max`, oldest first. Errors: as
// above.
base::Result<std::vector<base::Position>> positions_of(const events::Log& log,
                                                       const projections::Views& views,
                                                       base::CodelistId codelist,
                                                       std::size_t count_max);

// The codelist's last commit at or before a position, and the ones beside it.
struct PlaceInHistory {
  base::Position position;
  std::optional<base::Position> previous;
  std::optional<base::Position> next;
};
// Errors: not_found (the codelist has no such commit), and as above.
base::Result<PlaceInHistory> place_of(const events::Log& log, const projections::Views& views,
                                      base::CodelistId codelist, base::Position at);

}  // namespace codelog::history
