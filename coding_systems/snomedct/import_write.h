// Writes the tables of a SNOMED CT release as OpenCodelists' migrations make them.
#pragma once

#include "coding_systems/base/import_progress.h"
#include "coding_systems/base/release_writer.h"
#include "coding_systems/snomedct/import_tables.h"

namespace codelog::coding_systems::snomedct {

extern const ReleaseSchema release_schema;

// Rows keep their order, and each table's are freed when they are written. Historical associations
// are a table of our own, which is only made if there are any: OpenCodelists knows no such table,
// and takes no notice of it. Errors: io, unavailable.
base::Result<void> write_tables(ReleaseWriter& writer, Tables& tables, ImportStages& stages);

}  // namespace codelog::coding_systems::snomedct
