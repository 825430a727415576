#include "coding_systems/index/release_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "events/base/file_digest.h"

namespace codelog::coding_systems {
namespace {

// An index of a file that is not the registered one must neither be used nor be built.
base::Result<void> check_registered(const ReleaseFiles& files, const base::Sha256& digest) {
  if (!files.digest || *files.digest == digest) return {};
  return base::Error{base::ErrorCode::conflict,
                     files.database.string() + " has other bytes than were registered",
                     {}};
}

base::Result<ReleaseIndex> map_index(const std::filesystem::path& path,
                                     std::string_view system_id) {
  auto file = IndexFile::map(path, system_id);
  if (!file) return file.error();
  return ReleaseIndex::from(std::move(*file));
}

// Writes the index and maps the file; if that fails, keeps the bytes in memory.
base::Result<OpenedIndex> write_and_map(const std::filesystem::path& path,
                                        std::string_view system_id, std::string bytes,
                                        IndexOrigin origin, std::string note) {
  auto written = write_index_file(path, bytes);
  if (written) {
    bytes = {};
    auto index = map_index(path, system_id);
    if (!index) return index.error();
    return OpenedIndex{std::move(*index), origin, std::move(note)};
  }
  auto file = IndexFile::own(std::move(bytes), system_id);
  if (!file) return file.error();
  auto index = ReleaseIndex::from(std::move(*file));
  if (!index) return index.error();
  return OpenedIndex{std::move(*index), IndexOrigin::unwritten, written.error().detail};
}

// Reads the release file and builds its index. `known` is the file's identity if already computed.
base::Result<OpenedIndex> rebuild(const ReleaseFiles& files, std::string_view system_id,
                                  const ReadIndexSource& read_source,
                                  std::optional<IndexedFile> known, std::string note) {
  if (!known) {
    const auto identified = identify(files.database);
    if (!identified) return identified.error();
    known = *identified;
  }
  if (const auto good = check_registered(files, known->digest); !good) return good.error();
  std::string bytes;
  {
    const auto database = SqliteFile::open(files.database);
    if (!database) return database.error();
    const auto source = read_source(*database);
    if (!source) return source.error();
    auto built = build_release_index(system_id, *source, *known);
    if (!built) return built.error();
    bytes = std::move(*built);
  }
  const auto after = stamp_of(files.database);
  if (!after) return after.error();
  if (*after != stamp_of(*known)) {
    return base::Error{base::ErrorCode::unavailable,
                       files.database.filename().string() + " changes while it is read",
                       {}};
  }
  return write_and_map(files.index, system_id, std::move(bytes), IndexOrigin::built,
                       std::move(note));
}

}  // namespace

std::string differs_from_registered(std::string_view owner) {
  return "the file of the " + std::string(owner) +
         " differs from the registered one, and is refused: restore the registered file, or import "
         "it again";
}

base::Error not_now(base::Error error) {
  using base::ErrorCode;
  if (error.code == ErrorCode::io || error.code == ErrorCode::corrupt) {
    error.code = ErrorCode::unavailable;
  }
  return error;
}

base::Result<FileStamp> stamp_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    const bool gone = errno == ENOENT || errno == ENOTDIR;
    return base::Error{gone ? base::ErrorCode::not_found : base::ErrorCode::io,
                       gone ? "there is no file " + path.string()
                            : "cannot look at " + path.string() + ": " + std::strerror(errno),
                       {}};
  }
  return FileStamp{static_cast<std::uint64_t>(status.st_size),
                   std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                   static_cast<std::uint64_t>(status.st_ino)};
}

FileStamp stamp_of(const IndexedFile& file) {
  return {file.size_bytes, file.modified_ns, file.inode};
}

base::Result<IndexedFile> identify(const std::filesystem::path& path, const std::stop_token& stop) {
  const auto before = stamp_of(path);
  if (!before) return before.error();
  const auto digest = base::sha256_file(path, stop);
  if (!digest) return digest.error();
  const auto after = stamp_of(path);
  if (!after) return after.error();
  if (*before != *after) {
    return base::Error{
        base::ErrorCode::unavailable, path.filename().string() + " changes while it is read", {}};
  }
  return IndexedFile{*digest, before->size_bytes, before->modified_ns, before->inode};
}

bool is_alias(std::string_view text) {
  return !text.empty() && text.size() <= alias_bytes_max && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

bool is_unchanged(const std::filesystem::path& database, const IndexedFile& indexed) {
  const auto stamp = stamp_of(database);
  return stamp && *stamp == stamp_of(indexed);
}

base::Result<OpenedIndex> open_release_index(const ReleaseFiles& files, std::string_view system_id,
                                             const ReadIndexSource& read_source) {
  const auto stamp = stamp_of(files.database);
  if (!stamp) return stamp.error();
  auto index = map_index(files.index, system_id);
  if (!index) {
    // After any fault of the index file, it is built again from the release file.
    return rebuild(files, system_id, read_source, std::nullopt, index.error().detail);
  }
  const auto& recorded = index->file().built_from();
  if (*stamp == stamp_of(recorded)) {
    if (const auto good = check_registered(files, recorded.digest); !good) return good.error();
    return OpenedIndex{std::move(*index), IndexOrigin::mapped, ""};
  }
  const auto identified = identify(files.database);
  if (!identified) return identified.error();
  if (identified->digest != recorded.digest) {
    return rebuild(files, system_id, read_source, *identified,
                   "the index file was built from other bytes than " + files.database.string());
  }
  if (const auto good = check_registered(files, recorded.digest); !good) return good.error();
  // The recorded stamp saves hashing a large release at every start.
  auto bytes = with_built_from(std::string(index->file().bytes()), *identified);
  return write_and_map(
      files.index, system_id, std::move(bytes), IndexOrigin::confirmed,
      files.database.string() + " has another size, time or inode, but the same bytes");
}

}  // namespace codelog::coding_systems
