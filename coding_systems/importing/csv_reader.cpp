#include "coding_systems/importing/csv_reader.h"

#include <algorithm>
#include <utility>

#include "coding_systems/importing/text_lines.h"
#include "events/base/text.h"

namespace codelog::coding_systems {

base::Result<bool> CsvReader::next_record() {
  if (!is_begun_) {
    if (auto skipped = skip_byte_order_mark(); !skipped) return skipped.error();
  }
  for (;;) {
    const auto more = records_.next();
    // Those of the source have a place of their own.
    if (!more && more.error().code == base::ErrorCode::invalid && records_.is_at_fault()) {
      return error_here(more.error().detail);
    }
    if (!more || !*more || !std::ranges::all_of(fields(), is_white_space)) return more;
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

base::Result<void> CsvReader::skip_byte_order_mark() {
  is_begun_ = true;
  const auto start = records_.peek();
  if (!start) return start.error();
  if (is_utf16(*start)) {
    return base::Error{
        base::ErrorCode::invalid, name_ + ", line 1: " + std::string(utf16_detail), {}};
  }
  records_.skip(start->size() - base::without_byte_order_mark(*start).size());
  return {};
}

base::Error CsvReader::error_here(std::string_view detail) const {
  return {base::ErrorCode::invalid,
          name_ + ", line " + std::to_string(line_number()) + ": " + std::string(detail),
          {}};
}

}  // namespace codelog::coding_systems
