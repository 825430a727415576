// The last steps of every import of a release.
#pragma once

#include <string_view>

#include "coding_systems/importing/background_index.h"
#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/release_writer.h"

namespace codelog::coding_systems {

// Seals and publishes a release whose rows are written; afterwards the release exists. Returns the
// sealed file. Errors: those of the writer, and of the index (invalid, naming the source: the
// hierarchy has a cycle).
base::Result<IndexedFile> finish_import(ReleaseWriter& writer, BackgroundIndex& index,
                                        ImportStages& stages, std::string_view source_name);

}  // namespace codelog::coding_systems
