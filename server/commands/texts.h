// Small operations on texts and lists of them, which the standard library lacks. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::commands {

template <class Value>
void sort_unique(std::vector<Value>& values) {
  std::ranges::sort(values);
  const auto repeated = std::ranges::unique(values);
  values.erase(repeated.begin(), repeated.end());
}

template <class Texts>
std::string joined(const Texts& texts, std::string_view between) {
  std::string all;
  bool is_first = true;
  for (const auto& text : texts) {
    if (!is_first) all += between;
    is_first = false;
    all += text;
  }
  return all;
}

// The longest beginning of the text with at most this many bytes and only whole characters.
inline std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  const auto continues_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
  };
  while (bytes_max > 0 && continues_character(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace codelog::commands
