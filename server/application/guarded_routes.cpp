#include "server/application/guarded_routes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "server/identity/permissions.h"

namespace codelog::application {
namespace {

using http::Method;
using http::PathParameters;
using http::Request;
using http::Response;

// True for routes that anybody may use on an open site only.
bool is_for_readers(const http::Route& route) {
  const auto is_for_anyone = [&](Method method) {
    return identity::find_permission(method, route.pattern) == identity::Permission::anyone;
  };
  return route.methods.empty() ? is_for_anyone(Method::other)
                               : std::ranges::any_of(route.methods, is_for_anyone);
}

// Browsers are led to the form; programs are told.
Response to_entrance(const Request& request) {
  const bool is_read = request.method() == Method::get || request.method() == Method::head;
  const bool wants_page =
      request.header("Accept").value_or("").find("text/html") != std::string_view::npos;
  if (is_read && wants_page) {
    Response response =
        http::redirect(302, "/accounts/login/?next=" + http::percent_encode(request.target()));
    response.add("Cache-Control", "no-store");
    return response;
  }
  Response response = http::problem(request, 401, "only users of this site may read it");
  response.add("WWW-Authenticate", "Token");
  return response;
}

std::optional<Response> refusal(const Application& application, const Request& request) {
  if (!application.is_site_restricted()) return std::nullopt;
  const auto reader = identity::find_reader(request, application.views(), application.site());
  return reader.username.empty() ? std::optional(to_entrance(request)) : std::nullopt;
}

void note_readers(const Application& application, const Request& request, Response& response) {
  if (!application.restricts_anything()) return;
  response.add("Vary", "Authorization, Cookie");
  const bool has_rule = std::ranges::any_of(
      response.headers, [](const auto& header) { return header.name == "Cache-Control"; });
  if (application.is_personal(request) && !has_rule) {
    response.add("Cache-Control", "private, no-cache");
  }
}

void guard(http::Route& route, const Application& application) {
  const bool for_readers = is_for_readers(route);
  if (route.quick) {
    route.quick = [&application, quick = std::move(route.quick), for_readers](
                      const Request& request,
                      const PathParameters& path) -> std::optional<Response> {
      if (for_readers && application.is_site_restricted()) return std::nullopt;
      auto response = quick(request, path);
      if (response) note_readers(application, request, *response);
      return response;
    };
  }
  route.handler = [&application, handler = std::move(route.handler), for_readers](
                      const Request& request, const PathParameters& path) {
    if (for_readers) {
      if (auto refused = refusal(application, request)) return std::move(*refused);
    }
    Response response = handler(request, path);
    note_readers(application, request, response);
    return response;
  };
}

}  // namespace

void guard_routes(http::Router& router, const Application& application) {
  router.change_all([&](http::Route& route) { guard(route, application); });
}

}  // namespace codelog::application
