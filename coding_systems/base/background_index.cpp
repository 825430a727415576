#include "coding_systems/base/background_index.h"

#include <sys/resource.h>
#include <unistd.h>

#include <utility>

#include "coding_systems/base/release_index.h"

namespace codelog::coding_systems {
namespace {

// The rows are what the import waits for, so the index gets about a tenth of a processor that they
// want too. Linux keeps this per thread, and threads made by the thread inherit it.
constexpr int background_nice = 10;

}  // namespace

BackgroundIndex::BackgroundIndex(std::string_view system_id,
                                 std::function<IndexSource()> make_source)
    : bytes_(std::async(std::launch::async, [system_id, make_source = std::move(make_source)] {
        (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), background_nice);
        // Which file it was built from is only known when that is written.
        return build_release_index(system_id, make_source(), IndexedFile{});
      })) {}

base::Result<std::string> BackgroundIndex::take() {
  auto bytes = bytes_.get();
  if (bytes) return bytes;
  base::Error error = bytes.error();
  // To the index builder it is a damaged release file; to an importer, a wrong source.
  if (error.code == base::ErrorCode::corrupt) error.code = base::ErrorCode::invalid;
  return error;
}

}  // namespace codelog::coding_systems
