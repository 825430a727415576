// A table that somebody uploaded, read as Python's csv module reads it (RFC 4180 with its leniency:
// a quote inside an unquoted field is a character like any other, and text after a closing quote
// belongs to the field).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::commands {

struct CsvRow {
  std::size_t line = 1;  // where it starts in the text
  std::vector<std::string> fields;
};

// Blank lines are left out. Errors: invalid, for a quote that is never closed, for text that is not
// UTF-8, and for more fields than any codelist's table has.
base::Result<std::vector<CsvRow>> read_csv(std::string_view text);

}  // namespace codelog::commands
