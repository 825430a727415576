#include "coding_systems/importing/sorted_keys.h"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "events/base/check.h"

namespace codelog::coding_systems {
namespace {

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

constexpr std::string_view key_words = " PRIMARY KEY";

// Each table, its SQL, and the column of its key if the key is one to sort.
constexpr const char* tables_query =
    "SELECT name, sql,"
    " (SELECT c.name FROM pragma_index_list(t.name) AS i, pragma_index_info(i.name) AS c"
    "  WHERE (SELECT count(*) FROM pragma_index_list(t.name)) = 1 AND i.origin = 'pk'"
    "  AND (SELECT count(*) FROM pragma_index_info(i.name)) = 1) "
    "FROM sqlite_schema AS t WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "ORDER BY rowid";

base::Error database_error(sqlite3* database) {
  return {base::ErrorCode::io,
          std::string("cannot make tables: ") + (database ? sqlite3_errmsg(database) : "no memory"),
          {}};
}

std::string text_of(sqlite3_stmt* row, int column) {
  const auto* const text = sqlite3_column_text(row, column);
  return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

std::string sql_quoted(std::string_view text, char quote) {
  std::string result(1, quote);
  for (const char byte : text) result.append(byte == quote ? 2 : 1, byte);
  return result + quote;
}

// The name of a key's index until the schema is written.
std::string index_of(std::string_view table) { return "sorted_key_of_" + std::string(table); }

}  // namespace

base::Result<std::string> SortedKeys::without_keys(std::string_view tables_sql) {
  // SQLite itself is the best parser of the statements.
  sqlite3* opened = nullptr;
  const int opening = sqlite3_open(":memory:", &opened);
  const Database database(opened);
  if (opening != SQLITE_OK) return database_error(opened);
  if (sqlite3_exec(opened, std::string(tables_sql).c_str(), nullptr, nullptr, nullptr) !=
      SQLITE_OK) {
    return database_error(opened);
  }
  sqlite3_stmt* prepared = nullptr;
  const int preparing = sqlite3_prepare_v2(opened, tables_query, -1, &prepared, nullptr);
  const Statement tables(prepared);
  if (preparing != SQLITE_OK) return database_error(opened);

  std::string without;
  int stepped = SQLITE_ROW;
  while ((stepped = sqlite3_step(prepared)) == SQLITE_ROW) {
    Key key{text_of(prepared, 0), text_of(prepared, 2), text_of(prepared, 1)};
    std::string sql = key.table_sql;
    if (!key.column.empty()) {
      const auto at = sql.find(key_words);
      CODELOG_CHECK(at != std::string::npos && sql.find(key_words, at + 1) == std::string::npos,
                    "a table's SQL names its primary key once, behind the column");
      sql.erase(at, key_words.size());
      keys_.push_back(std::move(key));
    }
    without += sql + ";";
  }
  if (stepped != SQLITE_DONE) return database_error(opened);
  return without;
}

std::string SortedKeys::take_key_sql(std::string_view table) {
  const auto key = std::ranges::find(keys_, table, &Key::table);
  if (key == keys_.end() || key->is_taken) return "";
  key->is_taken = true;
  return "CREATE UNIQUE INDEX " + sql_quoted(index_of(key->table), '"') + " ON " +
         sql_quoted(key->table, '"') + " (" + sql_quoted(key->column, '"') + ");";
}

std::string SortedKeys::take_keys_sql() {
  std::string sql;
  std::string schema_sql;
  for (const Key& key : keys_) {
    sql += take_key_sql(key.table);
    schema_sql +=
        "UPDATE sqlite_schema SET name = " +
        sql_quoted("sqlite_autoindex_" + key.table + "_1", '\'') +
        ", sql = NULL WHERE type = 'index' AND name = " + sql_quoted(index_of(key.table), '\'') +
        ";UPDATE sqlite_schema SET sql = " + sql_quoted(key.table_sql, '\'') +
        " WHERE type = 'table' AND name = " + sql_quoted(key.table, '\'') + ";";
  }
  if (keys_.empty()) return sql;
  return sql + "PRAGMA writable_schema = ON;" + schema_sql + "PRAGMA writable_schema = OFF;";
}

}  // namespace codelog::coding_systems
