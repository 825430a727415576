// The tables of a dm+d release file, as OpenCodelists has them, and which of the publisher's files
// each is filled from. One description, from which the SQL is made and by which an import reads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/base/release_writer.h"

namespace codelog::coding_systems::dmd {

// The files of a release, in the order in which they are read.
enum class Part : std::uint8_t { lookup, ingredient, vtm, vmp, vmpp, amp, ampp, gtin };

enum class ColumnKind : std::uint8_t {
  identifier,  // digits, as text
  text,
  number,   // an integer; the codes of look-up tables are some
  decimal,  // stored as a number
  flag,     // 1 where the element is there
  date,     // YYYY-MM-DD
};

enum class ColumnRule : std::uint8_t { optional, required, unique, key };

struct Column {
  std::string_view name;
  ColumnKind kind = ColumnKind::text;
  ColumnRule rule = ColumnRule::optional;
  int characters_max = 0;         // of a text, as declared; SQLite does not hold to it
  std::string_view references;    // the table whose key this is; empty if none
  std::string_view index_suffix;  // how Django ends the name of the index; empty without one
};

struct Table {
  std::string_view name;  // "dmd_vmp"
  Part part = Part::lookup;
  std::span<const Column> columns;
  bool is_numbered = false;  // has an `id` of SQLite's own before these columns
};

// All of them. What find_table returns points into this.
std::span<const Table> all_tables();

// The table that the publisher's element of this name is a row of, or in the look-up file a list of
// rows; nullptr if there is none in that file. Linear in the number of tables.
const Table* find_table(Part part, std::string_view element);

// The publisher's element that a column is read from: "NM" for nm.
std::string element_of(const Column& column);

const ReleaseSchema& release_schema();

}  // namespace codelog::coding_systems::dmd
