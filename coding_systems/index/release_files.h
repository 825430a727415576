// A release on disk: its SQLite file and the index beside it. The SQLite file is the source; the
// index is built from it if it is missing, damaged, or of another file.
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

#include "coding_systems/index/index_source.h"
#include "coding_systems/index/release_index.h"
#include "coding_systems/index/sqlite_file.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

// Short enough that the alias and an import's suffixes are a valid file name everywhere.
constexpr std::size_t alias_bytes_max = 200;
// True for a valid alias: a slug of lower-case ASCII letters, digits, '_' and '-', not empty and
// not too long. So an alias is always one file name.
bool is_alias(std::string_view text);

struct ReleaseFiles {
  std::filesystem::path database;  // <alias>.sqlite3
  std::filesystem::path index;     // <alias>.index
  // The registered digest of the database; nothing if it is unknown.
  std::optional<base::Sha256> digest = std::nullopt;
};

// The sentence about a file that differs from the registered one, for users: it names no place on
// this machine. `owner` is such as "release bnf_1" or "mapping bnfdmd/1".
std::string differs_from_registered(std::string_view owner);

// A registered file whose last reading failed.
struct UnreadableFile {
  std::string name;   // the release's alias, or "mapping/stem"
  std::string cause;  // with the file's path: for the server's log
};

// The error of a request that needs a release file which cannot be read now: unavailable instead of
// io and corrupt, because the client's request is good and will work when the file is mended.
base::Error not_now(base::Error error);

// Shows, without reading a file, whether somebody wrote to it.
struct FileStamp {
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileStamp&) const = default;
};
// Errors: not_found, naming the file; io.
base::Result<FileStamp> stamp_of(const std::filesystem::path& path);
FileStamp stamp_of(const IndexedFile& file);

// The file's digest, with its stamp before and after. Reads the whole file. Errors: not_found, io,
// unavailable (the file changes meanwhile, or `stop` was requested).
base::Result<IndexedFile> identify(const std::filesystem::path& path,
                                   const std::stop_token& stop = {});

// Reads the rows of one coding system's release file.
using ReadIndexSource = std::function<base::Result<IndexSource>(const SqliteFile&)>;

// How an index was opened.
enum class IndexOrigin {
  mapped,     // the index file's record of the release file's size, time and inode was right
  confirmed,  // only the digest was right; the record is now corrected
  built,      // built from the release file, written and mapped
  unwritten,  // built, but the index file could not be written: held in memory
};

struct OpenedIndex {
  ReleaseIndex index;
  IndexOrigin origin = IndexOrigin::mapped;
  // Why an index file was not used unchanged, or could not be written; for the log. Empty if there
  // was no problem.
  std::string note;
};

// Opens the index, or builds it. About 0.05 s for 400,000 concepts when mapped; when building, most
// of the time is spent reading the release file. Errors: not_found (naming the SQLite file),
// corrupt (not a release of this system), conflict (not the registered file), unavailable (it
// changed while it was read), io.
base::Result<OpenedIndex> open_release_index(const ReleaseFiles& files, std::string_view system_id,
                                             const ReadIndexSource& read_source);

// True if the release file still has the stamp recorded when it was indexed.
bool is_unchanged(const std::filesystem::path& database, const IndexedFile& indexed);

}  // namespace codelog::coding_systems
