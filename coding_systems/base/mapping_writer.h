// The end of every import of a mapping: its file is sealed, and takes its place. Mappings are
// written by a ReleaseWriter, and have no index: whoever opens one reads it whole.
#pragma once

#include <cstdint>

#include "coding_systems/base/import_progress.h"
#include "coding_systems/base/release_writer.h"

namespace codelog::coding_systems {

struct MappingCounts {
  std::uint64_t source_bytes = 0;
  std::uint64_t rows_count = 0;
};

// All inserters must be gone. Errors: io, unavailable (asked to stop).
base::Result<ImportOutcome> publish_mapping(ReleaseWriter& writer, const MappingCounts& counts,
                                            ImportStages& stages);

}  // namespace codelog::coding_systems
