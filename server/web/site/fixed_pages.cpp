#include "server/web/site/fixed_pages.h"

#include <array>
#include <string>
#include <utility>

#include "server/application/pages.h"

namespace codelog::web {
namespace {

constexpr std::array<std::pair<int, const char*>, 6> error_pages = {
    std::pair{400, "The server did not understand the request."},
    std::pair{403, "You may not see this page."},
    std::pair{404, "Please check the URL in the address bar."},
    std::pair{410, "This has been withdrawn."},
    std::pair{500, "Codelog could not do this. Nothing was changed."},
    std::pair{503, "The server is too busy, or takes no changes now. Nothing was changed."}};

// Drafts change, and comparisons take long to make.
constexpr const char* robots = "User-agent: *\nDisallow: /builder/\nDisallow: /*/diff/\n";
constexpr const char* robots_path = "/static/robots.txt";

}  // namespace

void add_fixed_pages(http::Router& router, application::Application& application) {
  for (const auto& [status, sentence] : error_pages) {
    router.add({.methods = {},
                .pattern = "/" + std::to_string(status),
                .runs_on = http::RunsOn::worker,
                .handler = [&application, status = status, sentence = sentence](
                               const http::Request& request, auto&) {
                  return application::error_page(application, request, status, sentence);
                }});
  }
  router.add({.methods = {http::Method::get},
              .pattern = "/robots.txt",
              .handler = [](auto&, auto&) { return http::redirect(302, robots_path); }});
  router.add({.methods = {http::Method::get}, .pattern = robots_path, .handler = [](auto&, auto&) {
                return http::content(200, "text/plain; charset=utf-8", robots);
              }});
}

}  // namespace codelog::web
