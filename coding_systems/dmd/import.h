// Imports a release of dm+d as TRUD item 24 has it: nhsbsa_dmd_<release>_<date>.zip.
//
// The archive holds the files f_<part>2_*.xml for the parts lookup, ingredient, vtm, vmp, vmpp,
// amp, ampp and gtin, each once: at its top level or at that of a zip at its top level. In the
// files of ingredients and VTMs the children of the root are rows, in the rest lists of rows. The
// name of a row's element (in the look-up file, of the list's) says which table it is of, the names
// of its children which columns; children without a column are left out, empty ones are NULL, and a
// flag is set by being there.
//
// Counted in the outcome's notices: what the tables cannot hold (of several GTINs of one pack the
// first is kept, and what combination packs are made of, CCONTENT, is left out); lists and rows
// that there is no table for, which are left out; and references to rows that are in no file. The
// last are stored as they are. A VMP or VTM that only others refer to stands in the hierarchy, but
// is no concept: it has no name, is not active, and no search finds it.
//
// Refused, with file and line: what XmlReader refuses; rows without an obligatory field, with a
// field twice, or with a key that is there already; identifiers that are not 1 to 18 digits,
// numbers, dates and flags that are none; texts of more than 4,000 bytes.
#pragma once

#include "coding_systems/base/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such archive), invalid (what is in it), io, conflict (see
// release_writer.h), unavailable (asked to stop).
base::Result<ImportOutcome> import_dmd(const ImportRequest& request);

}  // namespace codelog::coding_systems
