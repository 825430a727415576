#include "coding_systems/importing/import_finish.h"

namespace codelog::coding_systems {

base::Result<IndexedFile> finish_import(ReleaseWriter& writer, BackgroundIndex& index,
                                        ImportStages& stages, std::string_view source_name) {
  stages.begin("syncing", 1);
  if (const auto sealed = writer.seal(); !sealed) return sealed.error();
  stages.begin("indexing", 1);
  const auto index_bytes = index.take();
  if (!index_bytes) {
    base::Error error = index_bytes.error();
    error.detail = std::string(source_name) + ": " + error.detail;
    return error;
  }
  if (auto proceed = stages.advance_to(1); !proceed) return proceed.error();
  return writer.publish(*index_bytes);
}

}  // namespace codelog::coding_systems
