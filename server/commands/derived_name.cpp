#include "server/commands/derived_name.h"

#include <cstddef>

#include "events/base/text.h"
#include "server/commands/validation.h"

namespace codelog::commands {
namespace {

// The first `count` characters of the text.
std::string_view first_characters(std::string_view text, std::size_t count) {
  const auto starts_character = [](char c) { return (c & 0xC0) != 0x80; };
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (starts_character(text[i]) && ++characters > count) return text.substr(0, i);
  }
  return text;
}

}  // namespace

std::string name_with(std::string_view name, const std::string& suffix) {
  std::size_t kept = name_characters_max - suffix.size();
  std::string whole;
  do {
    name = base::trim_unicode_space(first_characters(name, kept--));
    whole = std::string(name) + suffix;
  } while (base::slugify(whole).size() > slug_characters_max && kept > 0);
  return whole;
}

std::string slug_with(std::string_view slug, const std::string& suffix) {
  return std::string(slug.substr(0, slug_characters_max - suffix.size())) + suffix;
}

}  // namespace codelog::commands
