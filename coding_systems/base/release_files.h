// A release on disk: its SQLite file and the index beside it. The SQLite file is the truth; the
// index is built from it when it is missing, damaged, or of other bytes.
//
// Functions without state: two threads or processes that build the same index at once do the work
// twice and end with the same file.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "coding_systems/base/index_source.h"
#include "coding_systems/base/release_index.h"
#include "coding_systems/base/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// So long that it and what an import puts behind it are one file name everywhere.
constexpr std::size_t alias_bytes_max = 200;
// True for what a release and its files may be called: a slug of lower-case ASCII letters, digits,
// '_' and '-', not empty and not too long. So an alias is always one file name.
bool is_alias(std::string_view text);

struct ReleaseFiles {
  std::filesystem::path database;  // <alias>.sqlite3
  std::filesystem::path index;     // <alias>.index
  // That of the database as it was registered; nothing where it is not known.
  std::optional<base::Sha256> digest = std::nullopt;
};

// What tells a file that was written to from one that was not, without reading it.
struct FileStamp {
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileStamp&) const = default;
};
// Errors: not_found, naming the file; io.
base::Result<FileStamp> stamp_of(const std::filesystem::path& path);
FileStamp stamp_of(const IndexedFile& file);

// The file's digest with the stamp it had before and after. Reads all of it. Errors: not_found, io,
// unavailable (it changes meanwhile, or `stop` was requested).
base::Result<IndexedFile> identify(const std::filesystem::path& path,
                                   const std::stop_token& stop = {});

// Reads the rows of one coding system's release file.
using ReadIndexSource = std::function<base::Result<IndexSource>(const SqliteFile&)>;

// How an index came to be open.
enum class IndexOrigin {
  mapped,     // the index file's record of the release file's size, time and inode was right
  confirmed,  // only the digest was; the rest is now written anew
  built,      // built from the release file, written and mapped
  unwritten,  // built, but the index file could not be written: it is held in memory
};

struct OpenedIndex {
  ReleaseIndex index;
  IndexOrigin origin = IndexOrigin::mapped;
  // Why an index file was not used as it was, or why it could not be written; for the log. Empty
  // where all was well.
  std::string note;
};

// Opens the index, or builds it. About 0.05 s for 400,000 concepts when mapped; building is
// dominated by reading the release file. Errors: not_found (naming the SQLite file), corrupt (it is
// no release of this system), conflict (it is not the file that was registered), unavailable (it
// changed while it was read), io.
base::Result<OpenedIndex> open_release_index(const ReleaseFiles& files, std::string_view system_id,
                                             const ReadIndexSource& read_source);

// Whether the release file still has the stamp that it had when it was indexed.
bool is_unchanged(const std::filesystem::path& database, const IndexedFile& indexed);

}  // namespace codelog::coding_systems
