// Imports a release of the mapping from CTV3 to SNOMED CT as NHS TRUD delivers it: a folder, or the
// zip archive of that folder, with one table `Mapping Tables/Updated/Clinically
// Assured/ctv3sctmap2*.txt`; or that table by itself, under any name.
//
// The table has tab-separated fields and a header; columns are found by name, in any order. Braces
// and dashes around a MAPID are removed. `_DRUG` or an empty field in place of a SNOMED CT concept
// means that there is none. Of several rows with one MAPID, the first gives the mapped codes, and
// the one with the latest date says whether the mapping is in force and assured.
//
// Refuses, naming the line: missing columns, rows with fewer fields than the header or with more
// that are not empty, MAPIDs that are empty or longer than 64 characters, Read codes other than 1
// to 5 characters, term types of more than one character, SNOMED CT ids other than 6 to 18 digits,
// days that do not exist.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::mappings {

// Errors: not_found, invalid, io, conflict (see release_writer.h), unavailable (asked to stop).
// About 200 bytes of memory a row.
base::Result<coding_systems::ImportOutcome> import_ctv3sctmap2(
    const coding_systems::ImportRequest& request);

}  // namespace codelog::mappings
