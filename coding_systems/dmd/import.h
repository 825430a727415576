// Imports a release of dm+d, TRUD item 24: nhsbsa_dmd_<release>_<date>.zip.
//
// The archive holds the files f_<part>2_*.xml for the parts lookup, ingredient, vtm, vmp, vmpp,
// amp, ampp and gtin, each once: at its top level, or at the top level of a zip at its top level.
// If nothing is there, because somebody has packed a folder, they may be in any folders. In the
// files of ingredients and VTMs the children of the root are rows; in the other files they are
// lists of rows. The name of a row's element (in the look-up file, of the list's) gives its table,
// and the names of its children give the columns. Children without a column are left out, empty
// ones are NULL, and the presence of an element sets a flag.
//
// The outcome's notices count: facts that the tables cannot hold (only the first of several GTINs
// of a pack is kept, and the contents of combination packs, CCONTENT, are left out); lists and rows
// without a table, and fields without a column, which are left out; and references to rows in no
// file, which are stored unchanged. A VMP or VTM that only others refer to is in the hierarchy, but
// is not a concept: it has no name, is not active, and no search finds it.
//
// Refuses, naming file and line: anything that XmlReader refuses; rows without an obligatory field,
// with a repeated field, or with a repeated key; identifiers other than 1 to 18 digits; malformed
// numbers, dates and flags; texts of more than 4,000 bytes.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (no such archive), invalid (wrong content), io, conflict (see
// release_writer.h), unavailable (asked to stop).
base::Result<ImportOutcome> import_dmd(const ImportRequest& request);

}  // namespace codelog::coding_systems
