// Writes names as parts of a URL's path. Pure; linear in the text.
#pragma once

#include <string>
#include <string_view>

namespace codelog::base {

// Escapes the bytes that Django's reverse() escapes: all except letters, digits, "-._~", the
// sub-delimiters of RFC 3986 ("!$&'()*+,;="), and "/:@". The text may hold several segments.
std::string encode_url_path(std::string_view path);

}  // namespace codelog::base
