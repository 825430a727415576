// An open file with a lock that ends with the process, however that ends: whoever gets the lock of
// a file that an import or a server made knows that its maker is gone. Belongs to one thread.
#pragma once

#include <filesystem>

#include "events/base/result.h"

namespace codelog::coding_systems {

class LockedFile {
 public:
  // Errors: not_found (there is no such file, or its last holder has just renamed or removed it),
  // conflict (another process or thread has it), io.
  static base::Result<LockedFile> take(const std::filesystem::path& path);
  // Makes the file where it is missing.
  static base::Result<LockedFile> make(const std::filesystem::path& path);

  LockedFile(LockedFile&& other) noexcept;
  LockedFile& operator=(LockedFile&& other) noexcept;
  ~LockedFile();

  int descriptor() const { return descriptor_; }
  // Whether the path is a name of this file.
  bool is_at(const std::filesystem::path& path) const;

 private:
  explicit LockedFile(int descriptor) : descriptor_(descriptor) {}
  static base::Result<LockedFile> open(const std::filesystem::path& path, int flags);

  int descriptor_ = -1;
};

}  // namespace codelog::coding_systems
