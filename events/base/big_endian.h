// Numbers as bytes whose order is the order of the numbers.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "events/base/check.h"

namespace codelog::base {

inline std::array<char, 8> big_endian(std::uint64_t number) {
  return std::bit_cast<std::array<char, 8>>(__builtin_bswap64(number));
}

inline std::uint64_t from_big_endian(std::string_view eight_bytes) {
  CODELOG_CHECK(eight_bytes.size() == 8, "a number in a key has eight bytes");
  std::uint64_t number = 0;
  std::memcpy(&number, eight_bytes.data(), sizeof number);
  return __builtin_bswap64(number);
}

}  // namespace codelog::base
