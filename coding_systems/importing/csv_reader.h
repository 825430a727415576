// Reads a publisher's CSV (RFC 4180, see CsvRecords) as a stream. Records follow the rule of
// text_lines.h: a record whose fields have only white space (Unicode's, such as no-break spaces) is
// blank and skipped. Not safe from several threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "events/base/csv_records.h"
#include "events/base/result.h"

namespace codelog::coding_systems {

constexpr std::size_t csv_record_bytes_max = 1024 * 1024;  // all fields of a record together
constexpr std::size_t csv_fields_max = 1000;

class CsvReader {
 public:
  using Read = base::CsvRecords::Read;

  // `name` is the file's name, for errors.
  CsvReader(std::string name, Read read)
      : name_(std::move(name)),
        records_(std::move(read),
                 {.fields_max = csv_fields_max, .record_bytes_max = csv_record_bytes_max}) {}

  // Moves to the next record that is not blank; returns false at the end. Errors: invalid with the
  // line (those of CsvRecords, UTF-16), and those of the source. Reads nothing after an error.
  base::Result<bool> next_record();

  // The fields of the record, until the next call.
  std::span<const std::string> fields() const { return records_.fields(); }
  // In a header, the place of the field with exactly this text. Errors: invalid (no such field, or
  // two).
  base::Result<std::size_t> find_column(std::string_view title) const;
  // Errors: invalid (the record has fewer fields than the header, or more that are not white
  // space).
  base::Result<void> check_width(std::size_t header_fields) const;
  std::uint64_t line_number() const { return records_.line(); }  // first line of the record
  std::uint64_t bytes_read() const { return records_.bytes_read(); }
  // "NAME, line 17: " followed by the detail.
  base::Error error_here(std::string_view detail) const;

 private:
  base::Result<void> skip_byte_order_mark();

  const std::string name_;
  base::CsvRecords records_;
  bool is_begun_ = false;
};

}  // namespace codelog::coding_systems
