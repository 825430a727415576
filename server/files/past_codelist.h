// One codelist as it was: its versions at a position or at a time, replayed from its own commits
// and the reports on releases (projections/past.h). Safe from any thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "projections/past.h"
#include "server/commands/executor.h"

namespace codelog::files {

// The codelist's stream, and those of reports on releases of its versions.
std::vector<events::Stream> past_streams(const projections::Views& views,
                                         base::CodelistId codelist);

struct PastOfCodelist {
  base::CodelistId codelist;
  projections::Moment moment;
  std::optional<base::VersionId> contents_of;  // the version whose codes are needed
};
// Takes as long as the codelist's history: call with a place for a long read. Errors: those of
// views_as_of.
base::Result<std::unique_ptr<projections::Store>> past_of(const commands::Site& site,
                                                          const projections::Views& views,
                                                          const PastOfCodelist& past);

}  // namespace codelog::files
