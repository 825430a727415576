// Imports a release of Read v2 from one of these: TRUD's archive (nhs_readv2_*.zip), from which it
// reads Unified/Keyv2.all or, if there is none, Unified/Corev2.all; either file by itself; or a zip
// or a file *.csv with the columns code, term and optionally parent.
//
// Keyv2.all has a row for every keyword of every term: key, place, the term in 30, 60 and 198
// characters, term code, language, code, status. Corev2.all has a row for every code: code, the
// preferred term in 30, 60 and 198 characters, and more. The longest given form of a term is kept.
// In a plain table, the code has 5 characters, or 7 with a term code. The term with the lowest term
// code (00) names the code; the others are its synonyms. A code hangs below the given parent, or
// else below the nearest existing code above it by form. A given parent that is missing is counted
// in the outcome's notices.
//
// Refuses, naming the line: missing or surplus columns, codes that are not Read codes, terms that
// are empty, not UTF-8 or too long, one term code with two terms, parents that form a cycle.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such file), invalid (wrong content), io, conflict (see release_writer.h),
// unavailable (asked to stop). About 0.1 GB for the 90,000 codes with 110,000 terms of a real
// release.
base::Result<ImportOutcome> import_readv2(const ImportRequest& request);

}  // namespace codelog::coding_systems
