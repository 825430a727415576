// Collects members and writes them as a zip archive, with fixed times so that the same members give
// the same bytes.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "events/base/result.h"

namespace codelog::demo {

class ZipWriter {
 public:
  void add(std::string name, std::string contents) {
    members_.emplace_back(std::move(name), std::move(contents));
  }
  // Replaces a file that is there. Errors: io.
  base::Result<void> write(const std::filesystem::path& path) const;

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace codelog::demo
