#include "coding_systems/opcs4/codes.h"

#include <algorithm>

namespace codelog::coding_systems::opcs4 {
namespace {

constexpr std::size_t chapter_bytes = 1;
constexpr std::size_t category_bytes = 3;
constexpr std::size_t subdivision_bytes = 4;

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

}  // namespace

std::optional<std::string> normal_code(std::string_view text) {
  std::string code(text);
  if (code.size() == subdivision_bytes + 1 && code[category_bytes] == '.') {
    code.erase(category_bytes, 1);
  }
  const bool has_form = code.size() == chapter_bytes || code.size() == category_bytes ||
                        code.size() == subdivision_bytes;
  if (!has_form || code[0] < 'A' || code[0] > 'Z') return std::nullopt;
  if (!std::all_of(code.begin() + 1, code.end(), is_digit)) return std::nullopt;
  return code;
}

std::string one_level_up(std::string_view code) {
  if (code.size() > category_bytes) return std::string(code.substr(0, category_bytes));
  if (code.size() > chapter_bytes) return std::string(code.substr(0, chapter_bytes));
  return "";
}

}  // namespace codelog::coding_systems::opcs4
