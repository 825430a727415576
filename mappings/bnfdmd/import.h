// Imports the NHSBSA's "BNF Snomed Mapping": an .xlsx workbook, or the zip archive that contains
// it.
//
// The active sheet of the workbook has a header in its first row, with `VMP / VMPP/ AMP / AMPP` in
// column B, `BNF Code` in C and `SNOMED Code` in E. Rows that lack either code are skipped.
//
// Refuses, naming row and column: another header, codes in cells that are not text (a spreadsheet
// has rounded those), BNF codes other than 1 to 15 letters and digits, SNOMED codes other than 6 to
// 18 digits, repeated SNOMED codes, and types other than VMP, VMPP, AMP and AMPP.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::mappings {

// Errors: not_found, invalid, io, conflict (see release_writer.h), unavailable (asked to stop).
// Memory: the texts of the workbook, and 60 bytes a row.
base::Result<coding_systems::ImportOutcome> import_bnfdmd(
    const coding_systems::ImportRequest& request);

}  // namespace codelog::mappings
