#include "server/migration/source_database.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "events/base/text.h"
#include "server/migration/database_files.h"
#include "server/migration/refusals.h"
#include "server/migration/thrown.h"

namespace codelog::migration {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr std::string_view database_name = "db.sqlite3";
constexpr int copies_max = 5;
constexpr std::size_t shown_bytes_max = 60;

// The files must be of one moment, so a copy during which one of them changed is made again.
void copy_database(const fs::path& from, const fs::path& to) {
  for (int copies = 0; copies < copies_max; ++copies) {
    const DatabaseStamps before = stamps_of(from);
    copy_files(from, to, before);
    if (stamps_of(from) == before) return;
  }
  throw_error(ErrorCode::unavailable,
              from.string() + " is being written: stop the old site, or try again");
}

std::string shown_value(const SQLite::Column& column) {
  if (column.isNull()) return "NULL";
  if (column.isBlob()) return "a blob";
  const std::string text(column.getText(), static_cast<std::size_t>(column.getBytes()));
  const std::string_view start = base::utf8_prefix(text, shown_bytes_max);
  return "'" + std::string(start) + (start.size() < text.size() ? "…'" : "'");
}

// Passes all rows, and then throws the refusals of all of them together.
void pass_rows(SQLite::Statement& statement, std::string_view table,
               const SourceDatabase::OnRow& on_row) {
  Refusals refusals;
  while (statement.executeStep()) {
    refusals.attempt([&] { on_row(SourceRow(statement, table)); });
  }
  refusals.throw_if_any();
}

// Django writes "2024-03-01 10:20:30.123456" for a time in UTC.
std::optional<base::Timestamp> parse_django_time(std::string text) {
  constexpr std::size_t date_size = 10;
  if (text.size() <= date_size || text[date_size] != ' ') return std::nullopt;
  text[date_size] = 'T';
  if (text.find('+', date_size) == std::string::npos) text += 'Z';
  return base::parse_timestamp(text);
}

}  // namespace

// --- A row

void SourceRow::refuse(int column, const std::string& fault) const {
  std::string row = "?";
  try {
    row = statement_.getColumn(0).getString();
  } catch (const SQLite::Exception&) {
  }
  throw_error(ErrorCode::invalid, std::string(table_) + " row " + row + ", " +
                                      statement_.getColumnName(column) + ": " + fault);
}

std::string SourceRow::any_text(int column) const {
  return statement_.getColumn(column).getString();
}

bool SourceRow::is_null(int column) const { return statement_.getColumn(column).isNull(); }

std::string SourceRow::text(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  if (!value.isText()) refuse(column, shown_value(value) + " is not a text");
  std::string text(value.getText(), static_cast<std::size_t>(value.getBytes()));
  if (!base::is_utf8(text)) refuse(column, "is not valid UTF-8");
  if (text.find('\0') != std::string::npos) refuse(column, "contains a NUL character");
  return text;
}

std::optional<std::string> SourceRow::optional_text(int column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::int64_t SourceRow::integer(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  if (!value.isInteger()) refuse(column, shown_value(value) + " is not a whole number");
  return value.getInt64();
}

std::uint32_t SourceRow::id(int column) const {
  const std::int64_t number = integer(column);
  if (number < 1 || number >= id_after) refuse(column, std::to_string(number) + " is not an id");
  return static_cast<std::uint32_t>(number);
}

bool SourceRow::boolean(int column) const {
  const SQLite::Column value = statement_.getColumn(column);
  if (!value.isInteger() || value.getInt64() < 0 || value.getInt64() > 1) {
    refuse(column, shown_value(value) + " is neither 0 nor 1");
  }
  return value.getInt64() == 1;
}

base::Timestamp SourceRow::time(int column) const {
  const auto time = parse_django_time(text(column));
  if (!time) refuse(column, shown_value(statement_.getColumn(column)) + " is not a time");
  return *time;
}

std::optional<base::Timestamp> SourceRow::optional_time(int column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

std::string SourceRow::date(int column) const {
  std::string date = text(column);
  if (!base::is_date(date)) {
    refuse(column, shown_value(statement_.getColumn(column)) + " is not a day (YYYY-MM-DD)");
  }
  return date;
}

// --- The database

SourceDatabase::SourceDatabase(const fs::path& storage, const fs::path& folder) {
  const fs::path original = storage / database_name;
  std::error_code error;
  if (!fs::is_regular_file(original, error)) {
    throw_error(ErrorCode::not_found, "there is no " + original.string() +
                                          ": STORAGE is the folder with the old site's database");
  }
  const fs::path copy = folder / database_name;
  copy_database(original, copy);
  try {
    // Writable, so that SQLite can take in a write-ahead log or undo an unfinished transaction.
    database_ = std::make_unique<SQLite::Database>(copy.string(), SQLite::OPEN_READWRITE);
    database_->exec("PRAGMA foreign_keys = OFF");
    const std::string found = database_->execAndGet("PRAGMA quick_check(1)").getString();
    if (found != "ok") throw_error(ErrorCode::corrupt, original.string() + ": " + found);
  } catch (const SQLite::Exception& exception) {
    throw_error(ErrorCode::corrupt, original.string() + ": " + exception.what());
  }
}

SourceDatabase::~SourceDatabase() = default;

void SourceDatabase::for_each(std::string_view table, const std::string& query,
                              const OnRow& on_row) const {
  try {
    SQLite::Statement statement(*database_, query);
    pass_rows(statement, table, on_row);
  } catch (const SQLite::Exception& exception) {
    throw_error(ErrorCode::corrupt, std::string(table) + ": " + exception.what());
  }
}

void SourceDatabase::for_each(std::string_view table, const std::string& query,
                              std::int64_t argument, const OnRow& on_row) const {
  try {
    SQLite::Statement statement(*database_, query);
    statement.bind(1, argument);
    pass_rows(statement, table, on_row);
  } catch (const SQLite::Exception& exception) {
    throw_error(ErrorCode::corrupt, std::string(table) + ": " + exception.what());
  }
}

std::uint64_t SourceDatabase::count(const std::string& table) const {
  std::int64_t rows = 0;
  for_each(table, "SELECT count(*) FROM \"" + table + "\"",
           [&](const SourceRow& row) { rows = row.integer(0); });
  return static_cast<std::uint64_t>(rows);
}

std::vector<std::string> SourceDatabase::columns_of(const std::string& table) const {
  std::vector<std::string> columns;
  for_each(table, "SELECT name FROM pragma_table_xinfo('" + table + "')",
           [&](const SourceRow& row) { columns.push_back(row.text(0)); });
  return columns;
}

}  // namespace codelog::migration
