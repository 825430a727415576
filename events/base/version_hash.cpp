#include "events/base/version_hash.h"

#include <cstdint>
#include <cstdio>

#include "events/base/check.h"
#include "events/base/text.h"

namespace codelog::base {
namespace {

constexpr std::uint64_t prime = 2'147'483'647;  // 2^31 - 1
constexpr std::uint64_t key = 1'727'040'714;    // "CodelistVersion" in base 36, modulo the prime

constexpr std::uint64_t power(std::uint64_t base, std::uint64_t exponent) {
  std::uint64_t result = 1;
  for (; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result = result * base % prime;
    base = base * base % prime;
  }
  return result;
}

// Fermat's little theorem gives the inverse: key * inverse = 1 modulo the prime.
constexpr std::uint64_t inverse = power(key, prime - 2);
static_assert(key * inverse % prime == 1);

constexpr std::size_t hash_characters_max = 8;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

// Python's int(text, 16): surrounding white space, a sign, "0x", and single underscores between
// digits.
std::optional<std::int64_t> python_int_base_16(std::string_view text) {
  text = trim_unicode_space(text);
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.size() >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    text.remove_prefix(2);
    if (!text.empty() && text[0] == '_') text.remove_prefix(1);
  }
  std::int64_t value = 0;
  bool digit_before = false;
  for (const char c : text) {
    if (c == '_' && digit_before) {
      digit_before = false;
      continue;
    }
    const auto digit = hex_digit(c);
    if (!digit) return std::nullopt;
    value = value * 16 + *digit;
    digit_before = true;
  }
  if (!digit_before) return std::nullopt;
  return negative ? -value : value;
}

}  // namespace

std::string version_hash(VersionId id) {
  CODELOG_CHECK(id.value() < prime, "a version id is too large for a hash");
  char text[9];
  std::snprintf(text, sizeof text, "%08x", static_cast<unsigned>(id.value() * key % prime));
  return text;
}

std::optional<VersionId> parse_version_hash(std::string_view text) {
  if (!is_utf8(text) || count_code_points(text) > hash_characters_max) return std::nullopt;
  const auto value = python_int_base_16(ascii_digits(text));
  if (!value) return std::nullopt;
  const auto modulus = static_cast<std::int64_t>(prime);
  const auto residue = static_cast<std::uint64_t>(((*value % modulus) + modulus) % modulus);
  return VersionId(static_cast<std::uint32_t>(residue * inverse % prime));
}

}  // namespace codelog::base
