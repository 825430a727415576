// The files that together are one SQLite database of the old site: a write-ahead log or a rollback
// journal beside it holds what its own pages do not have yet, or must lose. Functions throw
// base::ThrownError.
#pragma once

#include <array>
#include <filesystem>
#include <optional>

#include "coding_systems/index/release_files.h"

namespace codelog::migration {

// The stamps of the database, its write-ahead log and its journal; nothing for a file that is
// missing. Nor for an empty log or journal: readers of the old site make and remove those.
using DatabaseStamps = std::array<std::optional<coding_systems::FileStamp>, 3>;

DatabaseStamps stamps_of(const std::filesystem::path& database);
// True if the database consists of more than one file.
bool has_companions(const DatabaseStamps& stamps);

// Copies the files that have a stamp, and removes what else there is of such a database at the
// target. The copies belong to the owner alone, and are writable.
void copy_files(const std::filesystem::path& from, const std::filesystem::path& to,
                const DatabaseStamps& stamps);

}  // namespace codelog::migration
