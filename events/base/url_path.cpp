#include "events/base/url_path.h"

namespace codelog::base {
namespace {

bool is_safe(char c) {
  constexpr std::string_view marks = "-._~!$&'()*+,;=/:@";
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return is_letter || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
}

}  // namespace

std::string encode_url_path(std::string_view path) {
  constexpr std::string_view hex_digits = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(path.size());
  for (const char c : path) {
    if (is_safe(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += hex_digits[byte >> 4];
    encoded += hex_digits[byte & 15];
  }
  return encoded;
}

}  // namespace codelog::base
