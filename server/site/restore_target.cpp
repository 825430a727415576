#include "server/site/restore_target.h"

#include <utility>

#include "events/base/file.h"

namespace codelog::site {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view marker_name = "unfinished-restore";
constexpr std::string_view marker_text =
    "A restore into this folder has not ended. Run it again, or remove the folder.\n";
constexpr std::string_view lock_name = "codelog.lock";
// The top folder of a volume has it.
constexpr std::string_view lost_and_found = "lost+found";

Error cannot(const char* verb, const fs::path& folder, const std::error_code& error) {
  return {ErrorCode::io,
          std::string("cannot ") + verb + " " + folder.string() + ": " + error.message(),
          {}};
}

// A killed process may have left a marker under the name that it is written to.
bool is_marker(const fs::path& file) { return file.filename().string().starts_with(marker_name); }

// True if the folder holds more than a lock and the rest of a restore.
Result<bool> is_occupied(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end;
       file.increment(error)) {
    const auto name = file->path().filename();
    if (name != lock_name && name != lost_and_found && !is_marker(name)) return true;
  }
  if (error) return cannot("read", folder, error);
  return false;
}

}  // namespace

bool is_unfinished_restore(const fs::path& data) {
  std::error_code ignored;
  return fs::exists(data / marker_name, ignored);
}

Result<RestoreTarget> RestoreTarget::make(const fs::path& folder) {
  std::error_code error;
  const bool is_new = !fs::exists(folder, error);
  if (error) return cannot("read", folder, error);
  if (!is_new && !fs::is_directory(folder, error)) {
    return Error{ErrorCode::conflict, folder.string() + " is not a folder", {}};
  }
  const bool had_lock = fs::exists(folder / lock_name, error);
  // The lock comes first: nobody can make a site here after the look.
  auto lock = FolderLock::try_take(folder);
  if (!lock) return lock.error();
  if (!*lock) {
    return Error{
        ErrorCode::conflict, folder.string() + " is in use by another codelog process", {}};
  }
  if (!is_unfinished_restore(folder)) {
    const auto occupied = is_occupied(folder);
    if (!occupied) return occupied.error();
    if (*occupied) {
      if (!had_lock) fs::remove(folder / lock_name, error);
      return Error{ErrorCode::conflict,
                   folder.string() + " is not empty: choose a new folder to restore into",
                   {}};
    }
  }
  RestoreTarget target(folder, std::move(**lock), is_new);
  const auto marked = base::write_file_durably(folder / marker_name, marker_text);
  if (!marked) return marked.error();
  if (const auto emptied = target.empty(); !emptied) return emptied.error();
  return target;
}

RestoreTarget::RestoreTarget(RestoreTarget&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::move(other.lock_)),
      is_new_(other.is_new_),
      is_kept_(std::exchange(other.is_kept_, true)) {}

RestoreTarget::~RestoreTarget() {
  // The marker stays if the rest cannot be removed.
  if (is_kept_ || !empty()) return;
  std::error_code ignored;
  fs::remove(folder_ / marker_name, ignored);
  if (!is_new_) return;
  fs::remove(folder_ / lock_name, ignored);
  fs::remove(folder_, ignored);
}

Result<std::unique_ptr<DataFolder>> RestoreTarget::open(const DataFolderOptions& options,
                                                        const ReportProgress& report) const {
  auto lock = lock_.share();
  if (!lock) return lock.error();
  return DataFolder::open(options, std::move(*lock), report);
}

Result<void> RestoreTarget::keep() {
  std::error_code error;
  fs::remove(folder_ / marker_name, error);
  if (error) return cannot("end the restore into", folder_, error);
  is_kept_ = true;
  return base::sync_folder(folder_);
}

// Removes everything but the marker and the lock. People's keys are overwritten.
Result<void> RestoreTarget::empty() const {
  std::error_code error;
  const fs::path keys = folder_ / "keys" / "users";
  if (fs::is_directory(keys, error)) {
    for (fs::directory_iterator key(keys, error), end; !error && key != end; key.increment(error)) {
      if (const auto destroyed = base::destroy_file(key->path()); !destroyed) return destroyed;
    }
  }
  error.clear();
  for (fs::directory_iterator file(folder_, error), end; !error && file != end;
       file.increment(error)) {
    const auto name = file->path().filename();
    if (name == lock_name || name == lost_and_found || name == marker_name) continue;
    std::error_code removal;
    fs::remove_all(file->path(), removal);
    if (removal) return cannot("remove", file->path(), removal);
  }
  if (error) return cannot("read", folder_, error);
  return {};
}

}  // namespace codelog::site
