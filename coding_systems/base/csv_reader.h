// Reads CSV as RFC 4180 has it, as a stream: commas separate, quotes may enclose a field and are
// doubled inside it, lines end with LF or CR LF. A quote inside a field that does not start with
// one stands for itself, as spreadsheets and Python read it. The rule of text_lines.h holds for
// records: one whose fields have nothing but spaces and tabs is blank and skipped. Memory: one
// block, one record, and a few KB a field. Not safe from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::coding_systems {

constexpr std::size_t csv_record_bytes_max = 1024 * 1024;  // of all its fields
constexpr std::size_t csv_fields_max = 1000;

class CsvReader {
 public:
  // Fills the buffer as far as the source goes; 0 at its end.
  using Read = std::function<base::Result<std::size_t>(std::span<char>)>;

  // `name` is the file's, for errors.
  CsvReader(std::string name, Read read);

  // Moves to the next record that is not blank; false at the end. Errors: invalid with the line (a
  // quote that is never closed, text behind a closing quote, a record that is too long or has too
  // many fields, UTF-16), and those of the source. After an error nothing is read.
  base::Result<bool> next_record();

  // The fields of the record, until the next call.
  std::span<const std::string> fields() const { return {fields_.data(), fields_count_}; }
  // The place of the field that says exactly this, in a header. Errors: invalid: none does, or two
  // do.
  base::Result<std::size_t> find_column(std::string_view title) const;
  std::uint64_t line_number() const { return record_line_; }  // where the record starts, from 1
  std::uint64_t bytes_read() const { return bytes_read_; }
  // "NAME, line 17: ", then the detail.
  base::Error error_here(std::string_view detail) const;

 private:
  enum class Next { byte, end };

  base::Result<Next> peek();
  base::Result<bool> read_record();
  bool is_blank_record() const;
  base::Result<void> skip_byte_order_mark();
  // Reads a field up to the separator or line end behind it, which is left.
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
  std::vector<std::string> fields_;  // short ones are reused, so that most cost no allocation
  std::size_t fields_count_ = 0;
  std::size_t record_bytes_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t record_line_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool is_begun_ = false;
};

}  // namespace codelog::coding_systems
