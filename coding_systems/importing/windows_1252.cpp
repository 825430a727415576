#include "coding_systems/importing/windows_1252.h"

#include <array>

namespace codelog::coding_systems {
namespace {

// The characters of Windows-1252 from 0x80 on that differ from Unicode's; 0 for unused ones.
constexpr std::array<char16_t, 32> windows_1252 = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

}  // namespace

std::string utf8_of_windows_1252(std::string_view text) {
  std::string utf8;
  for (const char byte : text) {
    const auto value = static_cast<unsigned char>(byte);
    char16_t character = value;
    if (value >= 0x80 && value < 0xA0) character = windows_1252.at(value - 0x80U);
    if (character == 0) character = u'\uFFFD';
    if (character < 0x80) {
      utf8 += static_cast<char>(character);
    } else if (character < 0x800) {
      utf8 += static_cast<char>(0xC0 | character >> 6);
      utf8 += static_cast<char>(0x80 | (character & 0x3F));
    } else {
      utf8 += static_cast<char>(0xE0 | character >> 12);
      utf8 += static_cast<char>(0x80 | (character >> 6 & 0x3F));
      utf8 += static_cast<char>(0x80 | (character & 0x3F));
    }
  }
  return utf8;
}

}  // namespace codelog::coding_systems
