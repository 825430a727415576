// Open files, and files that survive a power cut: whole, or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace codelog::base {

// The error of a system call that has just failed (errno): "cannot open PATH: reason". The code is
// not_found if there is no such file, otherwise io.
Error system_error(std::string_view what, const std::filesystem::path& path);

// Owns the descriptor of a file, a socket or the like.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

// open(2) with O_CLOEXEC. Returns an empty descriptor when that fails; errno says why.
Descriptor open_file(const std::filesystem::path& path, int flags, unsigned mode = 0);

// Returns false after a failed write(2); errno says why.
bool write_all(int descriptor, std::string_view bytes);

// Reads a whole file. Errors: not_found, io.
Result<std::string> read_file(const std::filesystem::path& path);

// Writes beside the target, syncs, renames over it and syncs the folder. `mode` as in chmod.
Result<void> write_file_durably(const std::filesystem::path& path, std::string_view bytes,
                                unsigned mode = 0644);

// As above, for a file whose start is known last. After `bytes` are written, the result of
// `make_start` overwrites their beginning; it must not be longer than `bytes`.
Result<void> write_file_durably(const std::filesystem::path& path, std::string_view bytes,
                                const std::function<Result<std::string>()>& make_start,
                                unsigned mode = 0644);

// Makes an earlier process's writes to a file durable, and lets later reads come from the disk: a
// failed sync can leave bytes in memory that look good but are not on the disk.
Result<void> sync_file(const std::filesystem::path& path);

// Removes a file for good: overwrites it and syncs before removing its name, since the blocks of a
// removed file may linger. No error when there is no such file.
Result<void> destroy_file(const std::filesystem::path& path);

// Makes the folder's entries (new, renamed and removed files) durable.
Result<void> sync_folder(const std::filesystem::path& folder);

}  // namespace codelog::base
