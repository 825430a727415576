// OpenCodelists' tables of a dm+d release file, and the publisher's file for each table. This one
// description gives both the SQL and the reading of an import.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/importing/release_writer.h"

namespace codelog::coding_systems::dmd {

// The files of a release, in reading order.
enum class Part : std::uint8_t { lookup, ingredient, vtm, vmp, vmpp, amp, ampp, gtin };

enum class ColumnKind : std::uint8_t {
  identifier,  // digits, as text
  text,
  number,   // an integer, such as some codes of look-up tables
  decimal,  // stored as a number
  flag,     // 1 if the element is there
  date,     // YYYY-MM-DD
};

enum class ColumnRule : std::uint8_t { optional, required, unique, key };

struct Column {
  std::string_view name;
  ColumnKind kind = ColumnKind::text;
  ColumnRule rule = ColumnRule::optional;
  int characters_max = 0;         // of a text, as declared; SQLite does not enforce it
  std::string_view references;    // the table whose key this is; empty: none
  std::string_view index_suffix;  // Django's suffix of the index's name; empty: no index
};

struct Table {
  std::string_view name;  // "dmd_vmp"
  Part part = Part::lookup;
  std::span<const Column> columns;
  bool is_numbered = false;  // has SQLite's own `id` before these columns
};

// All tables; find_table() returns pointers into this array.
std::span<const Table> all_tables();

// The table of the publisher's element: its rows, or in the look-up file its list of rows; nullptr
// if that file has no such element. Linear in the number of tables.
const Table* find_table(Part part, std::string_view element);

// The publisher's element of a column: "NM" for nm.
std::string element_of(const Column& column);

const ReleaseSchema& release_schema();

}  // namespace codelog::coding_systems::dmd
