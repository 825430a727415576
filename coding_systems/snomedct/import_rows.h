// Reads the rows of RF2 files: the common part of concept, description, relationship and refset
// files. Belongs to one thread.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coding_systems/importing/import_progress.h"
#include "coding_systems/importing/line_reader.h"
#include "coding_systems/snomedct/import_fields.h"

namespace codelog::coding_systems::snomedct {

class Rf2Rows {
 public:
  // All arguments must outlive this object.
  Rf2Rows(const ZipArchive& archive, ImportStages& stages, Rf2Fields& fields)
      : archive_(archive), stages_(stages), fields_(fields) {}

  const ZipArchive& archive() const { return archive_; }
  std::uint64_t bytes_read() const { return bytes_read_; }  // of all members so far

  // Calls parse_row(columns) for every row of the members. The header must be one of the given
  // ones. Errors: invalid with file and line, including the faults found by the fields; unavailable
  // (asked to stop).
  template <std::size_t columns_count, class ParseRow>
  base::Result<void> read(const std::vector<ZipMember>& members,
                          std::span<const std::string_view> headers, ParseRow parse_row) {
    if (members.empty()) return {};
    LineReader lines(archive_, members, separator);
    std::array<std::string_view, columns_count> columns;
    for (std::size_t member = 0; member < members.size(); ++member) {
      lines.begin_member();
      const auto started = check_header(lines, headers);
      if (!started) return started;
      for (;;) {
        const auto line = lines.next_line();
        if (!line) return line.error();
        if (!*line) break;
        fields_.begin_row();
        if (!split_columns(**line, separator, columns)) {
          return lines.error_here(columns_fault(**line, separator, columns_count));
        }
        parse_row(columns);
        if (!fields_.wrong().empty()) return lines.error_here(fields_.wrong());
        if (lines.line_number() % lines_per_progress != 0) continue;
        const auto advanced = stages_.advance_to(bytes_read_ + lines.bytes_read());
        if (!advanced) return advanced;
      }
    }
    bytes_read_ += lines.bytes_read();
    return stages_.advance_to(bytes_read_);
  }

 private:
  static constexpr std::uint64_t lines_per_progress = 4096;
  static constexpr char separator = '\t';

  static base::Result<void> check_header(LineReader& lines,
                                         std::span<const std::string_view> headers) {
    const auto line = lines.next_line();
    if (!line) return line.error();
    if (!*line) return lines.error_here("the file is empty: its header is missing");
    if (std::ranges::find(headers, **line) != headers.end()) return {};
    std::string expected(headers.front());
    std::ranges::replace(expected, '\t', ' ');
    return lines.error_here("the header is not: " + expected);
  }

  const ZipArchive& archive_;
  ImportStages& stages_;
  Rf2Fields& fields_;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace codelog::coding_systems::snomedct
