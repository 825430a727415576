#include "coding_systems/snomedct/semantic_tag.h"

#include <utf8proc.h>

#include <array>
#include <cstdint>

#include "coding_systems/index/text_fold.h"
#include "events/base/text.h"

namespace codelog::coding_systems::snomedct {
namespace {

bool is_word_character(std::int32_t value) { return value == '_' || is_letter_or_digit(value); }

bool is_tag(std::string_view text) {
  if (text.empty()) return false;
  while (!text.empty()) {
    const auto point = base::first_code_point(text);
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
  // One final line feed is ignored; no line feed may come before the tag.
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
    const auto point = base::first_code_point(text);
    if (point.value < 0) {
      titled += text.front();
      in_word = false;
    } else {
      const auto lower = utf8proc_tolower(point.value);
      const auto title = utf8proc_totitle(point.value);
      append(titled, in_word ? lower : title);
      in_word = lower != title;  // has case; a digit or an underscore starts a new word
    }
    text.remove_prefix(point.bytes);
  }
  return titled;
}

}  // namespace codelog::coding_systems::snomedct
