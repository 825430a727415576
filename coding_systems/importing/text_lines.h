// The lines of a text, and the one rule by which all importers read them:
//   - a UTF-8 byte order mark at the start is skipped; UTF-16 is refused by name;
//   - a line ends with LF or CR LF, and the last one may lack its end;
//   - a blank line, which has nothing but separators, spaces and tabs, is skipped but counted.
// Records of CsvReader, and members of a zip archive in LineReader, follow the same rule.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>

#include "events/base/result.h"
#include "events/base/text.h"

namespace codelog::coding_systems {

constexpr std::size_t line_bytes_max = 64 * 1024;

// The detail of an error about a text that is_utf16().
constexpr std::string_view utf16_detail = "the file is UTF-16: it must be saved as UTF-8";

// True if the text starts with one of UTF-16's byte order marks.
bool is_utf16(std::string_view text);
// True if the line has only separators, spaces and tabs.
bool is_blank(std::string_view line, char separator);
// Splits the line into fields; returns true if it has as many columns as `fields`. More columns are
// no fault if they are white space, as for width_fault(). The separator cannot be quoted.
bool split_columns(std::string_view line, char separator, std::span<std::string_view> fields);
// The detail of an error about a line, of a file without a header, that split_columns() refused.
std::string columns_fault(std::string_view line, char separator, std::size_t columns_count);

// Reads on to the next line that is not blank, and strips a byte order mark from the first.
// `next_written` returns the next line as it is in the text, and `line_number` its number.
template <class NextWritten, class LineNumber, class ErrorHere>
base::Result<std::optional<std::string_view>> next_filled_line(NextWritten next_written,
                                                               LineNumber line_number,
                                                               ErrorHere error_here,
                                                               char separator) {
  for (;;) {
    base::Result<std::optional<std::string_view>> line = next_written();
    if (!line || !*line) return line;
    if (line_number() == 1) {
      if (is_utf16(**line)) return error_here(utf16_detail);
      *line = base::without_byte_order_mark(**line);
    }
    if (!is_blank(**line, separator)) return line;
  }
}

// True if the field has only white space, as Unicode defines it.
bool is_white_space(std::string_view field);
// The fault in the number of a row's fields; "" if there is none. Fields behind the header's last
// column are no fault if they are white space: spreadsheets write such fields.
template <class Fields>
std::string width_fault(const Fields& fields, std::size_t header_fields) {
  const bool is_whole = fields.size() >= header_fields;
  if (is_whole && std::ranges::all_of(fields | std::views::drop(header_fields), is_white_space)) {
    return "";
  }
  return "the row has " + std::to_string(fields.size()) + " fields, the header has " +
         std::to_string(header_fields);
}

// Reads lines from any source. Memory: one line and one block. Belongs to one thread.
class TextLines {
 public:
  // Fills the buffer as far as the source has bytes; returns 0 at its end.
  using Read = std::function<base::Result<std::size_t>(std::span<char>)>;

  // `name` is the text's name, for errors.
  TextLines(std::string name, char separator, Read read)
      : name_(std::move(name)), separator_(separator), read_(std::move(read)) {}

  // The next line that is not blank, without its end, valid until the next call; nothing after the
  // last. Errors: invalid with the line (UTF-16, longer than line_bytes_max), and those of the
  // source.
  base::Result<std::optional<std::string_view>> next();

  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t line_number() const { return line_; }  // of the current line, from 1
  // "NAME, line 17: " followed by the detail.
  base::Error error_here(std::string_view detail) const;

 private:
  base::Result<std::optional<std::string_view>> next_written();

  const std::string name_;
  const char separator_;
  const Read read_;
  std::string buffer_;  // bytes read but not yet given out, from rest_ on
  std::size_t rest_ = 0;
  bool is_at_end_ = false;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t line_ = 0;
};

}  // namespace codelog::coding_systems
