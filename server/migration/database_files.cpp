#include "server/migration/database_files.h"

#include "server/migration/thrown.h"

namespace codelog::migration {
namespace {

namespace fs = std::filesystem;

constexpr std::array suffixes = {"", "-wal", "-journal"};

fs::path file_of(const fs::path& database, std::size_t index) {
  return database.string() + suffixes[index];
}

}  // namespace

DatabaseStamps stamps_of(const fs::path& database) {
  DatabaseStamps stamps;
  for (std::size_t i = 0; i < suffixes.size(); ++i) {
    const auto stamp = coding_systems::stamp_of(file_of(database, i));
    if (stamp) {
      if (i == 0 || stamp->size_bytes > 0) stamps[i] = *stamp;
    } else if (stamp.error().code != base::ErrorCode::not_found) {
      throw_error(stamp.error());
    }
  }
  return stamps;
}

bool has_companions(const DatabaseStamps& stamps) { return stamps[1] || stamps[2]; }

void copy_files(const fs::path& from, const fs::path& to, const DatabaseStamps& stamps) {
  for (std::size_t i = 0; i < suffixes.size(); ++i) {
    const fs::path source = file_of(from, i);
    const fs::path target = file_of(to, i);
    std::error_code error;
    fs::remove(target, error);
    if (!stamps[i]) continue;
    fs::copy_file(source, target, error);
    if (error) {
      throw_error(base::ErrorCode::io, "cannot copy " + source.string() + ": " + error.message());
    }
    fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write, error);
  }
}

}  // namespace codelog::migration
