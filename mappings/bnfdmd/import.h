// Imports the NHSBSA's "BNF Snomed Mapping": an .xlsx workbook, or the zip archive that contains
// it.
//
// The first row of the active sheet that is not empty is its header, with the titles `VMP / VMPP/
// AMP / AMPP`, `BNF Code` and `SNOMED Code` in any of the first 64 columns. Case, spaces and
// underscores of titles do not count. Other columns are ignored, as is white space around codes.
// Rows that lack either code are skipped.
//
// Refuses, naming row and column: missing or repeated titles, codes in cells that are not text (a
// spreadsheet has rounded those), BNF codes other than 1 to 15 letters and digits, SNOMED codes
// other than 6 to 18 digits, repeated SNOMED codes, and types other than VMP, VMPP, AMP and AMPP.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::mappings {

// Errors: not_found, invalid, io, conflict (see release_writer.h), unavailable (asked to stop).
// Memory: the texts of the workbook, and 60 bytes a row.
base::Result<coding_systems::ImportOutcome> import_bnfdmd(
    const coding_systems::ImportRequest& request);

}  // namespace codelog::mappings
