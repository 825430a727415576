// Imports a release of OPCS-4 from one of these: TRUD's data files (nhs_opcs4df_*.zip), from which
// it reads *CodesAndTitles*.txt; that file by itself; or a zip or a file *.csv with the columns
// code, term and optionally parent.
//
// The publisher's file has no header; a line is a code, a tab (or spaces), and a title. Codes are
// stored without their full stop. A subdivision hangs below its category, and a category below its
// chapter, if the file has a line for the chapter (the letter alone). If the code above is missing,
// the next existing one takes its place. A plain table may give a code another parent; a missing
// parent is counted in the outcome's notices.
//
// Refuses, naming the line: codes that are not OPCS-4 codes, repeated codes with different titles,
// titles that are empty, not UTF-8 or too long, parents that form a cycle.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such file), invalid (wrong content), io, conflict (see release_writer.h),
// unavailable (asked to stop). A few MB for the 12,000 codes of a real release.
base::Result<ImportOutcome> import_opcs4(const ImportRequest& request);

}  // namespace codelog::coding_systems
