#include "server/commands/csv_table.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coding_systems/base/typed_code.h"
#include "events/base/csv_records.h"
#include "events/base/text.h"

namespace codelog::commands {
namespace {

using base::Error;
using base::ErrorCode;

// A field takes 32 bytes of memory, but as little as one byte of the table. Without a limit, 60 MB
// of commas would take 2 GB at each reading of the version.
constexpr std::size_t fields_max = 1'000'000;
// With four times as many cells as fields, every table whose rows are nearly alike passes.
constexpr std::size_t cells_max = 4 * fields_max;
constexpr std::size_t shown_bytes_max = 100;

std::string row_and_line(std::size_t number, std::size_t line) {
  const std::string row = "row " + std::to_string(number);
  return number == line ? row : row + " (line " + std::to_string(line) + ")";
}

// Programs that add a mark to a file that has one leave two, or one behind rows of their own.
void skip_byte_order_marks(base::CsvRecords& records, std::string_view text) {
  const std::string_view rest = text.substr(records.end());
  std::size_t bytes = 0;
  while (rest.substr(bytes).starts_with(base::byte_order_mark)) {
    bytes += base::byte_order_mark.size();
  }
  records.skip(bytes);
}

base::Result<std::vector<CsvRow>> read_rows(std::string_view text, char separator) {
  base::CsvRecords records(text, {.separator = separator,
                                  .is_lenient = true,
                                  .fields_max = fields_max,
                                  .record_bytes_max = text.size()});
  std::vector<CsvRow> rows;
  std::size_t fields_count = 0;
  bool has_content = false;  // a row that is not blank has been read
  for (;;) {
    if (!has_content) skip_byte_order_marks(records, text);
    const auto more = records.next();
    const bool is_too_large = fields_count + records.fields().size() > fields_max;
    if (is_too_large || (!more && records.fields().size() == fields_max)) {
      return Error{ErrorCode::invalid,
                   "the table has more than " + std::to_string(fields_max) + " fields",
                   {}};
    }
    if (!more) {
      return Error{
          ErrorCode::invalid,
          row_and_line(records.row(), records.quote_line()) + ": a quoted field is never closed",
          {}};
    }
    if (!*more) return rows;
    if (records.fields().empty()) {
      ++fields_count;
      continue;
    }
    CsvRow& row = rows.emplace_back();
    row.number = records.row();
    row.line = records.line();
    row.begin = records.begin();
    row.after = records.end();
    row.fields.assign(std::make_move_iterator(records.fields().begin()),
                      std::make_move_iterator(records.fields().end()));
    fields_count += row.fields.size();
    has_content = has_content || !is_blank_from(row, 0);
  }
}

Error not_utf8(std::string_view text) {
  const std::size_t at = base::utf8_bytes(text);
  const auto line = 1 + std::ranges::count(text.substr(0, at), '\n');
  return {ErrorCode::invalid,
          "the table is not well-formed UTF-8 at byte " + std::to_string(at + 1) + ", in line " +
              std::to_string(line) + "; save it as CSV in UTF-8",
          {}};
}

}  // namespace

bool is_blank_from(const CsvRow& row, std::size_t first) {
  for (std::size_t i = first; i < row.fields.size(); ++i) {
    if (!coding_systems::trim_unseen(row.fields[i]).empty()) return false;
  }
  return true;
}

base::Result<std::vector<CsvRow>> read_csv(std::string_view text, char separator) {
  if (!base::is_utf8(text)) return not_utf8(text);
  if (text.find('\0') != std::string_view::npos) {
    return Error{ErrorCode::invalid, "the table contains a NUL character", {}};
  }
  return read_rows(text, separator);
}

base::Result<void> check_cells(std::span<const CsvRow> rows) {
  if (rows.empty() || rows.size() <= cells_max / rows.front().fields.size()) return {};
  return Error{ErrorCode::invalid,
               "the table has " + std::to_string(rows.size()) + " rows and " +
                   std::to_string(rows.front().fields.size()) + " columns, more than " +
                   std::to_string(cells_max) + " cells",
               {}};
}

base::Result<void> check_size(std::span<const CsvRow> rows) {
  if (!rows.empty() && rows.front().fields.size() > columns_max) {
    return Error{ErrorCode::invalid,
                 "the table has " + std::to_string(rows.front().fields.size()) +
                     " columns; at most " + std::to_string(columns_max) + " are read",
                 {}};
  }
  return check_cells(rows);
}

std::string plain_title(std::string_view title) {
  return base::ascii_lower(coding_systems::trim_unseen(title));
}

std::string place_of(const CsvRow& row) { return row_and_line(row.number, row.line); }

std::string shown(std::string_view text) {
  const std::string_view start = base::utf8_prefix(text, shown_bytes_max);
  return "'" + std::string(start) + (start.size() < text.size() ? "...'" : "'");
}

}  // namespace codelog::commands
