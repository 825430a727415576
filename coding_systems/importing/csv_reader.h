// Reads CSV (RFC 4180) as a stream: commas separate fields, quotes may enclose a field and are
// doubled inside it, lines end with LF or CR LF. A quote inside an unquoted field stands for
// itself, as in spreadsheets and Python. Records follow the rule of text_lines.h: a record whose
// fields have only white space (Unicode's, such as no-break spaces) is blank and skipped. Memory:
// one block, one record, and a few KB a field. Not safe from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::coding_systems {

constexpr std::size_t csv_record_bytes_max = 1024 * 1024;  // all fields of a record together
constexpr std::size_t csv_fields_max = 1000;

class CsvReader {
 public:
  // Fills the buffer as far as the source has bytes; returns 0 at its end.
  using Read = std::function<base::Result<std::size_t>(std::span<char>)>;

  // `name` is the file's name, for errors.
  CsvReader(std::string name, Read read);

  // Moves to the next record that is not blank; returns false at the end. Errors: invalid with the
  // line (a quote that is never closed, text after a closing quote, a record that is too long or
  // has too many fields, UTF-16), and those of the source. Reads nothing after an error.
  base::Result<bool> next_record();

  // The fields of the record, until the next call.
  std::span<const std::string> fields() const { return {fields_.data(), fields_count_}; }
  // In a header, the place of the field with exactly this text. Errors: invalid (no such field, or
  // two).
  base::Result<std::size_t> find_column(std::string_view title) const;
  // Errors: invalid (the record has fewer fields than the header, or more that are not white
  // space).
  base::Result<void> check_width(std::size_t header_fields) const;
  std::uint64_t line_number() const { return record_line_; }  // first line of the record, from 1
  std::uint64_t bytes_read() const { return bytes_read_; }
  // "NAME, line 17: " followed by the detail.
  base::Error error_here(std::string_view detail) const;

 private:
  enum class Next { byte, end };

  base::Result<Next> peek();
  base::Result<bool> read_record();
  bool is_blank_record() const;
  base::Result<void> skip_byte_order_mark();
  // Reads a field up to the separator or line end after it, which stays unread.
  base::Result<void> read_field(std::string& field);
  base::Result<void> read_plain(std::string& field);
  base::Result<void> read_quoted(std::string& field);
  base::Result<bool> at_line_end();
  base::Result<void> add_field();
  base::Result<void> check_size(std::size_t field_bytes);

  std::string name_;
  Read read_;
  std::vector<char> block_;
  std::string_view rest_;
  std::vector<std::string> fields_;  // short ones are reused, so most need no allocation
  std::size_t fields_count_ = 0;
  std::size_t record_bytes_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t record_line_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool is_begun_ = false;
};

}  // namespace codelog::coding_systems
