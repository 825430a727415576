// One row of a table of a dm+d release, field by field as the XML has them: checked, and inserted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/base/background_rows.h"
#include "coding_systems/base/id_map.h"
#include "coding_systems/dmd/schema.h"

namespace codelog::coding_systems::dmd {

constexpr std::size_t field_bytes_max = 4000;

// Writes to one table. Belongs to one thread; must be gone when what it was opened in is.
class TableRows {
 public:
  static base::Result<TableRows> open(BackgroundRows& rows, const Table& table);

  const Table& table() const { return *table_; }

  void begin_row();
  // The number of the column that an element is for; nothing for an element without a column.
  std::optional<std::size_t> find_column(std::string_view element);
  // Takes the text of an element. Empty is as if the element were not there; but in look-up tables
  // releases have descriptions that are empty. Returns what is wrong with it, which is empty if
  // nothing is.
  std::string set(std::size_t column, std::string_view text);
  // Inserts the row. Errors: invalid (without a place: a column that must have a value has none, or
  // the key is there already), io.
  base::Result<void> insert();

  // The value of the row that was begun last, as text; empty for NULL.
  std::string_view value(std::string_view column) const;
  // That of an identifier or a number, as a number; nothing for NULL.
  std::optional<std::uint64_t> number(std::size_t column) const;
  // The number of that row's key; nothing where the table has none.
  std::optional<std::uint64_t> key() const;
  // True if a row with this key has been inserted.
  bool has_key(std::uint64_t key) const { return keys_.find(key + 1).has_value(); }
  std::uint64_t count() const { return count_; }  // of rows inserted

 private:
  struct Value {
    std::string text;
    std::int64_t number = 0;
    bool is_set = false;
  };

  TableRows(const Table& table, BackgroundRows::Table rows);
  void bind(std::size_t column);
  bool is_new_key();
  std::string describe_row() const;

  const Table* table_;
  BackgroundRows::Table rows_;
  std::vector<std::string> elements_;  // by column
  std::vector<Value> values_;          // by column; strings are reused
  std::size_t next_column_ = 0;        // where an element is looked for first
  std::optional<std::size_t> key_column_;
  IdMap keys_;  // of the rows so far, plus 1
  std::uint64_t count_ = 0;
};

}  // namespace codelog::coding_systems::dmd
