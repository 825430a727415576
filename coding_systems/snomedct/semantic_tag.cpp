#include "coding_systems/snomedct/semantic_tag.h"

#include <utf8proc.h>

#include <array>
#include <cstdint>

namespace codelog::coding_systems::snomedct {
namespace {

// The code point that starts at `text`, and its length in bytes; a byte that starts none counts as
// one of category "unassigned".
struct CodePoint {
  utf8proc_int32_t value = -1;
  std::size_t bytes = 1;
};

CodePoint first_code_point(std::string_view text) {
  utf8proc_int32_t value = -1;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                       static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (length <= 0) return {};
  return {value, static_cast<std::size_t>(length)};
}

bool is_word_character(utf8proc_int32_t value) {
  if (value == '_') return true;
  if (value < 0) return false;
  switch (utf8proc_category(value)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

bool is_tag(std::string_view text) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const auto point = first_code_point(text);
    if (!is_word_character(point.value) && point.value != '/' && point.value != ' ') return false;
    text.remove_prefix(point.bytes);
  }
  return true;
}

void append(std::string& text, utf8proc_int32_t value) {
  std::array<utf8proc_uint8_t, 4> bytes{};
  const auto length = utf8proc_encode_char(value, bytes.data());
  text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

}  // namespace

TaggedName split_tag(std::string_view name) {
  // One final line feed does not count, and none may come before the tag.
  std::string_view rest = name.ends_with('\n') ? name.substr(0, name.size() - 1) : name;
  if (!rest.ends_with(')')) return {name, std::nullopt};
  rest.remove_suffix(1);
  const auto bracket = rest.rfind(" (");
  if (bracket == std::string_view::npos) return {name, std::nullopt};
  const auto tag = rest.substr(bracket + 2);
  const auto term = rest.substr(0, bracket);
  if (!is_tag(tag) || term.find('\n') != std::string_view::npos) return {name, std::nullopt};
  return {term, tag};
}

std::string to_title_case(std::string_view text) {
  std::string titled;
  bool in_word = false;
  while (!text.empty()) {
    const auto point = first_code_point(text);
    if (point.value < 0) {
      titled += text.front();
      in_word = false;
    } else {
      const auto lower = utf8proc_tolower(point.value);
      const auto title = utf8proc_totitle(point.value);
      append(titled, in_word ? lower : title);
      in_word = lower != title;  // has case: a digit or an underscore starts a word anew
    }
    text.remove_prefix(point.bytes);
  }
  return titled;
}

}  // namespace codelog::coding_systems::snomedct
