// Builds a release index on another thread while an importer writes the release file. The import
// waits for both, so the threads have the same priority.
#pragma once

#include <functional>
#include <future>
#include <string>
#include <string_view>

#include "coding_systems/index/index_source.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// Belongs to one thread. Destroying the object waits for the index thread. See build_release_index
// for time and memory.
class BackgroundIndex {
 public:
  // `system_id`, and the data that `make_source` reads, must live and stay unchanged until take()
  // or destruction.
  BackgroundIndex(std::string_view system_id, std::function<IndexSource()> make_source);

  // Waits for the index and returns the bytes of its file; call once. The release file may still be
  // unwritten. Errors: invalid (the hierarchy has a cycle; the detail lists its codes), too_large.
  base::Result<std::string> take();

 private:
  std::future<base::Result<std::string>> bytes_;
};

}  // namespace codelog::coding_systems
