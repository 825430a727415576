#include "coding_systems/index/sqlite_file.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>
#include <system_error>
#include <utility>

namespace codelog::coding_systems {
namespace {

// The path in the form of SQLite's URI file names.
std::string to_uri(const std::filesystem::path& path) {
  constexpr std::string_view plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    if (plain.find(c) != std::string_view::npos) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += '%';
    uri += digits[byte >> 4];
    uri += digits[byte & 15];
  }
  return uri + "?mode=ro&immutable=1";
}

base::Error from_exception(const std::filesystem::path& path, const SQLite::Exception& exception) {
  const int code = exception.getErrorCode();
  const bool is_damage = code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR;
  return {is_damage ? base::ErrorCode::corrupt : base::ErrorCode::io,
          "cannot read " + path.string() + ": " + exception.what(),
          {}};
}

// A journal that is not empty holds writes that an immutable reader does not see.
bool has_contents(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  return !error && size > 0;
}

std::string in_use(const std::filesystem::path& path, const std::string& suffix) {
  return path.string() + " is being written, or its writer was interrupted: there is a " +
         path.filename().string() + suffix +
         " beside it. When no writer is left, have sqlite3 work it in: "
         "PRAGMA wal_checkpoint(TRUNCATE)";
}

}  // namespace

bool SqliteRow::is_null(int column) const { return statement_.getColumn(column).isNull(); }

std::string_view SqliteRow::text(int column) const {
  const auto value = statement_.getColumn(column);
  const char* text = value.getText();  // before getBytes(), which gives the length of this form
  return {text, static_cast<std::size_t>(value.getBytes())};
}

std::int64_t SqliteRow::integer(int column) const {
  return statement_.getColumn(column).getInt64();
}

SqliteFile::SqliteFile(std::filesystem::path path, std::unique_ptr<SQLite::Database> database)
    : path_(std::move(path)), database_(std::move(database)) {}
SqliteFile::SqliteFile(SqliteFile&&) noexcept = default;
SqliteFile& SqliteFile::operator=(SqliteFile&&) noexcept = default;
SqliteFile::~SqliteFile() = default;

base::Result<SqliteFile> SqliteFile::open(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return base::Error{base::ErrorCode::not_found, "there is no file " + path.string(), {}};
  }
  for (const char* suffix : {"-wal", "-journal"}) {
    if (has_contents(path.string() + suffix)) {
      return base::Error{base::ErrorCode::unavailable, in_use(path, suffix), {}};
    }
  }
  try {
    auto database =
        std::make_unique<SQLite::Database>(to_uri(path), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
    // Opening reads nothing yet. This query fails if the file is not a database.
    database->execAndGet("SELECT count(*) FROM sqlite_master");
    return SqliteFile(path, std::move(database));
  } catch (const SQLite::Exception& exception) {
    return from_exception(path, exception);
  }
}

base::Result<void> SqliteFile::require_table(
    std::string_view table, std::initializer_list<std::string_view> columns) const {
  std::set<std::string, std::less<>> present;
  const std::string name(table);
  // Release files come from elsewhere, and a view computes its rows, perhaps without end.
  bool is_plain = true;
  auto looked =
      for_each_row("SELECT type FROM pragma_table_list('" + name + "')", [&](const SqliteRow& row) {
        is_plain = is_plain && row.text(0) == "table";
        return base::Result<void>();
      });
  if (!looked) return looked;
  if (!is_plain) {
    return base::Error{
        base::ErrorCode::corrupt, name + " of " + path_.string() + " is not a plain table", {}};
  }
  auto read =
      for_each_row("SELECT name FROM pragma_table_info('" + name + "')", [&](const SqliteRow& row) {
        present.emplace(row.text(0));
        return base::Result<void>();
      });
  if (!read) return read;
  if (present.empty()) {
    return base::Error{base::ErrorCode::corrupt, path_.string() + " has no table " + name, {}};
  }
  for (const auto column : columns) {
    if (!present.contains(column)) {
      return base::Error{
          base::ErrorCode::corrupt,
          "the table " + name + " of " + path_.string() + " has no column " + std::string(column),
          {}};
    }
  }
  return {};
}

base::Result<void> SqliteFile::for_each_row(const std::string& query, const OnRow& on_row) const {
  try {
    SQLite::Statement statement(*database_, query);
    const SqliteRow row(statement);
    while (statement.executeStep()) {
      if (auto done = on_row(row); !done) return done;
    }
    return {};
  } catch (const SQLite::Exception& exception) {
    return from_exception(path_, exception);
  }
}

}  // namespace codelog::coding_systems
