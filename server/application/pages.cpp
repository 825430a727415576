#include "server/application/pages.h"

#include "server/application/site_frame.h"
#include "server/pages/frame.h"

namespace codelog::application {
namespace {

std::string_view name_of(int status) {
  switch (status) {
    case 400:
      return "Bad request";
    case 403:
      return "Permission denied";
    case 404:
      return "Page not found";
    case 410:
      return "Withdrawn";
    case 500:
      return "Server error";
    default:
      return http::reason_phrase(status);
  }
}

}  // namespace

std::string error_title(int status) {
  return std::to_string(status) + " " + std::string(name_of(status));
}

http::Response error_page(int status, std::string_view sentence) {
  return pages::sentence_page({.status = status, .title = error_title(status)}, sentence);
}

http::Response error_page(Application& application, const http::Request& request, int status,
                          std::string_view sentence) {
  const SiteFrame frame(application, request, application.views());
  return frame.page({.status = status, .title = error_title(status)},
                    pages::error_html(request, status, sentence));
}

http::Response server_error_page(Application& application, const http::Request& request, int status,
                                 std::string_view detail) {
  if (request.path().starts_with("/api/v2/")) return http::problem(request, status, detail);
  if (status == 404) detail = "Please check the URL in the address bar.";
  if (status != 503) return error_page(application, request, status, detail);
  return pages::page({.status = status,
                      .title = error_title(status),
                      .theme = theme_of(request),
                      .read_only = read_only_sentence(application.site())},
                     pages::error_html(request, status, detail));
}

}  // namespace codelog::application
