#include "coding_systems/importing/mapping_writer.h"

namespace codelog::coding_systems {

base::Result<ImportOutcome> publish_mapping(ReleaseWriter& writer, const MappingCounts& counts,
                                            ImportStages& stages) {
  stages.begin("syncing", 1);
  if (const auto sealed = writer.seal(); !sealed) return sealed.error();
  if (auto proceed = stages.advance_to(1); !proceed) return proceed.error();
  const auto published = writer.publish_without_index();
  if (!published) return published.error();
  return ImportOutcome{.file = writer.file(),
                       .file_digest = published->digest,
                       .source_bytes = counts.source_bytes,
                       .rows_count = counts.rows_count,
                       .stages = stages.take()};
}

}  // namespace codelog::coding_systems
