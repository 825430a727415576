#include "coding_systems/base/mapping_writer.h"

namespace codelog::coding_systems {

base::Result<ImportOutcome> publish_mapping(ReleaseWriter& writer, const MappingCounts& counts,
                                            ImportStages& stages) {
  stages.begin("syncing", 1);
  const auto sealed = writer.seal();
  if (!sealed) return sealed.error();
  if (auto proceed = stages.advance_to(1); !proceed) return proceed.error();
  if (const auto published = writer.publish_without_index(); !published) return published.error();
  return ImportOutcome{.file = writer.file(),
                       .file_digest = sealed->digest,
                       .source_bytes = counts.source_bytes,
                       .rows_count = counts.rows_count,
                       .stages = stages.take()};
}

}  // namespace codelog::coding_systems
