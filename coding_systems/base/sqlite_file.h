// A release's or mapping's SQLite file, open for reading: immutable, without locks, and never
// created. SQLite's exceptions end here. One thread at a time; open one for each thread.
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

// The row a query stands on. Columns count from 0. What it returns is valid until the next row.
class SqliteRow {
 public:
  explicit SqliteRow(SQLite::Statement& statement) : statement_(statement) {}

  bool is_null(int column) const;
  // Empty for NULL.
  std::string_view text(int column) const;
  // 0 for NULL and for what is no number.
  std::int64_t integer(int column) const;

 private:
  SQLite::Statement& statement_;
};

class SqliteFile {
 public:
  // Errors: not_found (naming the file); corrupt: not a SQLite file; unavailable: a journal beside
  // it shows that it is being written, or that its writer was interrupted; io.
  static base::Result<SqliteFile> open(const std::filesystem::path& path);

  SqliteFile(SqliteFile&&) noexcept;
  SqliteFile& operator=(SqliteFile&&) noexcept;
  ~SqliteFile();

  const std::filesystem::path& path() const { return path_; }

  // Errors: corrupt, naming the table or column that is missing.
  base::Result<void> require_table(std::string_view table,
                                   std::initializer_list<std::string_view> columns) const;

  using OnRow = std::function<base::Result<void>(const SqliteRow&)>;
  // Runs a query and hands over its rows; stops at the first error of on_row and returns it.
  // Errors: corrupt, io.
  base::Result<void> for_each_row(const std::string& query, const OnRow& on_row) const;

 private:
  SqliteFile(std::filesystem::path path, std::unique_ptr<SQLite::Database> database);

  std::filesystem::path path_;
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace codelog::coding_systems
