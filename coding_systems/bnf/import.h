// Imports a release of the pseudo-BNF: the NHSBSA's "BNF Code Information", a CSV file by itself,
// or a zip with one at its top level.
//
// Each row of the CSV is a presentation with the names and codes of the levels above it, in columns
// named `BNF <Level>` and `BNF <Level> Code` for the seven levels of coding_system.h, in any order.
// `BNF_<LEVEL>` and `BNF_<LEVEL>_CODE`, as the NHSBSA writes them since 2024, are the same titles;
// other columns, such as YEAR_MONTH, are left alone, and rows without anything in them skipped.
// A level whose name contains DUMMY is left out: what is below it hangs below the next level above.
// Concepts are stored level by level, sorted by code, name and parent; of several with one code the
// first is kept.
//
// Refused, with the line: missing columns, rows with more or fewer fields than the header, codes
// that are not 1 to 15 letters and digits, names that are empty, not UTF-8 or longer than 1,000
// bytes.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such file), invalid (what is in it), io, conflict (see
// release_writer.h), unavailable (asked to stop). About 0.1 GB for the 100,000 concepts of a real
// release.
base::Result<ImportOutcome> import_bnf(const ImportRequest& request);

}  // namespace codelog::coding_systems
