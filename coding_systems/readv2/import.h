// Imports a release of Read v2 from one of
//     the archive of TRUD (nhs_readv2_*.zip), of which Unified/Keyv2.all is read, or where it has
//     none, Unified/Corev2.all; either file by itself; or a zip or a file *.csv with the columns
//     code, term and maybe parent.
//
// Keyv2.all has a row for every keyword of every term: key, place, the term in 30, 60 and 198
// characters, term code, language, code, status; Corev2.all a row for every code: code, the
// preferred term in 30, 60 and 198 characters, and more. Of the lengths, the longest that is there
// is kept. In a plain table the code has 5 characters, or 7 with a term code. The term with the
// lowest term code (00) names the code, the others are its synonyms. A code hangs below the nearest
// code above it by form, or below the parent that was given; one that is not there is counted in
// the outcome's notices.
//
// Refused, with the line: columns that are missing or too many, codes that are no Read codes, terms
// that are empty, not UTF-8 or too long, one term code with two terms, parents that form a cycle.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such file), invalid (what is in it), io, conflict (see release_writer.h),
// unavailable (asked to stop). About 0.1 GB for the 90,000 codes with 110,000 terms of a real
// release.
base::Result<ImportOutcome> import_readv2(const ImportRequest& request);

}  // namespace codelog::coding_systems
