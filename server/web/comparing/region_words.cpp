#include "server/web/comparing/region_words.h"

#include <bit>

namespace codelog::web {

using files::SideMask;

char letter_of(std::size_t side) { return static_cast<char>('A' + side); }

bool has_side(SideMask mask, std::size_t side) { return ((mask >> side) & 1u) != 0; }

std::string letters_of(SideMask mask) {
  std::string letters;
  for (std::size_t side = 0; side < files::compared_sides_max; ++side) {
    if (has_side(mask, side)) letters += letter_of(side);
  }
  return letters;
}

std::optional<SideMask> region_named(std::string_view letters, std::size_t sides_count) {
  unsigned mask = 0;
  for (const char letter : letters) {
    if (letter < 'A' || letter >= letter_of(sides_count)) return std::nullopt;
    mask |= 1u << (letter - 'A');
  }
  return mask == 0 ? std::nullopt : std::optional(static_cast<SideMask>(mask));
}

std::string words_of_region(SideMask mask, std::size_t sides_count) {
  const auto in_count = static_cast<std::size_t>(std::popcount(mask));
  if (in_count == sides_count) {
    return sides_count == 2 ? "in both" : "in all " + std::to_string(sides_count);
  }
  std::string words;
  std::size_t left = in_count;
  for (const char letter : letters_of(mask)) {
    if (!words.empty()) words += left == 1 ? " and " : ", ";
    words += letter;
    --left;
  }
  return in_count == 1 ? "only in " + words : "in " + words + " only";
}

std::string share_of(std::size_t count, std::size_t all) {
  const std::size_t percent = all == 0 ? 0 : (count * 100 + all / 2) / all;
  return percent == 0 && count > 0 ? "< 1 %" : std::to_string(percent) + " %";
}

}  // namespace codelog::web
