// One row of a table of a dm+d release: checks the fields of the XML, and inserts the row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/dmd/schema.h"
#include "coding_systems/importing/background_rows.h"
#include "coding_systems/importing/id_map.h"

namespace codelog::coding_systems::dmd {

constexpr std::size_t field_bytes_max = 4000;

// Writes to one table. Belongs to one thread; must be destroyed before the object that opened it.
class TableRows {
 public:
  static base::Result<TableRows> open(BackgroundRows& rows, const Table& table);

  const Table& table() const { return *table_; }

  void begin_row();
  // The number of the element's column; nothing for an element without one.
  std::optional<std::size_t> find_column(std::string_view element);
  // Takes the text of an element. An empty text counts as a missing element; but releases have
  // empty descriptions in look-up tables. Returns the fault of the text; empty if there is none.
  std::string set(std::size_t column, std::string_view text);
  // Inserts the row. Errors: invalid (without a place: a required column has no value, or the key
  // is repeated), io.
  base::Result<void> insert();

  // A value of the last row begun, as text; empty for NULL.
  std::string_view value(std::string_view column) const;
  // An identifier or number of that row, as a number; nothing for NULL.
  std::optional<std::uint64_t> number(std::size_t column) const;
  // The number of that row's key; nothing if the table has no key.
  std::optional<std::uint64_t> key() const;
  // True if a row with this key has been inserted.
  bool has_key(std::uint64_t key) const { return keys_.find(key + 1).has_value(); }
  std::uint64_t count() const { return count_; }  // number of inserted rows

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
  std::size_t next_column_ = 0;        // first place to look for an element
  std::optional<std::size_t> key_column_;
  IdMap keys_;  // keys of the rows so far, plus 1
  std::uint64_t count_ = 0;
};

}  // namespace codelog::coding_systems::dmd
