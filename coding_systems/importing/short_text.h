// A code stored in place: no allocation and no pointer, so a million codes are one block of memory.
// A value.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace codelog::coding_systems {

template <std::size_t bytes_max>
class ShortText {
  static_assert(bytes_max < 256);

 public:
  ShortText() = default;
  // Returns nothing when the text is too long.
  static std::optional<ShortText> from(std::string_view text) {
    if (text.size() > bytes_max) return std::nullopt;
    ShortText made;
    std::copy(text.begin(), text.end(), made.bytes_.begin());
    made.size_ = static_cast<std::uint8_t>(text.size());
    return made;
  }

  std::string_view view() const { return {bytes_.data(), size_}; }
  bool operator==(const ShortText&) const = default;
  std::strong_ordering operator<=>(const ShortText& other) const { return view() <=> other.view(); }

 private:
  std::array<char, bytes_max> bytes_{};  // zeros after the text
  std::uint8_t size_ = 0;
};

// Lengths of clinical codes: a SNOMED CT or dm+d identifier has at most 18 digits, a BNF code 15
// characters, a Read code 5.
using SctidText = ShortText<18>;
using BnfText = ShortText<15>;
using ReadText = ShortText<5>;

}  // namespace codelog::coding_systems
