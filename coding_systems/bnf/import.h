// Imports a release of the pseudo-BNF: the NHSBSA's "BNF Code Information", a CSV file, or a zip
// with one: the only one, or the only one at its top level.
//
// Each row of the CSV is a presentation with the names and codes of the levels above it, in columns
// named `BNF <Level>` and `BNF <Level> Code` for the seven levels of coding_system.h, in any order.
// `BNF_<LEVEL>` and `BNF_<LEVEL>_CODE`, the NHSBSA's names since 2024, are the same titles. Other
// columns, such as YEAR_MONTH, rows that are empty in these columns, and white space around codes
// are ignored. A level whose name contains DUMMY is left out: its children hang below the next
// level above. Concepts are stored level by level, sorted by code, name and parent; of several with
// one code, the first is kept, and a notice has the others' number.
//
// Refuses, naming the line: missing columns, rows with fewer fields than the header or with more
// that are not empty, codes other than 1 to 15 letters and digits, names that are empty, not UTF-8
// or longer than 1,000 bytes.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such file), invalid (wrong content), io, conflict (see release_writer.h),
// unavailable (asked to stop). About 0.1 GB for the 100,000 concepts of a real release.
base::Result<ImportOutcome> import_bnf(const ImportRequest& request);

}  // namespace codelog::coding_systems
