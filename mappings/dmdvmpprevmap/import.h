// Makes and extends the file of previous VMP ids.
//
// The mapping only grows: a new file holds the old pairs and the new ones. Unlike in OpenCodelists,
// an id may have several previous ids, so that no import of dm+d or of this mapping fails because a
// product changed its id twice.
#pragma once

#include <optional>

#include "coding_systems/importing/import_progress.h"
#include "mappings/dmdvmpprevmap/previous_vmps.h"

namespace codelog::mappings {

// Reads a CSV, gzip-compressed or not, with the columns `vpid` and `vpidprev`; ignores other
// columns. Leaves out rows with two equal ids, and counts them in the outcome's notices. Refuses,
// naming the line: missing columns, rows with fewer fields than the header or with more that are
// not empty, ids other than 6 to 18 digits. Skips rows whose two ids are both blank. `before` is
// the file to extend, if there is one. The same input gives the same bytes. Errors: not_found,
// invalid, io, conflict (see release_writer.h), unavailable (asked to stop), corrupt (the old
// file).
base::Result<coding_systems::ImportOutcome> import_dmdvmpprevmap(
    const coding_systems::ImportRequest& request,
    const std::optional<std::filesystem::path>& before);

// As above, with known pairs: those of a dm+d release. Ignores `request.archive`.
base::Result<coding_systems::ImportOutcome> extend_dmdvmpprevmap(
    const coding_systems::ImportRequest& request,
    const std::optional<std::filesystem::path>& before, std::vector<PreviousVmp> pairs);

}  // namespace codelog::mappings
