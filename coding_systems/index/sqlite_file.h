// The SQLite file of a release or mapping, open for reading: immutable, without locks, never
// created. SQLite's exceptions do not leave this class. One thread at a time; open one object for
// each thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "events/base/result.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace codelog::coding_systems {

// The current row of a query. Columns count from 0. Returned texts are valid until the next row.
class SqliteRow {
 public:
  explicit SqliteRow(SQLite::Statement& statement) : statement_(statement) {}

  bool is_null(int column) const;
  // Empty for NULL.
  std::string_view text(int column) const;
  // 0 for NULL and for values that are not numbers.
  std::int64_t integer(int column) const;

 private:
  SQLite::Statement& statement_;
};

class SqliteFile {
 public:
  // Errors: not_found (naming the file); corrupt (not a SQLite file); unavailable (a journal beside
  // the file shows that somebody is writing it, or that its writer was interrupted); io.
  static base::Result<SqliteFile> open(const std::filesystem::path& path);

  SqliteFile(SqliteFile&&) noexcept;
  SqliteFile& operator=(SqliteFile&&) noexcept;
  ~SqliteFile();

  const std::filesystem::path& path() const { return path_; }

  // Errors: corrupt, naming the missing table or column.
  base::Result<void> require_table(std::string_view table,
                                   std::initializer_list<std::string_view> columns) const;

  using OnRow = std::function<base::Result<void>(const SqliteRow&)>;
  // Runs a query and passes each row to on_row; stops at its first error and returns that. Errors:
  // corrupt, io.
  base::Result<void> for_each_row(const std::string& query, const OnRow& on_row) const;

 private:
  SqliteFile(std::filesystem::path path, std::unique_ptr<SQLite::Database> database);

  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace codelog::coding_systems
