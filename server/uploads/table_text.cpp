#include "server/uploads/table_text.h"

#include <array>
#include <cstddef>

#include "events/base/text.h"

namespace codelog::uploads {
namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

// The first line that has something, up to its end outside quotes.
std::string_view first_line(std::string_view text) {
  const std::size_t begin = text.find_first_not_of("\r\n");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (!is_quoted && (text[i] == '\n' || text[i] == '\r')) return text.substr(0, i);
  }
  return text;
}

std::size_t count_unquoted(std::string_view line, char wanted) {
  std::size_t count = 0;
  bool is_quoted = false;
  for (const char c : line) {
    if (c == '"') is_quoted = !is_quoted;
    if (!is_quoted && c == wanted) ++count;
  }
  return count;
}

}  // namespace

TableText look_at(std::string_view csv) {
  TableText table;
  table.has_byte_order_mark = csv.starts_with(base::byte_order_mark);
  table.has_lost_characters = csv.find(replacement_character) != std::string_view::npos;
  const std::string_view line = first_line(base::without_byte_order_mark(csv));
  if (count_unquoted(line, ',') > 0) return table;
  for (const char other : {'\t', ';'}) {
    if (count_unquoted(line, other) == 0) continue;
    table.separator = other;
    break;
  }
  return table;
}

}  // namespace codelog::uploads
