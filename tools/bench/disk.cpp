#include "tools/bench/disk.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace codelog::tools::bench {
namespace {

constexpr std::size_t append_bytes = 300;

base::Error system_error(const std::string& what) {
  return {base::ErrorCode::io, what + ": " + std::strerror(errno), {}};
}

}  // namespace

base::Result<SyncedFile> SyncedFile::make(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "fdatasync";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return system_error("cannot make " + path.string());
  return SyncedFile(file, path);
}

SyncedFile::SyncedFile(SyncedFile&& other) noexcept
    : file_(std::exchange(other.file_, -1)), path_(std::move(other.path_)) {}

SyncedFile& SyncedFile::operator=(SyncedFile&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(path_, other.path_);
  return *this;
}

SyncedFile::~SyncedFile() {
  if (file_ < 0) return;
  ::close(file_);
  std::error_code ignored;  // The working folder is removed in any case.
  std::filesystem::remove(path_, ignored);
}

base::Result<void> SyncedFile::append() const {
  static constexpr std::array<char, append_bytes> bytes{};
  if (::write(file_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) {
    return system_error("cannot write");
  }
  if (::fdatasync(file_) != 0) return system_error("cannot sync");
  return {};
}

bool is_in_memory(const std::filesystem::path& folder) {
  struct statfs status {};
  if (::statfs(folder.c_str(), &status) != 0) return false;
  return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}

}  // namespace codelog::tools::bench
