#include "coding_systems/importing/csv_reader.h"

#include <algorithm>
#include <utility>

#include "coding_systems/importing/text_lines.h"

namespace codelog::coding_systems {
namespace {

constexpr std::size_t csv_block_bytes = 256 * 1024;
// The memory of a longer field is freed; otherwise every field could keep that of the longest
// record.
constexpr std::size_t field_bytes_kept = 4 * 1024;

}  // namespace

CsvReader::CsvReader(std::string name, Read read)
    : name_(std::move(name)), read_(std::move(read)), block_(csv_block_bytes) {}

base::Result<bool> CsvReader::next_record() {
  if (!is_begun_) {
    if (auto skipped = skip_byte_order_mark(); !skipped) return skipped.error();
  }
  for (;;) {
    const auto more = read_record();
    if (!more || !*more || !is_blank_record()) return more;
  }
}

bool CsvReader::is_blank_record() const { return std::ranges::all_of(fields(), is_white_space); }

base::Result<bool> CsvReader::read_record() {
  fields_count_ = 0;
  record_bytes_ = 0;
  for (;;) {  // skips empty lines
    const auto next = peek();
    if (!next) return next.error();
    if (*next == Next::end) return false;
    record_line_ = line_;
    const auto ended = at_line_end();
    if (!ended) return ended.error();
    if (!*ended) break;
  }
  for (;;) {
    if (auto added = add_field(); !added) return added.error();
    if (auto read = read_field(fields_[fields_count_ - 1]); !read) return read.error();
    const auto ended = at_line_end();
    if (!ended) return ended.error();
    if (*ended) return true;
    CODELOG_CHECK(rest_.front() == ',', "a field ends before a comma or a line end");
    rest_.remove_prefix(1);
  }
}

base::Result<std::size_t> CsvReader::find_column(std::string_view title) const {
  const auto first = std::find(fields().begin(), fields().end(), title);
  if (first == fields().end()) return error_here("there is no column '" + std::string(title) + "'");
  if (std::find(first + 1, fields().end(), title) != fields().end()) {
    return error_here("there are two columns '" + std::string(title) + "'");
  }
  return static_cast<std::size_t>(first - fields().begin());
}

base::Result<void> CsvReader::check_width(std::size_t header_fields) const {
  const std::string fault = width_fault(fields(), header_fields);
  if (!fault.empty()) return error_here(fault);
  return {};
}

base::Result<CsvReader::Next> CsvReader::peek() {
  if (!rest_.empty()) return Next::byte;
  const auto size = read_(block_);
  if (!size) return size.error();
  rest_ = {block_.data(), *size};
  bytes_read_ += *size;
  return *size == 0 ? Next::end : Next::byte;
}

base::Result<void> CsvReader::skip_byte_order_mark() {
  is_begun_ = true;
  if (const auto next = peek(); !next) return next.error();
  if (!is_utf16(rest_)) {
    rest_ = base::without_byte_order_mark(rest_);
    return {};
  }
  record_line_ = line_;
  return error_here(utf16_detail);
}

// Takes a line end, or the end of the file, if it is next.
base::Result<bool> CsvReader::at_line_end() {
  auto next = peek();
  if (!next) return next.error();
  if (*next == Next::end) return true;
  if (rest_.front() == '\r') {
    rest_.remove_prefix(1);
    next = peek();
    if (!next) return next.error();
    if (*next == Next::end || rest_.front() != '\n') {
      return error_here("a carriage return is not followed by a line feed");
    }
  }
  if (rest_.front() != '\n') return false;
  rest_.remove_prefix(1);
  ++line_;
  return true;
}

base::Result<void> CsvReader::read_field(std::string& field) {
  const auto next = peek();
  if (!next) return next.error();
  if (*next == Next::end || rest_.front() != '"') return read_plain(field);
  rest_.remove_prefix(1);
  return read_quoted(field);
}

base::Result<void> CsvReader::read_plain(std::string& field) {
  for (;;) {
    const auto next = peek();
    if (!next) return next.error();
    if (*next == Next::end) return {};
    const std::size_t after = rest_.find_first_of(",\r\n");
    field += rest_.substr(0, after);
    if (auto checked = check_size(field.size()); !checked) return checked;
    rest_.remove_prefix(after == std::string_view::npos ? rest_.size() : after);
    if (after == std::string_view::npos) continue;
    record_bytes_ += field.size();
    return {};
  }
}

base::Result<void> CsvReader::read_quoted(std::string& field) {
  for (;;) {
    auto next = peek();
    if (!next) return next.error();
    if (*next == Next::end) return error_here("a quote in this record is never closed");
    const auto quote = rest_.find('"');
    const std::string_view plain = rest_.substr(0, quote);
    line_ += static_cast<std::uint64_t>(std::ranges::count(plain, '\n'));
    field += plain;
    if (auto checked = check_size(field.size()); !checked) return checked;
    rest_.remove_prefix(quote == std::string_view::npos ? rest_.size() : quote + 1);
    if (quote == std::string_view::npos) continue;
    next = peek();
    if (!next) return next.error();
    const char behind = *next == Next::end ? '\n' : rest_.front();
    if (behind == '"') {
      field += '"';
      rest_.remove_prefix(1);
      continue;
    }
    record_bytes_ += field.size();
    if (behind == ',' || behind == '\r' || behind == '\n') return {};
    return error_here("a closing quote is followed by neither a comma nor a line end");
  }
}

base::Result<void> CsvReader::add_field() {
  if (fields_count_ == csv_fields_max) {
    return error_here("the record has more than " + std::to_string(csv_fields_max) + " fields");
  }
  if (fields_count_ == fields_.size()) fields_.emplace_back();
  std::string& field = fields_[fields_count_++];
  field.clear();
  if (field.capacity() > field_bytes_kept) field.shrink_to_fit();
  return {};
}

base::Result<void> CsvReader::check_size(std::size_t field_bytes) {
  if (record_bytes_ + field_bytes <= csv_record_bytes_max) return {};
  return error_here("the record is longer than " + std::to_string(csv_record_bytes_max) + " bytes");
}

base::Error CsvReader::error_here(std::string_view detail) const {
  return {base::ErrorCode::invalid,
          name_ + ", line " + std::to_string(record_line_) + ": " + std::string(detail),
          {}};
}

}  // namespace codelog::coding_systems
