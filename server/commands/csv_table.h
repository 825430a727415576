// An uploaded table, read as Python's csv module does (RFC 4180 with its leniency: a quote inside
// an unquoted field is an ordinary character, and text after a closing quote belongs to the field).
// Functions without state.
#pragma once

#include <cstddef>
#include <span>
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

// The most columns of an uploaded table. More are a spreadsheet's empty ones, or an attack: what is
// shown and checked grows with the columns of the header, for each row.
inline constexpr std::size_t columns_max = 1'000;

// True if all fields of the row from `first` on are blank: empty, or invisible characters.
bool is_blank_from(const CsvRow& row, std::size_t first);

// Skips byte order marks before the first row that is not blank, and blank lines. Errors: invalid,
// for a quote that is never closed, for text that is not UTF-8 (naming the byte) or has a NUL, and
// for more fields than any codelist's table has.
base::Result<std::vector<CsvRow>> read_csv(std::string_view text, char separator = ',');

// Errors: invalid, for a table (header first, or empty) that would have too many cells if all its
// rows were as long as its header. A few bytes of a short row would otherwise take a megabyte.
base::Result<void> check_cells(std::span<const CsvRow> rows);
// The same, and for more columns than an upload may have.
base::Result<void> check_size(std::span<const CsvRow> rows);

// A title for comparisons: in lower case, without invisible characters around it.
std::string plain_title(std::string_view title);

// "row 3", or "row 3 (line 5)" if a field above it has line breaks.
std::string place_of(const CsvRow& row);

// A text of the table for messages: in quotes, shortened if long.
std::string shown(std::string_view text);

}  // namespace codelog::commands
