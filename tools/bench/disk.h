// The disk's own speed at making appends durable, which everything that promises durability is
// compared with.
#pragma once

#include <filesystem>

#include "events/base/result.h"

namespace codelog::tools::bench {

class SyncedFile {
 public:
  // A new file in this folder, which is removed in the end. Errors: io.
  static base::Result<SyncedFile> make(const std::filesystem::path& folder);
  SyncedFile(SyncedFile&& other) noexcept;
  SyncedFile& operator=(SyncedFile&& other) noexcept;
  ~SyncedFile();

  // Appends as many bytes as a small commit has, and waits for the disk. Errors: io.
  base::Result<void> append() const;

 private:
  SyncedFile(int file, std::filesystem::path path) : file_(file), path_(std::move(path)) {}
  int file_;
  std::filesystem::path path_;
};

// Whether the folder is on a file system in memory, where durability costs nothing and means
// nothing.
bool is_in_memory(const std::filesystem::path& folder);

}  // namespace codelog::tools::bench
