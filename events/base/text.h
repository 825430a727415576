// Text rules shared by commands, importers and the HTTP edge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace codelog::base {

// OpenCodelists' slug rule (Django's slugify): NFKD, ASCII only, lower case, runs of '-' and spaces
// become one '-'.
std::string slugify(std::string_view text);

// The first code point of a text that is not empty, and its size. If the text does not begin with
// well-formed UTF-8: -1, and one byte.
struct CodePoint {
  std::int32_t value = -1;
  std::size_t bytes = 1;
};
CodePoint first_code_point(std::string_view text);

// True for well-formed UTF-8 (no surrogates, no over-long forms).
bool is_utf8(std::string_view text);
// The length of the text's well-formed beginning, in bytes; the next byte is at fault.
std::size_t utf8_bytes(std::string_view text);

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
// The text without a UTF-8 byte order mark at its start.
std::string_view without_byte_order_mark(std::string_view text);

// The longest beginning of the text with at most this many bytes and only whole characters.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max);

// Removes leading and trailing white space, as Unicode and Python's str.strip define it.
std::string_view trim_unicode_space(std::string_view text);

// Replaces every decimal digit of any script (Unicode's Nd) with its ASCII digit, as Python's int()
// does.
std::string ascii_digits(std::string_view text);

// Lowers ASCII letters only, as SQLite's LIKE does.
std::string ascii_lower(std::string_view text);
std::string ascii_upper(std::string_view text);

// The number of Unicode code points in a well-formed UTF-8 text.
std::size_t count_code_points(std::string_view text);

}  // namespace codelog::base
