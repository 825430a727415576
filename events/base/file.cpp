#include "events/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "events/base/check.h"

namespace codelog::base {

Descriptor::Descriptor(Descriptor&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Descriptor::~Descriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Descriptor open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  return Descriptor(::open(path.c_str(), flags | O_CLOEXEC, mode));
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written == 0) errno = ENOSPC;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Error system_error(std::string_view what, const std::filesystem::path& path) {
  const int number = errno;
  const ErrorCode code = number == ENOENT ? ErrorCode::not_found : ErrorCode::io;
  return {code, std::string(what) + " " + path.string() + ": " + std::strerror(number), {}};
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file = open_file(path, O_RDONLY);
  if (!file) return system_error("cannot open", path);
  std::string bytes;
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && status.st_size > 0) {
    bytes.reserve(static_cast<std::size_t>(status.st_size));
  }
  char block[65536];
  for (;;) {
    const ssize_t size = ::read(file.get(), block, sizeof block);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return system_error("cannot read", path);
    if (size == 0) return bytes;
    bytes.append(block, static_cast<std::size_t>(size));
  }
}

Result<void> sync_file(const std::filesystem::path& path) {
  const Descriptor file = open_file(path, O_RDWR);
  if (!file) return system_error("cannot open", path);
  if (::fdatasync(file.get()) != 0) return system_error("cannot sync", path);
  // If the kernel keeps the bytes in memory after all, nothing is lost.
  (void)::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
  return {};
}

Result<void> destroy_file(const std::filesystem::path& path) {
  {
    const Descriptor file = open_file(path, O_WRONLY);
    if (!file && errno == ENOENT) return {};
    struct stat status {};
    if (!file || ::fstat(file.get(), &status) != 0) return system_error("cannot open", path);
    const std::string zeros(static_cast<std::size_t>(status.st_size), '\0');
    if (!write_all(file.get(), zeros)) return system_error("cannot overwrite", path);
    if (::fsync(file.get()) != 0) return system_error("cannot sync", path);
  }
  if (::unlink(path.c_str()) != 0) return system_error("cannot remove", path);
  return sync_folder(path.parent_path());
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor file = open_file(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (!file) return system_error("cannot open", folder);
  if (::fsync(file.get()) != 0) return system_error("cannot sync", folder);
  return {};
}

Result<void> write_file_durably(const std::filesystem::path& path, std::string_view bytes,
                                unsigned mode) {
  return write_file_durably(
      path, bytes, [] { return std::string(); }, mode);
}

Result<void> write_file_durably(const std::filesystem::path& path, std::string_view bytes,
                                const std::function<Result<std::string>()>& make_start,
                                unsigned mode) {
  const std::filesystem::path temporary = path.string() + ".new";
  {
    const Descriptor file = open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode);
    if (!file) return system_error("cannot create", temporary);
    if (::fchmod(file.get(), mode) != 0) return system_error("cannot set the mode of", temporary);
    if (!write_all(file.get(), bytes)) return system_error("cannot write", temporary);
    const auto start = make_start();
    if (!start) return start.error();
    CODELOG_CHECK(start->size() <= bytes.size(), "a file's start is a part of it");
    const bool is_rewound = start->empty() || ::lseek(file.get(), 0, SEEK_SET) == 0;
    if (!is_rewound || !write_all(file.get(), *start)) {
      return system_error("cannot write", temporary);
    }
    if (::fsync(file.get()) != 0) return system_error("cannot sync", temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return system_error("cannot rename to", path);
  return sync_folder(path.parent_path());
}

}  // namespace codelog::base
