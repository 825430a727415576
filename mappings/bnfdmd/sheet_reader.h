// Reads the active sheet of an .xlsx workbook row by row, with only the parts of the format
// (ECMA-376) that an import needs. Memory: the workbook's texts, within a bound, and one row.
//
// Formulas give their stored value; the reader ignores dates and formats.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/importing/zip_archive.h"
#include "events/base/result.h"

namespace codelog::mappings {

struct SheetLimits {
  std::uint64_t texts_bytes_max = 512ULL << 20;  // of all texts together
  std::uint64_t texts_count_max = 16'000'000;
};

// A cell with only white space, as Unicode defines it, is empty.
struct SheetCell {
  enum class Kind : std::uint8_t { empty, text, other };
  Kind kind = Kind::empty;
  std::string_view text;  // for `other`: the stored value
};

// `cells` are the first columns; they live until the call returns. Rows count from 1, as in the
// workbook. Rows without any cell are skipped.
using OnSheetRow =
    std::function<base::Result<void>(std::uint64_t row, std::span<const SheetCell> cells)>;
// Called with the number of bytes of the sheet read so far.
using OnSheetProgress = std::function<base::Result<void>(std::uint64_t done)>;

struct SheetRequest {
  std::size_t columns_count = 0;  // number of columns passed on; others are skipped
  // receives the sheet's size before reading starts
  std::function<void(std::uint64_t size_bytes)> on_begin;
  OnSheetRow on_row;
  OnSheetProgress on_progress;  // after every thousand rows
  SheetLimits limits = {};
};

// Errors: invalid (not a workbook, a missing part, malformed XML with part and line, a cell that
// refers to a missing text, over a limit), io, and the errors of on_row and on_progress.
base::Result<void> read_active_sheet(const coding_systems::ZipArchive& workbook,
                                     const SheetRequest& request);

// "row 17, column C". Columns count from 0.
std::string cell_place(std::uint64_t row, std::size_t column);

}  // namespace codelog::mappings
