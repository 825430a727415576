#include "coding_systems/importing/background_index.h"

#include <utility>

#include "coding_systems/index/release_index.h"

namespace codelog::coding_systems {

BackgroundIndex::BackgroundIndex(std::string_view system_id,
                                 std::function<IndexSource()> make_source)
    : bytes_(std::async(std::launch::async, [system_id, make_source = std::move(make_source)] {
        // The digest of the release file is known only when that file is written; publish() puts it
        // in.
        return build_release_index(system_id, make_source(), IndexedFile{});
      })) {}

base::Result<std::string> BackgroundIndex::take() {
  auto bytes = bytes_.get();
  if (bytes) return bytes;
  base::Error error = bytes.error();
  // The index builder expects a release file and says "corrupt"; here the fault is in the import's
  // source.
  if (error.code == base::ErrorCode::corrupt) error.code = base::ErrorCode::invalid;
  return error;
}

}  // namespace codelog::coding_systems
