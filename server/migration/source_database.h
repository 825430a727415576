// The database of an OpenCodelists site, read from a private copy: nothing is ever written beside
// the original, not even SQLite's shared memory, and the original may be in use.
//
// Values are read strictly. SQLite stores any value in any column, so each read checks the type and
// names the table, the row and the column of a value that does not fit. Functions throw
// base::ThrownError. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/clock.h"
#include "events/base/result.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace codelog::migration {

// Ids end before it: a version hash is a number modulo this prime.
inline constexpr std::int64_t id_after = (std::int64_t{1} << 31) - 1;

// The current row of a query. Columns count from 0; the first one identifies the row in messages.
class SourceRow {
 public:
  SourceRow(SQLite::Statement& statement, std::string_view table)
      : statement_(statement), table_(table) {}

  bool is_null(int column) const;
  std::string any_text(int column) const;  // of a value of any type, for messages
  std::string text(int column) const;
  std::optional<std::string> optional_text(int column) const;
  std::int64_t integer(int column) const;
  // An id: 1 to 2^31 - 2, the numbers that have a version hash.
  std::uint32_t id(int column) const;
  bool boolean(int column) const;
  base::Timestamp time(int column) const;
  std::optional<base::Timestamp> optional_time(int column) const;
  std::string date(int column) const;  // YYYY-MM-DD

  // Throws: the value of this column "is not …".
  [[noreturn]] void refuse(int column, const std::string& fault) const;

 private:
  SQLite::Statement& statement_;
  std::string_view table_;
};

class SourceDatabase {
 public:
  // Copies STORAGE/db.sqlite3, with its write-ahead log, into the folder, which must be private.
  // Throws: not_found (no such file), unavailable (it changes while it is copied), corrupt, io.
  SourceDatabase(const std::filesystem::path& storage, const std::filesystem::path& folder);
  SourceDatabase(const SourceDatabase&) = delete;
  SourceDatabase& operator=(const SourceDatabase&) = delete;
  ~SourceDatabase();

  using OnRow = std::function<void(const SourceRow&)>;
  // Passes each row to on_row, also after one that on_row has refused: all refused rows are thrown
  // together, as Refused. `table` is the one that messages name.
  void for_each(std::string_view table, const std::string& query, const OnRow& on_row) const;
  // As above, with a number for the query's "?".
  void for_each(std::string_view table, const std::string& query, std::int64_t argument,
                const OnRow& on_row) const;
  std::uint64_t count(const std::string& table) const;
  std::vector<std::string> columns_of(const std::string& table) const;

 private:
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace codelog::migration
