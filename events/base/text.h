// Text rules shared by commands, importers and the HTTP edge.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codelog::base {

// OpenCodelists' slug rule (Django's slugify): NFKD, ASCII only, lower case, runs of '-' and spaces
// become one '-'.
std::string slugify(std::string_view text);

// True for well-formed UTF-8 (no surrogates, no over-long forms).
bool is_utf8(std::string_view text);
// The length of the text's well-formed beginning, in bytes; the next byte is at fault.
std::size_t utf8_bytes(std::string_view text);

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
