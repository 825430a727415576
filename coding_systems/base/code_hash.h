// The hash of codes; part of the index file's format. ASCII letters hash alike in both cases, so
// that one table finds both an exact code and a code in any case.
#pragma once

#include <cstdint>
#include <string_view>

namespace codelog::coding_systems {

constexpr unsigned char fold_ascii(unsigned char byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<unsigned char>(byte | 0x20) : byte;
}

constexpr bool equal_ignoring_ascii_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (fold_ascii(static_cast<unsigned char>(a[i])) !=
        fold_ascii(static_cast<unsigned char>(b[i]))) {
      return false;
    }
  }
  return true;
}

// FNV-1a over the folded bytes, then mixed: the low bits pick the slot, and must depend on all
// bits.
constexpr std::uint64_t hash_code(std::string_view code) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : code) {
    hash = (hash ^ fold_ascii(static_cast<unsigned char>(c))) * 0x100000001b3;
  }
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

}  // namespace codelog::coding_systems
