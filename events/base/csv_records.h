// Splits CSV into records: commas (or another character) separate fields, quotes may enclose a
// field and are doubled inside it, lines end with LF or CR LF. A quote inside an unquoted field
// stands for itself, as in spreadsheets and Python. A line without anything is a record without
// fields.
//
// Memory: one block, one record, and a few KB a field. Not safe from several threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"

namespace codelog::base {

struct CsvRules {
  char separator = ',';
  // As Python's csv module reads: text behind a closing quote belongs to the field, and CR alone
  // ends a record. Otherwise both are errors.
  bool is_lenient = false;
  std::size_t fields_max = 1000;
  std::size_t record_bytes_max = 1024 * 1024;  // all fields together
};

class CsvRecords {
 public:
  // Fills the buffer as far as the source has bytes; returns 0 at its end.
  using Read = std::function<Result<std::size_t>(std::span<char>)>;

  CsvRecords(Read read, const CsvRules& rules);
  // Of a text in memory, which must outlive this object.
  CsvRecords(std::string_view text, const CsvRules& rules);

  // The bytes of the current block that come next, at least one if there are more.
  Result<std::string_view> peek();
  // Passes over bytes that peek() has shown.
  void skip(std::size_t bytes) { rest_.remove_prefix(bytes); }
  // Moves to the next record; returns false at the end. Errors: those of the source; if
  // is_at_fault(), invalid, without a place (a quote that is never closed, text behind a closing
  // quote, too many fields or bytes). Reads nothing after an error.
  Result<bool> next();
  // True if the text was the reason of the last error.
  bool is_at_fault() const { return is_at_fault_; }

  // The fields of the record, until the next call. They may be moved from.
  std::span<std::string> fields() { return {fields_.data(), fields_count_}; }
  std::span<const std::string> fields() const { return {fields_.data(), fields_count_}; }
  // The number of the record, as in spreadsheets: line breaks inside fields do not count.
  std::uint64_t row() const { return row_; }
  std::uint64_t line() const { return record_line_; }       // first line of the record, from 1
  std::uint64_t quote_line() const { return quote_line_; }  // of the last opening quote
  // The record's bytes, with its line end: [begin, end).
  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return bytes_read_ - rest_.size(); }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  Result<bool> at_line_end();
  // Reads a field up to the separator or line end behind it, which stays unread.
  Result<void> read_field(std::string& field);
  Result<void> read_plain(std::string& field);
  Result<void> read_quoted(std::string& field);
  Result<void> add_field();
  Result<void> check_size(std::size_t field_bytes);
  Error fault(std::string detail);

  const CsvRules rules_;
  const std::array<char, 3> field_ends_;
  const Read read_;
  std::vector<char> block_;
  std::string_view rest_;
  std::vector<std::string> fields_;  // short ones are reused, so most need no allocation
  std::size_t fields_count_ = 0;
  std::size_t record_bytes_ = 0;
  std::uint64_t row_ = 0;
  std::uint64_t line_ = 1;
  std::uint64_t record_line_ = 0;
  std::uint64_t quote_line_ = 0;
  std::uint64_t begin_ = 0;
  std::uint64_t bytes_read_ = 0;
  bool is_at_fault_ = false;
};

}  // namespace codelog::base
