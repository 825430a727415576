#include "tools/bulk_table.h"

#include <utility>

#include "coding_systems/importing/sheet_reader.h"
#include "server/commands/csv_table.h"

namespace codelog::tools {
namespace {

using base::Result;
using coding_systems::SheetCell;

// Later columns are not read, which bounds the memory of a row.
constexpr std::size_t columns_searched = 256;

void swap_delimiter(std::string& text, char delimiter) {
  if (delimiter == ',') return;
  for (char& c : text) {
    if (c == ',') {
      c = delimiter;
    } else if (c == delimiter) {
      c = ',';
    }
  }
}

BulkRow to_bulk_row(std::uint64_t number, std::span<const SheetCell> cells) {
  BulkRow row{.place = "row " + std::to_string(number), .fields = {}};
  std::size_t count = cells.size();
  while (count > 0 && cells[count - 1].kind == SheetCell::Kind::empty) --count;
  for (std::size_t i = 0; i < count; ++i) {
    row.fields.emplace_back(cells[i].text);
    if (cells[i].kind == SheetCell::Kind::number) row.numbers.push_back(i);
    if (cells[i].kind == SheetCell::Kind::other) row.others.push_back(i);
  }
  return row;
}

}  // namespace

// The reader of CSV knows commas alone, so commas and delimiters change places before and after.
Result<BulkTable> read_delimited_table(std::string_view text, char delimiter) {
  std::string swapped(text);
  swap_delimiter(swapped, delimiter);
  auto rows = commands::read_csv(swapped);
  if (!rows) return rows.error();
  BulkTable table;
  for (commands::CsvRow& row : *rows) {
    if (commands::is_blank_from(row, 0)) continue;
    for (std::string& field : row.fields) swap_delimiter(field, delimiter);
    table.push_back({commands::place_of(row), std::move(row.fields)});
  }
  return table;
}

Result<BulkTable> read_workbook_table(const std::filesystem::path& file, const std::string& sheet) {
  const auto workbook = coding_systems::ZipArchive::open(file);
  if (!workbook) return workbook.error();
  BulkTable table;
  coding_systems::SheetRequest request;
  request.sheet =
      sheet.empty() ? coding_systems::SheetChoice::first : coding_systems::SheetChoice::named;
  request.sheet_name = sheet;
  request.columns_count = columns_searched;
  request.on_row = [&](std::uint64_t number, std::span<const SheetCell> cells) {
    table.push_back(to_bulk_row(number, cells));
    return Result<void>();
  };
  if (const auto read = read_sheet(*workbook, request); !read) return read.error();
  return table;
}

}  // namespace codelog::tools
