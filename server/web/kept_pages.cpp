#include "server/web/kept_pages.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "server/application/site_frame.h"
#include "server/identity/authentication.h"
#include "server/identity/cookies.h"

namespace codelog::web {
namespace {

constexpr std::chrono::seconds kept_for{5};

// Somebody without an account, a token, or a message that waits.
bool is_guest(const http::Request& request) {
  return !identity::names_a_reader(request) && !identity::find_cookie(request, message_cookie);
}

std::string key_of(const http::Request& request) {
  const auto period = std::chrono::steady_clock::now().time_since_epoch() / kept_for;
  std::string key = "page " + std::to_string(period) + " ";
  return key.append(application::theme_of(request)).append(" ").append(request.target());
}

bool is_for_all(const http::Response& response) {
  return response.status == 200 && response.compression != http::Compression::never &&
         std::ranges::none_of(response.headers,
                              [](const auto& header) { return header.name == "Set-Cookie"; });
}

}  // namespace

void keep_for_guests(http::Route& route, application::Application& application) {
  route.quick = [&application](const http::Request& request,
                               const http::PathParameters&) -> std::optional<http::Response> {
    if (!is_guest(request)) return std::nullopt;
    return application.cache().find(key_of(request));
  };
  route.handler = [&application, make = std::move(route.handler)](
                      const http::Request& request, const http::PathParameters& path) {
    if (!is_guest(request)) return make(request, path);
    const std::string key = key_of(request);
    // Another worker may have made the page while this request waited.
    if (auto known = application.cache().find(key)) return std::move(*known);
    const base::Position made_at = application.views().checkpoint();
    http::Response made = make(request, path);
    if (!is_for_all(made)) return made;
    http::Response kept =
        http::cached(http::make_cached_body(std::move(made.content_type), std::move(made.body)));
    kept.headers = std::move(made.headers);
    application.cache().keep(key, {}, made_at, kept);
    return kept;
  };
}

}  // namespace codelog::web
