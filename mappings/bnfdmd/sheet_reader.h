// Reads the sheet of an .xlsx workbook that is shown when it is opened, row by row: what an import
// needs of the format (ECMA-376), and no more. Memory: the workbook's texts, within a bound, and
// one row.
//
// Formulas give the value that was stored with them; dates and formats are not looked at.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/base/zip_archive.h"
#include "events/base/result.h"

namespace codelog::mappings {

struct SheetLimits {
  std::uint64_t texts_bytes_max = 512ULL << 20;  // of all texts together
  std::uint64_t texts_count_max = 16'000'000;
};

struct SheetCell {
  enum class Kind : std::uint8_t { empty, text, other };
  Kind kind = Kind::empty;
  std::string_view text;  // of `other`: the value as it is stored
};

// `cells` are the first columns, lives until the call returns. Rows count from 1, as in the
// workbook; those without any cell are passed over.
using OnSheetRow =
    std::function<base::Result<void>(std::uint64_t row, std::span<const SheetCell> cells)>;
// How many bytes of the sheet have been read.
using OnSheetProgress = std::function<base::Result<void>(std::uint64_t done)>;

struct SheetRequest {
  std::size_t columns_count = 0;  // so many are handed over, others are read over
  std::function<void(std::uint64_t size_bytes)> on_begin;  // of the sheet, before anything is read
  OnSheetRow on_row;
  OnSheetProgress on_progress;  // after each thousand rows
  SheetLimits limits = {};
};

// Errors: invalid (no workbook, a part missing, malformed XML with part and line, a cell that names
// a text that is not there, beyond a limit), io, and what on_row and on_progress say.
base::Result<void> read_active_sheet(const coding_systems::ZipArchive& workbook,
                                     const SheetRequest& request);

// "row 17, column C". Columns count from 0.
std::string cell_place(std::uint64_t row, std::size_t column);

}  // namespace codelog::mappings
