// What changed between two texts, word by word. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace codelog::web {

struct TextPart {
  enum class Kind : std::uint8_t { same, removed, added };
  Kind kind = Kind::same;
  std::string text;
  bool operator==(const TextPart&) const = default;
};

// The parts in order: without the added ones they are the text before, without the removed ones the
// text after. Where two texts differ in too many words to compare each with each, all of these are
// removed and added.
std::vector<TextPart> changed_parts(std::string_view before, std::string_view after);

}  // namespace codelog::web
