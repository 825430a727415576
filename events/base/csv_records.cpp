#include "events/base/csv_records.h"

#include <algorithm>
#include <utility>

#include "events/base/check.h"

namespace codelog::base {
namespace {

constexpr std::size_t block_bytes = 256 * 1024;
// The memory of a longer field is freed; otherwise every field could keep that of the longest
// record.
constexpr std::size_t field_bytes_kept = 4 * 1024;

}  // namespace

CsvRecords::CsvRecords(Read read, const CsvRules& rules)
    : rules_(rules),
      field_ends_{rules.separator, '\r', '\n'},
      read_(std::move(read)),
      block_(block_bytes) {}

CsvRecords::CsvRecords(std::string_view text, const CsvRules& rules)
    : rules_(rules),
      field_ends_{rules.separator, '\r', '\n'},
      read_([](std::span<char>) -> Result<std::size_t> { return std::size_t{0}; }),
      rest_(text),
      bytes_read_(text.size()) {}

Error CsvRecords::fault(std::string detail) {
  is_at_fault_ = true;
  return {ErrorCode::invalid, std::move(detail), {}};
}

Result<std::string_view> CsvRecords::peek() {
  if (!rest_.empty()) return rest_;
  const auto size = read_(block_);
  if (!size) return size.error();
  rest_ = {block_.data(), *size};
  bytes_read_ += *size;
  return rest_;
}

Result<bool> CsvRecords::next() {
  fields_count_ = 0;
  record_bytes_ = 0;
  const auto more = peek();
  if (!more) return more.error();
  if (more->empty()) return false;
  record_line_ = line_;
  begin_ = end();
  ++row_;
  auto ended = at_line_end();
  while (ended && !*ended) {
    if (auto added = add_field(); !added) return added.error();
    if (auto read = read_field(fields_[fields_count_ - 1]); !read) return read.error();
    ended = at_line_end();
    if (!ended || *ended) break;
    CODELOG_CHECK(rest_.front() == rules_.separator,
                  "a field ends before a separator or a line end");
    rest_.remove_prefix(1);
  }
  if (!ended) return ended.error();
  return true;
}

// Takes a line end, or the end of the text, if it is next.
Result<bool> CsvRecords::at_line_end() {
  auto more = peek();
  if (!more) return more.error();
  if (more->empty()) return true;
  const bool has_return = rest_.front() == '\r';
  if (has_return) {
    rest_.remove_prefix(1);
    more = peek();
    if (!more) return more.error();
  }
  const bool has_feed = !more->empty() && rest_.front() == '\n';
  if (has_return && !has_feed && !rules_.is_lenient) {
    return fault("a carriage return is not followed by a line feed");
  }
  if (!has_return && !has_feed) return false;
  if (has_feed) rest_.remove_prefix(1);
  ++line_;
  return true;
}

Result<void> CsvRecords::read_field(std::string& field) {
  const auto more = peek();
  if (!more) return more.error();
  if (more->empty() || rest_.front() != '"') return read_plain(field);
  quote_line_ = line_;
  rest_.remove_prefix(1);
  return read_quoted(field);
}

Result<void> CsvRecords::read_plain(std::string& field) {
  for (;;) {
    const auto more = peek();
    if (!more) return more.error();
    if (more->empty()) return {};
    const std::size_t after = rest_.find_first_of({field_ends_.data(), field_ends_.size()});
    field += rest_.substr(0, after);
    if (auto checked = check_size(field.size()); !checked) return checked;
    rest_.remove_prefix(after == std::string_view::npos ? rest_.size() : after);
    if (after == std::string_view::npos) continue;
    record_bytes_ += field.size();
    return {};
  }
}

Result<void> CsvRecords::read_quoted(std::string& field) {
  for (;;) {
    auto more = peek();
    if (!more) return more.error();
    if (more->empty()) return fault("a quote in this record is never closed");
    const auto quote = rest_.find('"');
    const std::string_view plain = rest_.substr(0, quote);
    line_ += static_cast<std::uint64_t>(std::ranges::count(plain, '\n'));
    field += plain;
    if (auto checked = check_size(field.size()); !checked) return checked;
    rest_.remove_prefix(quote == std::string_view::npos ? rest_.size() : quote + 1);
    if (quote == std::string_view::npos) continue;
    more = peek();
    if (!more) return more.error();
    const char behind = more->empty() ? '\n' : rest_.front();
    if (behind == '"') {
      field += '"';
      rest_.remove_prefix(1);
      continue;
    }
    const bool is_at_end = behind == rules_.separator || behind == '\r' || behind == '\n';
    if (!is_at_end && rules_.is_lenient) return read_plain(field);
    record_bytes_ += field.size();
    if (is_at_end) return {};
    return fault("a closing quote is followed by neither a comma nor a line end");
  }
}

Result<void> CsvRecords::add_field() {
  if (fields_count_ == rules_.fields_max) {
    return fault("the record has more than " + std::to_string(rules_.fields_max) + " fields");
  }
  if (fields_count_ == fields_.size()) fields_.emplace_back();
  std::string& field = fields_[fields_count_++];
  field.clear();
  if (field.capacity() > field_bytes_kept) field.shrink_to_fit();
  return {};
}

Result<void> CsvRecords::check_size(std::size_t field_bytes) {
  if (record_bytes_ + field_bytes <= rules_.record_bytes_max) return {};
  return fault("the record is longer than " + std::to_string(rules_.record_bytes_max) + " bytes");
}

}  // namespace codelog::base
