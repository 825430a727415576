#include "server/identity/cookies.h"

#include <algorithm>

#include "events/base/check.h"

namespace codelog::identity {
namespace {

bool is_cookie_byte(char c) {
  return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
}

}  // namespace

std::optional<std::string_view> find_cookie(const http::Request& request, std::string_view name) {
  for (std::string_view field : request.headers("Cookie")) {
    while (!field.empty()) {
      const std::size_t end = std::min(field.find(';'), field.size());
      const std::string_view pair = http::trim(field.substr(0, end));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) {
        return pair.substr(equals + 1);
      }
      field.remove_prefix(std::min(end + 1, field.size()));
    }
  }
  return std::nullopt;
}

std::string set_cookie(const Cookie& cookie) {
  CODELOG_CHECK(std::ranges::all_of(cookie.value, is_cookie_byte), "the value fits in a cookie");
  std::string text(cookie.name);
  text.append("=").append(cookie.value);
  text += "; Max-Age=" + std::to_string(cookie.lifetime.count()) + "; Path=/; SameSite=Lax";
  if (cookie.is_for_server_only) text += "; HttpOnly";
  if (cookie.is_secure) text += "; Secure";
  return text;
}

}  // namespace codelog::identity
