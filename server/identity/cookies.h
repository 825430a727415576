// Cookies (RFC 6265), as far as sessions and forms need them. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/request.h"

namespace codelog::identity {

// OpenCodelists' names, which scripts know.
inline constexpr std::string_view session_cookie = "sessionid";
inline constexpr std::string_view form_cookie = "csrftoken";

// The first cookie with this name; a name is matched exactly.
std::optional<std::string_view> find_cookie(const http::Request& request, std::string_view name);

struct Cookie {
  std::string_view name;
  std::string_view value;            // without spaces, commas, semicolons and quotes (checked)
  std::chrono::seconds lifetime{0};  // 0: the browser deletes it
  bool is_for_server_only = true;    // hidden from the page's scripts
  bool is_secure = false;            // only over TLS
};
// The value of a Set-Cookie header, for the whole site, SameSite=Lax.
std::string set_cookie(const Cookie& cookie);

}  // namespace codelog::identity
