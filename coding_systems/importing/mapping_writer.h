// The last steps of every import of a mapping: seal the file and put it in its place. A
// ReleaseWriter writes mappings. They have no index, because readers load the whole file.
#pragma once

#include <cstdint>

#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/release_writer.h"

namespace codelog::coding_systems {

struct MappingCounts {
  std::uint64_t source_bytes = 0;
  std::uint64_t rows_count = 0;
};

// All inserters must be destroyed first. Errors: io, unavailable (asked to stop).
base::Result<ImportOutcome> publish_mapping(ReleaseWriter& writer, const MappingCounts& counts,
                                            ImportStages& stages);

}  // namespace codelog::coding_systems
