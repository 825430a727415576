// Makes and extends the file of previous VMP ids.
//
// It only ever grows: a new file holds the pairs of the one before it and the new ones. Unlike in
// OpenCodelists, an id may have several previous ones, so that neither an import of dm+d nor one of
// this mapping can fail because a product changed its id twice.
#pragma once

#include <optional>

#include "coding_systems/base/import_progress.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"

namespace codelog::mappings {

// Reads a gzip-compressed CSV with the columns `vpid` and `vpidprev` (others are ignored). Ids that
// are their own predecessors are left out and counted in the outcome's notices. Refused,
// with the line: missing columns, rows with more or fewer fields than the header, ids that are not
// 6 to 18 digits. `before` is the file to be extended, if there is one. The same input gives the
// same bytes. Errors: not_found, invalid, io, conflict (see release_writer.h), unavailable (asked
// to stop), corrupt (the file before).
base::Result<coding_systems::ImportOutcome> import_dmdvmpprevmap(
    const coding_systems::ImportRequest& request,
    const std::optional<std::filesystem::path>& before);

// The same with pairs that are known already: those of a dm+d release. `request.archive` is not
// looked at.
base::Result<coding_systems::ImportOutcome> extend_dmdvmpprevmap(
    const coding_systems::ImportRequest& request,
    const std::optional<std::filesystem::path>& before, std::vector<PreviousVmp> pairs);

}  // namespace codelog::mappings
