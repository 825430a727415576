// Imports a release of OPCS-4 from one of
//     the data files of TRUD (nhs_opcs4df_*.zip), of which the file *CodesAndTitles*.txt is read;
//     that file by itself; or a zip or a file *.csv with the columns code, term and maybe parent.
//
// The publisher's file has no header; a line is a code, a tab (or spaces), and a title. Codes are
// stored without their full stop. A subdivision hangs below its category, a category below its
// chapter where the file has a line for that (the letter alone); where the one above is missing,
// below the next that is there. A plain table may give a code another parent; one that is not there
// is counted in the outcome's notices.
//
// Refused, with the line: codes that are no OPCS-4 codes or come twice with different titles,
// titles that are empty, not UTF-8 or too long, parents that form a cycle.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such file), invalid (what is in it), io, conflict (see release_writer.h),
// unavailable (asked to stop). A few MB for the 12,000 codes of a real release.
base::Result<ImportOutcome> import_opcs4(const ImportRequest& request);

}  // namespace codelog::coding_systems
