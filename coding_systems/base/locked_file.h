// An open file with a lock that ends with the process, even if the process is killed. A process
// that gets the lock of an import's or a server's file therefore knows that the file's maker is
// gone. Belongs to one thread.
#pragma once

#include <filesystem>

#include "events/base/result.h"

namespace codelog::coding_systems {

class LockedFile {
 public:
  // Errors: not_found (there is no such file, or its last holder has just renamed or removed it),
  // conflict (another process or thread holds the lock), io.
  static base::Result<LockedFile> take(const std::filesystem::path& path);
  // Creates the file if it is missing.
  static base::Result<LockedFile> make(const std::filesystem::path& path);

  LockedFile(LockedFile&& other) noexcept;
  LockedFile& operator=(LockedFile&& other) noexcept;
  ~LockedFile();

  int descriptor() const { return descriptor_; }
  // True if the path is a name of this file.
  bool is_at(const std::filesystem::path& path) const;

 private:
  explicit LockedFile(int descriptor) : descriptor_(descriptor) {}
  static base::Result<LockedFile> open(const std::filesystem::path& path, int flags);

  int descriptor_ = -1;
};

}  // namespace codelog::coding_systems
