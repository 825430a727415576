#include "coding_systems/index/locked_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace codelog::coding_systems {
namespace {

base::Error error_of(base::ErrorCode code, const char* what, const std::filesystem::path& path) {
  return {code, what + (" " + path.string()), {}};
}

}  // namespace

base::Result<LockedFile> LockedFile::open(const std::filesystem::path& path, int flags) {
  auto opened = base::open_file(path, flags | O_NOFOLLOW, 0644);
  if (!opened) {
    const bool is_missing = errno == ENOENT && (flags & O_CREAT) == 0;
    base::Error error = error_of(is_missing ? base::ErrorCode::not_found : base::ErrorCode::io,
                                 "cannot open", path);
    error.detail += std::string(": ") + std::strerror(errno);
    return error;
  }
  LockedFile file(std::move(opened));
  if (::flock(file.file().get(), LOCK_EX | LOCK_NB) != 0) {
    return error_of(base::ErrorCode::conflict, "another process has", path);
  }
  if (!file.is_at(path)) {
    return error_of(base::ErrorCode::not_found, "another process removed", path);
  }
  return file;
}

base::Result<LockedFile> LockedFile::take(const std::filesystem::path& path) {
  return open(path, O_RDONLY);
}

base::Result<LockedFile> LockedFile::make(const std::filesystem::path& path) {
  return open(path, O_RDWR | O_CREAT);
}

bool LockedFile::is_at(const std::filesystem::path& path) const {
  struct stat named {};
  struct stat open {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(file_.get(), &open) == 0 &&
         named.st_dev == open.st_dev && named.st_ino == open.st_ino;
}

}  // namespace codelog::coding_systems
