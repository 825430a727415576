// Reads one sheet of an .xlsx workbook row by row, with only the parts of the format
// (ECMA-376) that an import needs. Memory: the workbook's texts, within a bound, and one row.
//
// Formulas give their stored value. Dates are numbers, since the reader ignores formats.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "coding_systems/importing/zip_archive.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

struct SheetLimits {
  std::uint64_t texts_bytes_max = 512ULL << 20;  // of all texts together
  std::uint64_t texts_count_max = 16'000'000;
};

// A cell with only white space, as Unicode defines it, is empty.
struct SheetCell {
  enum class Kind : std::uint8_t { empty, text, number, other };
  Kind kind = Kind::empty;
  std::string_view text;  // otherwise the stored value: 195967001, 1.95967001000001E+17, #N/A
};

enum class SheetChoice : std::uint8_t { active, first, named };

// `cells` are the first columns; they live until the call returns. Rows count from 1, as in the
// workbook. Rows without any cell are skipped.
using OnSheetRow =
    std::function<base::Result<void>(std::uint64_t row, std::span<const SheetCell> cells)>;
// Called with the number of bytes of the sheet read so far.
using OnSheetProgress = std::function<base::Result<void>(std::uint64_t done)>;

struct SheetRequest {
  SheetChoice sheet = SheetChoice::active;
  std::string sheet_name = {};    // of the named one
  std::size_t columns_count = 0;  // number of columns passed on; others are skipped
  // receives the sheet's size before reading starts
  std::function<void(std::uint64_t size_bytes)> on_begin = [](std::uint64_t) {};
  OnSheetRow on_row;
  // after every thousand rows
  OnSheetProgress on_progress = [](std::uint64_t) { return base::Result<void>(); };
  SheetLimits limits = {};
};

// Errors: invalid (not a workbook, no sheet of that name, a missing part, malformed XML with part
// and line, a cell that refers to a missing text, over a limit), io, and the errors of on_row and
// on_progress.
base::Result<void> read_sheet(const ZipArchive& workbook, const SheetRequest& request);

// "C" for 2, and "row 17, column C": columns count from 0.
std::string column_letters(std::size_t column);
std::string cell_place(std::uint64_t row, std::size_t column);

}  // namespace codelog::coding_systems
