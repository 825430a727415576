#include "coding_systems/importing/text_lines.h"

#include <algorithm>

#include "events/base/text.h"

namespace codelog::coding_systems {
namespace {

constexpr std::size_t lines_block_bytes = 256 * 1024;

}  // namespace

bool is_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

bool is_blank(std::string_view line, char separator) {
  return std::ranges::all_of(
      line, [separator](char c) { return c == separator || c == ' ' || c == '\t'; });
}

bool is_white_space(std::string_view field) {
  // Most fields start with a visible ASCII character; decoding them as UTF-8 would cost more.
  if (!field.empty() && field.front() > ' ' && field.front() <= '~') return false;
  return base::trim_unicode_space(field).empty();
}

bool split_columns(std::string_view line, char separator, std::span<std::string_view> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t end = line.find(separator);
    const bool is_last = i + 1 == fields.size();
    fields[i] = line.substr(0, end);
    if (end == std::string_view::npos) return is_last;
    line.remove_prefix(end + 1);
  }
  for (const auto& more : std::views::split(line, separator)) {
    if (!is_white_space(std::string_view(more.begin(), more.end()))) return false;
  }
  return true;
}

std::string columns_fault(std::string_view line, char separator, std::size_t columns_count) {
  return "the row has " + std::to_string(std::ranges::count(line, separator) + 1) +
         " fields; the file must have " + std::to_string(columns_count);
}

base::Error TextLines::error_here(std::string_view detail) const {
  return {base::ErrorCode::invalid,
          name_ + ", line " + std::to_string(line_) + ": " + std::string(detail),
          {}};
}

base::Result<std::optional<std::string_view>> TextLines::next() {
  return next_filled_line([this] { return next_written(); }, [this] { return line_; },
                          [this](std::string_view detail) { return error_here(detail); },
                          separator_);
}

base::Result<std::optional<std::string_view>> TextLines::next_written() {
  for (;;) {
    const std::size_t end = buffer_.find('\n', rest_);
    const bool is_whole = end != std::string::npos;
    if (is_whole || (is_at_end_ && rest_ < buffer_.size())) {
      const std::size_t after = is_whole ? end : buffer_.size();
      std::string_view line = std::string_view(buffer_).substr(rest_, after - rest_);
      rest_ = is_whole ? end + 1 : buffer_.size();
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.size() <= line_bytes_max) return std::optional(line);
      return error_here("the line is longer than " + std::to_string(line_bytes_max) + " bytes");
    }
    if (is_at_end_) return std::optional<std::string_view>();
    buffer_.erase(0, rest_);
    rest_ = 0;
    if (buffer_.size() > line_bytes_max) {
      ++line_;
      return error_here("the line is longer than " + std::to_string(line_bytes_max) + " bytes");
    }
    const std::size_t kept = buffer_.size();
    buffer_.resize(kept + lines_block_bytes);
    const auto count = read_(std::span(buffer_).subspan(kept));
    if (!count) return count.error();
    buffer_.resize(kept + *count);
    bytes_read_ += *count;
    is_at_end_ = *count == 0;
  }
}

}  // namespace codelog::coding_systems
