// An uploaded table, read as Python's csv module does (RFC 4180 with its leniency: a quote inside
// an unquoted field is an ordinary character, and text after a closing quote belongs to the field).
// Functions without state.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::commands {

struct CsvRow {
  std::size_t number = 1;  // as in spreadsheets: the header is row 1, and blank lines count
  std::size_t line = 1;    // first line of the row in the text
  // The row's bytes in the text, including the last line end: [begin, after).
  std::size_t begin = 0;
  std::size_t after = 0;
  std::vector<std::string> fields;
};

// True if all fields of the row from `first` on are blank: empty, or invisible characters.
bool is_blank_from(const CsvRow& row, std::size_t first);

// Skips byte order marks before the first row that is not blank, and blank lines. Errors: invalid,
// for a quote that is never closed, for text that is not UTF-8 (naming the byte) or has a NUL, and
// for more fields than any codelist's table has.
base::Result<std::vector<CsvRow>> read_csv(std::string_view text, char separator = ',');

// "row 3", or "row 3 (line 5)" if a field above it has line breaks.
std::string place_of(const CsvRow& row);

// A text of the table for messages: in quotes, shortened if long.
std::string shown(std::string_view text);

}  // namespace codelog::commands
