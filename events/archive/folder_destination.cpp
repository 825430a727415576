#include "events/archive/folder_destination.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <functional>

#include "events/archive/object_names.h"
#include "events/base/digest.h"
#include "events/base/file.h"

namespace codelog::archive {
namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;

constexpr unsigned object_mode = 0600;
constexpr unsigned folder_mode = 0700;
constexpr std::size_t copied_block_bytes = 1u << 20;
constexpr std::string_view lock_name = "archive.lock";
// Of a file that is being written, or that a killed process left.
constexpr std::string_view unfinished_suffix = ".new";
// A file that was not finished in this time never will be: it is listed, so that it is removed.
constexpr std::chrono::hours unfinished_age_max{1};

Error folder_error(const char* what, const fs::path& path, const std::error_code& error) {
  return {ErrorCode::io, std::string(what) + " " + path.string() + ": " + error.message(), {}};
}

std::string tag_of(std::string_view bytes) { return base::to_hex(base::sha256(bytes)); }

// Block by block, because the standard library's copy does not say why it fails on a full volume.
// `flags`: of open(2), beyond those for writing.
Result<void> copy_durably(const fs::path& from, const fs::path& to, int flags) {
  const base::Descriptor source = base::open_file(from, O_RDONLY);
  if (!source) return base::system_error("cannot open", from);
  const base::Descriptor target = base::open_file(to, O_WRONLY | O_CREAT | flags, object_mode);
  if (!target) return base::system_error("cannot create", to);
  std::string block(copied_block_bytes, '\0');
  for (;;) {
    const ssize_t size = ::read(source.get(), block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return base::system_error("cannot read", from);
    if (size == 0) break;
    const std::string_view bytes(block.data(), static_cast<std::size_t>(size));
    if (!base::write_all(target.get(), bytes)) return base::system_error("cannot write", to);
  }
  if (::fsync(target.get()) != 0) return base::system_error("cannot sync", to);
  return {};
}

class FolderDestination final : public Destination {
 public:
  explicit FolderDestination(fs::path folder) : folder_(std::move(folder)) {}

  std::string describe() const override { return folder_.string(); }

  Result<void> put(std::string_view name, std::string_view bytes) override {
    return write(name, [&](const fs::path& path) {
      return base::write_file_durably(path, bytes, object_mode);
    });
  }

  Result<std::string> put_if(std::string_view name, std::string_view bytes,
                             const std::optional<std::string>& expected_tag) override {
    if (const auto made = make_folder(folder_); !made) return made.error();
    const fs::path lock_path = folder_ / lock_name;
    const base::Descriptor lock = base::open_file(lock_path, O_RDWR | O_CREAT, object_mode);
    if (!lock) return base::system_error("cannot open", lock_path);
    while (::flock(lock.get(), LOCK_EX) != 0) {
      if (errno != EINTR) return base::system_error("cannot lock", lock_path);
    }
    const auto present = base::read_file(folder_ / name);
    if (!present && present.error().code != ErrorCode::not_found) return present.error();
    const auto tag = present ? std::optional(tag_of(*present)) : std::nullopt;
    if (tag != expected_tag) {
      return Error{ErrorCode::conflict,
                   std::string(name) + " in " + describe() + " was changed by another process",
                   {}};
    }
    if (const auto written = put(name, bytes); !written) return written.error();
    return tag_of(bytes);
  }

  Result<void> put_file(std::string_view name, const fs::path& file) override {
    return write(name, [&](const fs::path& path) -> Result<void> {
      const fs::path unfinished = path.string() + std::string(unfinished_suffix);
      const auto copied = copy_durably(file, unfinished, O_TRUNC);
      if (!copied) return copied;
      std::error_code error;
      fs::rename(unfinished, path, error);
      if (error) return folder_error("cannot rename to", path, error);
      return base::sync_folder(path.parent_path());
    });
  }

  Result<StoredObject> get(std::string_view name, std::uint64_t size_max_bytes) override {
    const fs::path path = path_of(name);
    if (const auto fits = check_size(path, size_max_bytes); !fits) return fits.error();
    auto bytes = base::read_file(path);
    if (!bytes) return bytes.error();
    std::string tag = tag_of(*bytes);
    return StoredObject{*std::move(bytes), std::move(tag)};
  }

  Result<void> get_file(std::string_view name, const fs::path& file) override {
    return copy_durably(path_of(name), file, O_EXCL);
  }

  Result<std::vector<ObjectName>> list(std::string_view prefix) override {
    std::vector<ObjectName> objects;
    std::error_code error;
    if (!fs::exists(folder_, error) && !error) return objects;
    fs::recursive_directory_iterator file(folder_, error);
    for (const fs::recursive_directory_iterator end; !error && file != end; file.increment(error)) {
      std::error_code of_file;  // the file may be gone since
      if (!file->is_regular_file(of_file)) continue;
      const std::string name = file->path().lexically_relative(folder_).string();
      if (!name.starts_with(prefix) || name == lock_name || is_in_progress(file->path())) continue;
      const std::uint64_t size_bytes = file->file_size(of_file);
      if (!of_file) objects.push_back({name, size_bytes});
    }
    if (error) return folder_error("cannot read", folder_, error);
    std::ranges::sort(objects, {}, &ObjectName::name);
    return objects;
  }

  Result<void> remove(std::string_view name) override {
    const fs::path path = path_of(name);
    std::error_code error;
    if (!fs::remove(path, error) && !error) return {};
    if (error) return folder_error("cannot remove", path, error);
    return base::sync_folder(path.parent_path());
  }

 private:
  fs::path path_of(std::string_view name) const {
    CODELOG_CHECK(is_object_name(name), "an object has a proper name");
    return folder_ / name;
  }

  // Leaves nothing behind when the volume is full.
  Result<void> write(std::string_view name,
                     const std::function<Result<void>(const fs::path&)>& write_file) {
    const fs::path path = path_of(name);
    if (const auto made = make_folder(path.parent_path()); !made) return made;
    const auto written = write_file(path);
    std::error_code ignored;
    if (!written) fs::remove(path.string() + std::string(unfinished_suffix), ignored);
    return written;
  }

  // Makes the folder and those above it, durably.
  static Result<void> make_folder(const fs::path& folder) {
    std::error_code error;
    if (folder.empty() || fs::is_directory(folder, error)) return {};
    const fs::path parent = folder.parent_path();
    if (parent != folder) {
      if (const auto made = make_folder(parent); !made) return made;
    }
    if (::mkdir(folder.c_str(), folder_mode) != 0 && errno != EEXIST) {
      return base::system_error("cannot make the folder", folder);
    }
    return base::sync_folder(parent);
  }

  static Result<void> check_size(const fs::path& path, std::uint64_t size_max_bytes) {
    std::error_code error;
    const std::uint64_t size_bytes = fs::file_size(path, error);
    if (error == std::errc::no_such_file_or_directory) {
      return Error{ErrorCode::not_found, "there is no " + path.string(), {}};
    }
    if (error) return folder_error("cannot read", path, error);
    if (size_bytes <= size_max_bytes) return {};
    return Error{ErrorCode::too_large,
                 path.string() + " has " + std::to_string(size_bytes) + " bytes instead of " +
                     std::to_string(size_max_bytes),
                 {}};
  }

  static bool is_in_progress(const fs::path& path) {
    if (path.extension() != unfinished_suffix) return false;
    std::error_code error;
    const auto written_at = fs::last_write_time(path, error);
    return !error && fs::file_time_type::clock::now() - written_at < unfinished_age_max;
  }

  const fs::path folder_;
};

}  // namespace

bool is_object_name(std::string_view name) {
  const auto is_allowed = [](char letter) {
    const bool is_letter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    return is_letter || (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' ||
           letter == '.';
  };
  for (;;) {
    const auto slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (!std::ranges::all_of(part, is_allowed)) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

std::unique_ptr<Destination> make_folder_destination(fs::path folder) {
  return std::make_unique<FolderDestination>(std::move(folder));
}

}  // namespace codelog::archive
