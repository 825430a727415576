// Builds a release index on another thread while an importer writes the release file.
#pragma once

#include <functional>
#include <future>
#include <string>
#include <string_view>

#include "coding_systems/base/index_source.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// Belongs to one thread. Destroying it waits for the other one. See build_release_index for time
// and memory.
class BackgroundIndex {
 public:
  // `system_id` and what `make_source` reads must live until take() or destruction, and must not
  // change.
  BackgroundIndex(std::string_view system_id, std::function<IndexSource()> make_source);

  // Waits for the index and gives its file's bytes, built from a file that is still to come; once
  // only. Errors: invalid (the hierarchy has a cycle: its codes), too_large.
  base::Result<std::string> take();

 private:
  std::future<base::Result<std::string>> bytes_;
};

}  // namespace codelog::coding_systems
