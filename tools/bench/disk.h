// The disk's own speed at making appends durable; the baseline for every durable operation.
#pragma once

#include <filesystem>
#include <utility>

#include "events/base/file.h"
#include "events/base/result.h"

namespace codelog::tools::bench {

class SyncedFile {
 public:
  // Makes a new file in this folder; its destructor removes it. Errors: io.
  static base::Result<SyncedFile> make(const std::filesystem::path& folder);
  SyncedFile(SyncedFile&&) = default;
  SyncedFile& operator=(SyncedFile&&) = default;
  ~SyncedFile();

  // Appends as many bytes as a small commit has, and waits for the disk. Errors: io.
  base::Result<void> append() const;

 private:
  SyncedFile(base::Descriptor file, std::filesystem::path path)
      : file_(std::move(file)), path_(std::move(path)) {}

  base::Descriptor file_;
  std::filesystem::path path_;
};

// True if the folder is on a file system in memory, where a figure for durability means nothing.
bool is_in_memory(const std::filesystem::path& folder);

}  // namespace codelog::tools::bench
