#include "server/files/escaped_formulas.h"

#include <algorithm>
#include <array>

namespace codelog::files {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::array<std::string_view, 9> formula_starts = {
    "=", "+", "-", "@", "\t", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};

// `content`: of a field, after its opening quote.
bool begins_like_formula(std::string_view content, bool is_quoted) {
  // Without quotes, a line end is the end of an empty field.
  if (is_quoted && (content.starts_with('\r') || content.starts_with('\n'))) return true;
  return std::ranges::any_of(formula_starts,
                             [&](auto start) { return content.starts_with(start); });
}

// Copies the field at this place with the comma or line end after it, and returns the place behind.
std::size_t copy_field(std::string_view csv, std::size_t at, std::string& out) {
  bool is_in_quotes = csv[at] == '"';
  if (is_in_quotes) out += csv[at++];
  if (begins_like_formula(csv.substr(at), is_in_quotes)) out += '\'';
  while (at < csv.size()) {
    const char c = csv[at++];
    out += c;
    if (!is_in_quotes) {
      if (c == ',' || c == '\n' || c == '\r') return at;
    } else if (c == '"') {
      is_in_quotes = at < csv.size() && csv[at] == '"';  // a quote that is part of the field
      if (is_in_quotes) out += csv[at++];
    }
  }
  return at;
}

}  // namespace

std::string escape_formulas(std::string_view csv) {
  std::string out;
  out.reserve(csv.size() + csv.size() / 16);
  std::size_t at = 0;
  if (csv.starts_with(byte_order_mark)) {
    out += byte_order_mark;
    at = byte_order_mark.size();
  }
  while (at < csv.size()) at = copy_field(csv, at, out);
  return out;
}

}  // namespace codelog::files
