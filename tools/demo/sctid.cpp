#include "tools/demo/sctid.h"

#include <array>

#include "events/base/check.h"

namespace codelog::demo {
namespace {

constexpr std::string_view demo_namespace = "9999999";

// Multiplication in the dihedral group of ten elements: 0-4 are rotations, 5-9 reflections.
constexpr unsigned multiply(unsigned left, unsigned right) {
  const bool left_reflects = left >= 5;
  const bool right_reflects = right >= 5;
  const unsigned rotation = left_reflects ? (left - 5 + 5 - right % 5) % 5 : (left + right % 5) % 5;
  return rotation + (left_reflects != right_reflects ? 5 : 0);
}

// The permutation for a digit in the n-th place from the right.
unsigned permute(std::size_t place, unsigned digit) {
  constexpr std::array<unsigned, 10> once = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  for (std::size_t i = 0; i < place % 8; ++i) digit = once[digit];
  return digit;
}

// The check sum of digits that stand `shift` places from the right; 0 for a valid identifier.
unsigned checksum(std::string_view digits, std::size_t shift) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto digit = static_cast<unsigned>(digits[digits.size() - 1 - i] - '0');
    CODELOG_CHECK(digit <= 9, "check digits are computed of digits");
    sum = multiply(sum, permute(i + shift, digit));
  }
  return sum;
}

}  // namespace

char verhoeff_digit(std::string_view digits) {
  const unsigned sum = checksum(digits, 1);
  // A rotation is undone by the opposite rotation, a reflection by itself.
  return static_cast<char>('0' + (sum < 5 ? (5 - sum) % 5 : sum));
}

bool passes_verhoeff(std::string_view digits) { return checksum(digits, 0) == 0; }

std::string make_sctid(Component component, std::uint32_t number) {
  std::string id = std::to_string(100 + number) + std::string(demo_namespace);
  switch (component) {
    case Component::concept_id:
      id += "10";
      break;
    case Component::description:
      id += "11";
      break;
    case Component::relationship:
      id += "12";
      break;
  }
  return id + verhoeff_digit(id);
}

std::string make_uuid(std::mt19937_64& random) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "xxxxxxxx-xxxx-5xxx-8xxx-xxxxxxxxxxxx";
  for (char& c : text) {
    if (c == 'x') c = digits[random() % digits.size()];
  }
  return text;
}

}  // namespace codelog::demo
