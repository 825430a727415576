// A folder that its destructor removes.
#pragma once

#include <filesystem>

#include "events/base/result.h"

namespace codelog::site {

class TemporaryFolder {
 public:
  // Makes a folder in `parent`; if that is empty, in TMPDIR or /tmp. Errors: io.
  static base::Result<TemporaryFolder> make(const std::filesystem::path& parent = {});
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace codelog::site
