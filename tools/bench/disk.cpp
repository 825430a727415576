#include "tools/bench/disk.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <system_error>
#include <utility>

namespace codelog::tools::bench {
namespace {

constexpr std::size_t append_bytes = 300;

}  // namespace

base::Result<SyncedFile> SyncedFile::make(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "fdatasync";
  auto file = base::open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!file) return base::system_error("cannot make", path);
  return SyncedFile(std::move(file), path);
}

SyncedFile::~SyncedFile() {
  if (!file_) return;
  std::error_code ignored;  // The working folder is removed in any case.
  std::filesystem::remove(path_, ignored);
}

base::Result<void> SyncedFile::append() const {
  static constexpr std::array<char, append_bytes> bytes{};
  if (!base::write_all(file_.get(), {bytes.data(), bytes.size()})) {
    return base::system_error("cannot write", path_);
  }
  if (::fdatasync(file_.get()) != 0) return base::system_error("cannot sync", path_);
  return {};
}

bool is_in_memory(const std::filesystem::path& folder) {
  struct statfs status {};
  if (::statfs(folder.c_str(), &status) != 0) return false;
  return status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC;
}

}  // namespace codelog::tools::bench
