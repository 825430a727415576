#include "coding_systems/index/previous_file.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "events/base/file.h"

namespace codelog::coding_systems {
namespace {

bool has_no_second_names(int code) { return code == EPERM || code == EOPNOTSUPP; }

}  // namespace

std::filesystem::path previous_path(const std::filesystem::path& file) {
  return file.string() + ".previous";
}

base::Result<PreviousFile> PreviousFile::keep(const std::filesystem::path& file) {
  PreviousFile kept(file);
  const std::filesystem::path path = previous_path(file);
  for (;;) {  // repeated when another process settles the file at this moment
    if (::link(file.c_str(), path.c_str()) != 0 && errno != EEXIST) {
      if (errno == ENOENT || has_no_second_names(errno)) return kept;
      return base::system_error("cannot keep the file before, as", path);
    }
    auto locked = LockedFile::take(path);
    if (locked) {
      kept.locked_ = std::move(*locked);
      return kept;
    }
    if (locked.error().code == base::ErrorCode::not_found) continue;
    if (locked.error().code != base::ErrorCode::conflict) return locked.error();
    return base::Error{base::ErrorCode::conflict,
                       "another import of " + file.stem().string() + " is under way",
                       {}};
  }
}

PreviousFile::~PreviousFile() {
  if (locked_ && locked_->is_at(file_)) let_go();  // the file was not replaced
}

void PreviousFile::let_go() {
  if (locked_) ::unlink(previous_path(file_).c_str());
  locked_.reset();
}

base::Result<bool> settle_previous_file(const std::filesystem::path& file,
                                        const base::Sha256& registered) {
  const std::filesystem::path path = previous_path(file);
  const auto locked = LockedFile::take(path);
  if (!locked) {
    const bool is_io = locked.error().code == base::ErrorCode::io;
    return is_io ? base::Result<bool>(locked.error()) : false;
  }
  const auto current = base::sha256_file(file);
  if (!current && current.error().code != base::ErrorCode::not_found) return current.error();
  if (!current || *current != registered) {
    const auto kept = base::sha256_file(path);
    if (!kept) return kept.error();
    if (*kept == registered) {
      if (::rename(path.c_str(), file.c_str()) != 0)
        return base::system_error("cannot put back", path);
      if (auto synced = base::sync_folder(file.parent_path()); !synced) return synced.error();
      return true;
    }
  }
  if (::unlink(path.c_str()) != 0) return base::system_error("cannot remove", path);
  return false;
}

}  // namespace codelog::coding_systems
