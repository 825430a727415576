// How names are written in the path of a URL. Pure; linear in the text.
#pragma once

#include <string>
#include <string_view>

namespace codelog::base {

// Escapes each byte that Django's reverse() escapes: all but letters, digits, "-._~", the
// sub-delimiters of RFC 3986 ("!$&'()*+,;="), and "/:@". The text may hold several segments.
std::string encode_url_path(std::string_view path);

}  // namespace codelog::base
