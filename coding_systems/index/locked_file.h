// An open file with a lock that ends with the process, even if the process is killed. A process
// that gets the lock of an import's or a server's file therefore knows that the file's maker is
// gone. Belongs to one thread.
#pragma once

#include <filesystem>
#include <utility>

#include "events/base/file.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

class LockedFile {
 public:
  // Errors: not_found (there is no such file, or its last holder has just renamed or removed it),
  // conflict (another process or thread holds the lock), io.
  static base::Result<LockedFile> take(const std::filesystem::path& path);
  // Creates the file if it is missing.
  static base::Result<LockedFile> make(const std::filesystem::path& path);

  const base::Descriptor& file() const { return file_; }
  // True if the path is a name of this file.
  bool is_at(const std::filesystem::path& path) const;

 private:
  explicit LockedFile(base::Descriptor file) : file_(std::move(file)) {}
  static base::Result<LockedFile> open(const std::filesystem::path& path, int flags);

  base::Descriptor file_;
};

}  // namespace codelog::coding_systems
