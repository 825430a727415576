// See README.md. One mutex orders all watched calls, which gives "synced" and "lost" a meaning; the
// thread that cuts the power never releases the mutex.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace {

// The C library's own function of that name.
template <class Function>
Function* real(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int real_openat(int folder, const char* path, int flags, mode_t mode) {
  static auto* const function = real<int(int, const char*, int, ...)>("openat");
  return function(folder, path, flags, mode);
}
ssize_t real_pwrite(int file, const void* bytes, size_t size, off_t offset) {
  static auto* const function = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return function(file, bytes, size, offset);
}
int real_ftruncate(int file, off_t size) {
  static auto* const function = real<int(int, off_t)>("ftruncate");
  return function(file, size);
}
int real_rename(const char* source, const char* target) {
  static auto* const function = real<int(const char*, const char*)>("rename");
  return function(source, target);
}
int real_unlink(const char* path) {
  static auto* const function = real<int(const char*)>("unlink");
  return function(path);
}
int real_link(const char* source, const char* target) {
  static auto* const function = real<int(const char*, const char*)>("link");
  return function(source, target);
}

struct Overwritten {
  off_t offset;
  std::string bytes;
};

// The content of a file on the disk.
struct Synced {
  int file = -1;  // own descriptor, so that a closed or moved file can still be cut
  off_t size = 0;
  std::vector<Overwritten> overwritten;  // since the last sync, oldest first
};

// A change of names since the last sync of its folder.
struct NameChange {
  std::string path;    // created, or moved to
  std::string source;  // moved from; empty for a created file
  std::string backup;  // holds the file that the move replaced; empty if it replaced none
};

using Inode = std::pair<dev_t, ino_t>;

struct Disk {
  std::mutex mutex;
  std::string root;  // ends with '/'; empty: nothing is watched
  std::map<Inode, Synced> files;
  std::vector<NameChange> name_changes;
  long syncs_until_loss = 0;
  unsigned backups_count = 0;
};

// Never destroyed, because threads continue while the process exits.
Disk& disk() {
  static Disk* const instance = new Disk();
  return *instance;
}

bool is_watching() { return !disk().root.empty(); }

std::string folder_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// The path with its folder resolved, if it lies under the root. Empty otherwise, and for a null
// path.
std::string resolved_path(const char* path) {
  std::array<char, PATH_MAX> resolved{};
  return realpath(path, resolved.data()) == nullptr ? std::string() : std::string(resolved.data());
}

std::string watched_path(const char* path) {
  const char* const slash = std::strrchr(path, '/');
  const std::string folder = slash == nullptr ? "." : std::string(path, slash);
  const std::string resolved = resolved_path(folder.empty() ? "/" : folder.c_str());
  if (resolved.empty()) return {};
  std::string full = resolved + "/" + (slash == nullptr ? path : slash + 1);
  return full.starts_with(disk().root) ? full : std::string();
}

std::string path_of(int file) {
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  char target[4096];
  const ssize_t size = readlink(link, target, sizeof target);
  return size > 0 ? std::string(target, static_cast<size_t>(size)) : std::string();
}

Synced* find_file(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return nullptr;
  const auto found = disk().files.find({status.st_dev, status.st_ino});
  return found == disk().files.end() ? nullptr : &found->second;
}

[[noreturn]] void lose_power() {
  for (auto& [inode, synced] : disk().files) {
    for (auto it = synced.overwritten.rbegin(); it != synced.overwritten.rend(); ++it) {
      if (real_pwrite(synced.file, it->bytes.data(), it->bytes.size(), it->offset) < 0) abort();
    }
    struct stat status {};
    if (fstat(synced.file, &status) != 0) abort();
    if (status.st_size > synced.size && real_ftruncate(synced.file, synced.size) != 0) abort();
  }
  // If a name is gone by now, there is nothing to undo.
  for (auto it = disk().name_changes.rbegin(); it != disk().name_changes.rend(); ++it) {
    if (it->source.empty()) {
      real_unlink(it->path.c_str());
      continue;
    }
    real_rename(it->path.c_str(), it->source.c_str());
    if (!it->backup.empty()) real_rename(it->backup.c_str(), it->path.c_str());
  }
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// --- The watched files; functions need the mutex

void watch_opened(int file, bool made, bool emptied) {
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) return;
  const Inode inode{status.st_dev, status.st_ino};
  const auto found = disk().files.find(inode);
  if (found != disk().files.end()) {
    if (emptied) found->second.size = 0;
    return;
  }
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const int own = real_openat(AT_FDCWD, link, O_RDWR | O_CLOEXEC, 0);
  if (own < 0) return;
  disk().files[inode] = {own, made || emptied ? 0 : status.st_size, {}};
}

int watched_open(int folder, const char* path, int flags, mode_t mode) {
  const bool writes = (flags & O_ACCMODE) != O_RDONLY;
  if (!is_watching() || !writes || (folder != AT_FDCWD && path[0] != '/')) {
    return real_openat(folder, path, flags, mode);
  }
  const std::lock_guard lock(disk().mutex);
  const std::string full = watched_path(path);
  if (full.empty()) return real_openat(folder, path, flags, mode);
  struct stat status {};
  const bool existed = lstat(full.c_str(), &status) == 0;
  const int file = real_openat(folder, path, flags, mode);
  if (file < 0) return file;
  if (!existed) disk().name_changes.push_back({full, "", ""});
  watch_opened(file, !existed, (flags & O_TRUNC) != 0);
  return file;
}

// Keeps the synced bytes that a write is about to replace.
void before_write(int file, off_t offset, size_t size) {
  Synced* const synced = find_file(file);
  if (synced == nullptr || offset >= synced->size) return;
  const auto kept = std::min(static_cast<off_t>(size), synced->size - offset);
  std::string bytes(static_cast<size_t>(kept), '\0');
  const ssize_t got = pread(synced->file, bytes.data(), bytes.size(), offset);
  bytes.resize(got > 0 ? static_cast<size_t>(got) : 0);
  synced->overwritten.push_back({offset, std::move(bytes)});
}

off_t write_offset(int file) {
  const int flags = fcntl(file, F_GETFL);
  return lseek(file, 0, flags >= 0 && (flags & O_APPEND) ? SEEK_END : SEEK_CUR);
}

size_t total_size(const struct iovec* pieces, int count) {
  size_t size = 0;
  for (int i = 0; i < count; ++i) size += pieces[i].iov_len;
  return size;
}

void forget_name_changes_in(const std::string& folder) {
  std::erase_if(disk().name_changes, [&](const NameChange& change) {
    if (folder_of(change.path) != folder) return false;
    if (!change.backup.empty()) real_unlink(change.backup.c_str());
    return true;
  });
}

int watched_sync(int file) {
  struct stat status {};
  if (fstat(file, &status) != 0) return -1;
  const std::lock_guard lock(disk().mutex);
  const bool is_folder = S_ISDIR(status.st_mode);
  const std::string path = path_of(file);
  const bool under_root = (path + "/").starts_with(disk().root);
  if (under_root && disk().syncs_until_loss > 0 && --disk().syncs_until_loss == 0) lose_power();
  if (is_folder) {
    if (under_root) forget_name_changes_in(path);
    return 0;
  }
  if (Synced* const synced = find_file(file)) {
    if (fstat(file, &status) != 0) return -1;
    synced->size = status.st_size;
    synced->overwritten.clear();
  }
  return 0;
}

int watched_ftruncate(int file, off_t size) {
  const std::lock_guard lock(disk().mutex);
  const int result = real_ftruncate(file, size);
  if (Synced* const synced = find_file(file); synced != nullptr && result == 0) {
    synced->size = std::min(synced->size, size);
  }
  return result;
}

int watched_rename(const char* source, const char* target) {
  const std::lock_guard lock(disk().mutex);
  const std::string full_source = watched_path(source);
  const std::string full_target = watched_path(target);
  if (full_source.empty() || full_target.empty()) return real_rename(source, target);
  std::string backup;
  struct stat status {};
  if (lstat(full_target.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
    // Beside the root, on the same volume, so that no listing of the folder shows it.
    backup = disk().root.substr(0, disk().root.size() - 1) + ".replaced-" +
             std::to_string(++disk().backups_count);
    real_unlink(backup.c_str());
    if (real_link(full_target.c_str(), backup.c_str()) != 0) abort();
  }
  const int result = real_rename(source, target);
  if (result == 0) {
    disk().name_changes.push_back({full_target, full_source, backup});
  } else if (!backup.empty()) {
    real_unlink(backup.c_str());
  }
  return result;
}

int watched_unlink(const char* path) {
  const std::lock_guard lock(disk().mutex);
  struct stat status {};
  const bool existed = lstat(path, &status) == 0;
  const int result = real_unlink(path);
  // The last name of a file: nothing can restore the file, and its inode may be used again.
  if (result == 0 && existed && status.st_nlink == 1) {
    const auto found = disk().files.find({status.st_dev, status.st_ino});
    if (found != disk().files.end()) {
      close(found->second.file);
      disk().files.erase(found);
    }
  }
  return result;
}

void* wait_for_trigger(void* path) {
  const int fifo = real_openat(AT_FDCWD, static_cast<const char*>(path), O_RDONLY | O_CLOEXEC, 0);
  char byte;
  if (fifo < 0 || read(fifo, &byte, 1) != 1) return nullptr;
  disk().mutex.lock();
  lose_power();
}

__attribute__((constructor)) void start() {
  const char* const root = std::getenv("CODELOG_POWER_LOSS_ROOT");
  if (root == nullptr) return;
  const std::string resolved = resolved_path(root);
  if (resolved.empty()) abort();
  if (const char* const number = std::getenv("CODELOG_POWER_LOSS_AT_SYNC")) {
    disk().syncs_until_loss = std::atol(number);
  }
  disk().root = resolved + "/";
  if (char* const fifo = std::getenv("CODELOG_POWER_LOSS_TRIGGER")) {
    pthread_t thread;
    if (pthread_create(&thread, nullptr, wait_for_trigger, fifo) != 0) abort();
    pthread_detach(thread);
  }
}

mode_t mode_argument(int flags, va_list arguments) {
  return (flags & (O_CREAT | O_TMPFILE)) ? static_cast<mode_t>(va_arg(arguments, unsigned)) : 0;
}

}  // namespace

// --- The C library's functions as the program calls them

extern "C" {

#define POWER_LOSS_OPEN(name)                            \
  int name(const char* path, int flags, ...) {           \
    va_list arguments;                                   \
    va_start(arguments, flags);                          \
    const mode_t mode = mode_argument(flags, arguments); \
    va_end(arguments);                                   \
    return watched_open(AT_FDCWD, path, flags, mode);    \
  }
#define POWER_LOSS_OPENAT(name)                            \
  int name(int folder, const char* path, int flags, ...) { \
    va_list arguments;                                     \
    va_start(arguments, flags);                            \
    const mode_t mode = mode_argument(flags, arguments);   \
    va_end(arguments);                                     \
    return watched_open(folder, path, flags, mode);        \
  }
POWER_LOSS_OPEN(open)
POWER_LOSS_OPEN(open64)
POWER_LOSS_OPENAT(openat)
POWER_LOSS_OPENAT(openat64)

// The names of glibc, for calls without a mode that are checked.
// NOLINTBEGIN(readability-identifier-naming)
int __open_2(const char* path, int flags) { return watched_open(AT_FDCWD, path, flags, 0); }
int __open64_2(const char* path, int flags) { return watched_open(AT_FDCWD, path, flags, 0); }
// NOLINTEND(readability-identifier-naming)
int creat(const char* path, mode_t mode) {
  return watched_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
}

ssize_t write(int file, const void* bytes, size_t size) {
  static auto* const function = real<ssize_t(int, const void*, size_t)>("write");
  if (!is_watching()) return function(file, bytes, size);
  {
    // Not held during the call itself, which may block on a full pipe. Two threads that write to
    // one file at once, without offsets, have no defined order anyway.
    const std::lock_guard lock(disk().mutex);
    if (find_file(file) != nullptr) {
      before_write(file, write_offset(file), size);
      return function(file, bytes, size);
    }
  }
  return function(file, bytes, size);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t offset) {
  if (!is_watching()) return real_pwrite(file, bytes, size, offset);
  const std::lock_guard lock(disk().mutex);
  before_write(file, offset, size);
  return real_pwrite(file, bytes, size, offset);
}
ssize_t pwrite64(int file, const void* bytes, size_t size, off_t offset) {
  return pwrite(file, bytes, size, offset);
}

ssize_t writev(int file, const struct iovec* pieces, int count) {
  static auto* const function = real<ssize_t(int, const struct iovec*, int)>("writev");
  if (!is_watching()) return function(file, pieces, count);
  {
    const std::lock_guard lock(disk().mutex);
    if (find_file(file) != nullptr) {
      before_write(file, write_offset(file), total_size(pieces, count));
      return function(file, pieces, count);
    }
  }
  return function(file, pieces, count);
}

ssize_t pwritev(int file, const struct iovec* pieces, int count, off_t offset) {
  static auto* const function = real<ssize_t(int, const struct iovec*, int, off_t)>("pwritev");
  if (!is_watching()) return function(file, pieces, count, offset);
  const std::lock_guard lock(disk().mutex);
  before_write(file, offset, total_size(pieces, count));
  return function(file, pieces, count, offset);
}
ssize_t pwritev64(int file, const struct iovec* pieces, int count, off_t offset) {
  return pwritev(file, pieces, count, offset);
}

int ftruncate(int file, off_t size) noexcept {
  return is_watching() ? watched_ftruncate(file, size) : real_ftruncate(file, size);
}
int ftruncate64(int file, off_t size) noexcept { return ftruncate(file, size); }

int fsync(int file) {
  static auto* const function = real<int(int)>("fsync");
  return is_watching() ? watched_sync(file) : function(file);
}
int fdatasync(int file) {
  static auto* const function = real<int(int)>("fdatasync");
  return is_watching() ? watched_sync(file) : function(file);
}
// sync_file_range() makes no promise about the disk.
int sync_file_range(int file, off_t offset, off_t size, unsigned flags) {
  static auto* const function = real<int(int, off_t, off_t, unsigned)>("sync_file_range");
  return is_watching() ? 0 : function(file, offset, size, flags);
}

int rename(const char* source, const char* target) noexcept {
  return is_watching() ? watched_rename(source, target) : real_rename(source, target);
}
int link(const char* source, const char* target) noexcept {
  if (!is_watching()) return real_link(source, target);
  const std::lock_guard lock(disk().mutex);
  const int result = real_link(source, target);
  const std::string full = watched_path(target);
  if (result == 0 && !full.empty()) disk().name_changes.push_back({full, "", ""});
  return result;
}
int unlink(const char* path) noexcept {
  return is_watching() ? watched_unlink(path) : real_unlink(path);
}

}  // extern "C"
