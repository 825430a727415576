// Imports a release of CTV3 from two sources: the last official release of the NHS, and TPP's
// dictionary and hierarchy of a later day. The path is the folder of that day:
//     nhs_readctv3_25.0.0_20180401000001.zip   V3/Concept.v3, Terms.v3, Descrip.v3, V3hier.v3
//     2024-01-01/ctv3_dictionary.csv.gz        CTV3Code, Description
//     2024-01-01/ctv3_hierarchy.csv.gz         ParentCTV3Code, ChildCTV3Code, ChildToParentDistance
// The last two may also be unpacked, as .csv.
//
// Rows are stored in the order of the files. Memory holds only the dictionary, the terms and the
// parents; the hierarchy, which names every ancestor of every code, is streamed.
//
// Rows that refer to missing things are left out, and counted in the outcome's notices: parents and
// children that are not in the dictionary (in V3hier.v3: in no file), terms of codes in no file,
// and codes of terms in none. A code of Concept.v3 whose other code is in no file stays, with a
// notice.
//
// Refuses, naming file and line: missing or surplus columns (unless they are empty), codes
// other than 1 to 5 printable characters, repeated codes, texts that are not UTF-8; and parents
// that form a cycle.
#pragma once

#include "coding_systems/importing/import_progress.h"

namespace codelog::coding_systems {

// Errors: not_found (a file is missing), invalid (wrong content), io, conflict (see
// release_writer.h), unavailable (asked to stop). Memory: 0.5 GB for 400,000 codes with 600,000
// terms.
base::Result<ImportOutcome> import_ctv3(const ImportRequest& request);

}  // namespace codelog::coding_systems
