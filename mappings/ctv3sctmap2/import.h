// Imports a release of the mapping from CTV3 to SNOMED CT, as NHS TRUD delivers it: a folder, or
// the zip archive that it was unpacked from, with one table `Mapping Tables/Updated/Clinically
// Assured/ctv3sctmap2*.txt` in it.
//
// The table has tabs between fields and a header; columns are found by name, in any order. Braces
// and dashes around a MAPID are taken off. `_DRUG`, or nothing, in place of a SNOMED CT concept
// means that there is none. Of several rows with one MAPID the first says what is mapped, and the
// one with the latest date whether that is in force and assured.
//
// Refused, with the line: missing columns, rows with more or fewer fields than the header, MAPIDs
// that are empty or longer than 64 characters, Read codes that are not 1 to 5 characters, term
// types of more than one, SNOMED CT ids that are not 6 to 18 digits, days that the calendar does
// not have.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::mappings {

// Errors: not_found, invalid, io, conflict (see release_writer.h), unavailable (asked to stop).
// About 200 bytes of memory a row.
base::Result<coding_systems::ImportOutcome> import_ctv3sctmap2(
    const coding_systems::ImportRequest& request);

}  // namespace codelog::mappings
