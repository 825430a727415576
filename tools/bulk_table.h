// A table as rows of texts: from CSV and its kin, or from a sheet of a workbook.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::tools {

struct BulkRow {
  std::string place;                // "row 3", for messages
  std::vector<std::string> fields;  // of a sheet: as stored
  // The fields that are numbers in a sheet, and those that are dates, truths or faults.
  std::vector<std::size_t> numbers = {};
  std::vector<std::size_t> others = {};
};

// Without blank rows; the first row has the titles.
using BulkTable = std::vector<BulkRow>;

// `delimiter`: between fields; quotes as in CSV. Errors: invalid, naming the row.
base::Result<BulkTable> read_delimited_table(std::string_view text, char delimiter);

// The sheet of that name, or the first one. Errors: invalid, io, not_found.
base::Result<BulkTable> read_workbook_table(const std::filesystem::path& file,
                                            const std::string& sheet);

}  // namespace codelog::tools
