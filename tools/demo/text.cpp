#include "tools/demo/text.h"

#include <cctype>

namespace codelog::demo {

std::string join(std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (word.empty()) continue;
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

std::string capitalised(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

TermLengths lengths_of(std::string_view term) {
  TermLengths lengths = {term.substr(0, short_term_bytes), {}, {}};
  if (term.size() > short_term_bytes) lengths.in_60 = term.substr(0, middle_term_bytes);
  if (term.size() > middle_term_bytes) lengths.in_198 = term;
  return lengths;
}

}  // namespace codelog::demo
