// Reads the lines of the mapping's table from a folder, a zip archive or the table's own file. See
// import.h.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/text_lines.h"

namespace codelog::mappings {

// A row's fields in the order of `columns` below, valid until the next row.
class TableReader {
 public:
  static constexpr std::array<std::string_view, 9> columns = {
      "MAPID",         "CTV3_CONCEPTID", "CTV3_TERMID",
      "CTV3_TERMTYPE", "SCT_CONCEPTID",  "SCT_DESCRIPTIONID",
      "MAPSTATUS",     "EFFECTIVEDATE",  "IS_ASSURED"};
  using Fields = std::array<std::string_view, columns.size()>;

  // `name` is the table's, for errors.
  TableReader(std::string name, coding_systems::TextLines::Read read)
      : lines_(std::move(name), separator, std::move(read)) {}

  // Call once, before the first row. Errors: invalid, and those of the source.
  base::Result<void> read_header();
  // Returns nothing after the last row. Errors: invalid, with the line.
  base::Result<std::optional<Fields>> next();

  std::uint64_t bytes_read() const { return lines_.bytes_read(); }
  // "NAME, line 17: " followed by the detail.
  base::Error error_here(std::string_view detail) const { return lines_.error_here(detail); }

 private:
  static constexpr char separator = '\t';

  coding_systems::TextLines lines_;
  std::array<std::size_t, columns.size()> places_{};
  std::size_t columns_count_ = 0;
  std::vector<std::string_view> split_;
};

// Calls `use` with a reader over the one table of the folder or archive, or over the file itself,
// and with its size. Errors: not_found, invalid (no table, or several), io, and those of `use`.
base::Result<void> with_table(
    const coding_systems::ImportRequest& request,
    const std::function<base::Result<void>(TableReader&, std::uint64_t size_bytes)>& use);

}  // namespace codelog::mappings
