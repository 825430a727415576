#include "coding_systems/readv2/codes.h"

#include <algorithm>

#include "events/base/check.h"

namespace codelog::coding_systems::readv2 {
namespace {

bool is_letter_or_digit(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= 'a' && byte <= 'z');
}

}  // namespace

bool is_code(std::string_view text) {
  if (text.size() != code_bytes) return false;
  const std::string_view letters = text.substr(0, text.find('.'));
  const std::string_view stops = text.substr(letters.size());
  return std::ranges::all_of(letters, is_letter_or_digit) &&
         std::ranges::all_of(stops, [](char byte) { return byte == '.'; });
}

bool is_term_code(std::string_view text) {
  return text.size() == term_code_bytes && std::ranges::all_of(text, is_letter_or_digit);
}

std::optional<TermOfCode> split_code(std::string_view text) {
  const std::string_view code = text.substr(0, code_bytes);
  if (!is_code(code)) return std::nullopt;
  if (text.size() == code_bytes) return TermOfCode{code, preferred_term_code};
  const std::string_view term_code = text.substr(code_bytes);
  if (!is_term_code(term_code)) return std::nullopt;
  return TermOfCode{code, term_code};
}

std::string one_level_up(std::string_view code) {
  CODELOG_CHECK(is_code(code), "the level above something that is no Read code");
  std::string above(code);
  const std::size_t last = above.find_last_not_of('.');
  if (last == std::string::npos) return "";
  above[last] = '.';
  return above;
}

std::string chapter_of(std::string_view code) { return std::string(code.substr(0, 1)) + "...."; }

}  // namespace codelog::coding_systems::readv2
