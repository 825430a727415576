#include "events/base/text.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "events/base/check.h"

namespace codelog::base {
namespace {

const utf8proc_uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

// Python's str.isspace: the Unicode white space characters and the ASCII separators 0x1c-0x1f.
bool is_space(utf8proc_int32_t c) {
  return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

std::size_t leading_space_bytes(std::string_view text) {
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    const CodePoint point = first_code_point(text.substr(bytes));
    if (!is_space(point.value)) break;
    bytes += point.bytes;
  }
  return bytes;
}

// NFKD of a well-formed text.
std::string compatibility_decomposition(std::string_view text) {
  utf8proc_uint8_t* decomposed = nullptr;
  const auto size = utf8proc_map(
      bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &decomposed,
      static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE));
  CODELOG_CHECK(size >= 0, "text to decompose is not well-formed UTF-8");
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(decomposed, &std::free);
  return std::string(reinterpret_cast<const char*>(decomposed), static_cast<std::size_t>(size));
}

bool is_ascii_space(char c) { return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20); }

}  // namespace

std::string slugify(std::string_view text) {
  std::string slug;
  bool gap = false;
  for (const char c : ascii_lower(compatibility_decomposition(text))) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    if (word) {
      if (gap) slug += '-';
      gap = false;
      slug += c;
    } else if (c == '-' || is_ascii_space(c)) {
      gap = true;
    }
  }
  if (gap) slug += '-';
  const auto kept = [](char c) { return c != '-' && c != '_'; };
  const auto first = std::find_if(slug.begin(), slug.end(), kept);
  const auto after = std::find_if(slug.rbegin(), slug.rend(), kept).base();
  return first < after ? std::string(first, after) : std::string();
}

std::size_t utf8_bytes(std::string_view text) {
  std::size_t bytes = 0;
  while (bytes < text.size()) {
    if (static_cast<unsigned char>(text[bytes]) < 0x80) {
      ++bytes;
      continue;
    }
    const CodePoint point = first_code_point(text.substr(bytes));
    if (point.value < 0) break;
    bytes += point.bytes;
  }
  return bytes;
}

CodePoint first_code_point(std::string_view text) {
  utf8proc_int32_t value = -1;
  const auto size =
      utf8proc_iterate(bytes_of(text), static_cast<utf8proc_ssize_t>(text.size()), &value);
  if (size <= 0) return {};
  return {value, static_cast<std::size_t>(size)};
}

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  const auto continues_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
  };
  while (bytes_max > 0 && continues_character(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

bool is_utf8(std::string_view text) { return utf8_bytes(text) == text.size(); }

std::string_view trim_unicode_space(std::string_view text) {
  text.remove_prefix(leading_space_bytes(text));
  std::size_t kept = 0;  // Up to the end of the last character that is not white space.
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    const std::size_t size = point.bytes;
    at += size;
    if (!is_space(point.value)) kept = at;
  }
  return text.substr(0, kept);
}

std::string ascii_digits(std::string_view text) {
  std::string replaced;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    const std::size_t size = point.bytes;
    if (size > 1 && utf8proc_category(point.value) == UTF8PROC_CATEGORY_ND) {
      // Unicode's decimal digits (Nd) come in runs of multiples of ten, each starting with a zero.
      utf8proc_int32_t zero = point.value;
      while (utf8proc_category(zero - 1) == UTF8PROC_CATEGORY_ND) --zero;
      replaced += static_cast<char>('0' + (point.value - zero) % 10);
    } else {
      replaced += text.substr(0, size);
    }
    text.remove_prefix(size);
  }
  return replaced;
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string ascii_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return upper;
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace codelog::base
