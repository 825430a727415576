// The codes and titles of an OPCS-4 release in memory, as an import collects them. See import.h for
// the rules.
#pragma once

#include "coding_systems/importing/flat_release.h"
#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems::opcs4 {

// Reads the codes, without the parents that follow from their form. Errors: not_found, invalid with
// file and line, io, unavailable (asked to stop).
base::Result<FlatTables> read_tables(const ImportRequest& request, ImportStages& stages);

}  // namespace codelog::coding_systems::opcs4
