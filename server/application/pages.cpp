#include "server/application/pages.h"

namespace codelog::application {
namespace {

// Small enough to be part of each page; light and dark as the reader's system is.
constexpr std::string_view style = R"css(
:root { color-scheme: light dark; }
body { margin: 0; background: #F7F8F5; color: #14211E; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 2.5rem 1.25rem; overflow-wrap: break-word; }
h1 { margin: 0 0 1rem; font-size: 1.6rem; line-height: 1.25; letter-spacing: -.018em; }
a { color: #0B5D66; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .25rem 1rem; }
dt { color: #5A6863; }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
time { white-space: nowrap; }
th, td { padding: .4rem .75rem .4rem 0; text-align: left; border-bottom: 1px solid #D6DCD5; }
nav { display: flex; gap: 1rem; justify-content: flex-end; align-items: baseline; }
nav form, nav p, td form, td p { margin: 0; }
input:not([type=radio]), textarea { width: 100%; box-sizing: border-box; padding: .35rem .5rem; }
input, textarea, select { border: 1px solid #7C8883; border-radius: 6px; }
input, textarea, select { background: #FFF; color: inherit; }
fieldset { border: 1px solid #D6DCD5; border-radius: 6px; padding: .25rem 1rem; }
select, button, input { font: inherit; max-width: 100%; }
button { padding: .4rem 1.25rem; border: 0; border-radius: 6px; background: #0B5D66; color: #FFF; }
:focus-visible { outline: 3px solid #F2A900; outline-offset: 1px; }
[role=alert] { color: #B3261E; }
@media (max-width: 34rem) {
  tr { display: grid; grid-template-columns: 1fr 6rem 6rem; padding: .5rem 0; }
  tr { column-gap: .75rem; border-bottom: 1px solid #D6DCD5; }
  th, td { padding: 0; border: 0; overflow-wrap: anywhere; }
  :is(th, td):first-child { grid-column: 1 / -1; font-weight: bold; }
}
@media (prefers-color-scheme: dark) {
  body { background: #0E1614; color: #E7EDEA; }
  a { color: #6FC7C9; }
  dt { color: #94A29C; }
  tr, th, td, fieldset { border-color: #2B3834; }
  input, textarea, select { border-color: #75847F; background: #151F1C; }
  button { background: #6FC7C9; color: #06201F; }
  [role=alert] { color: #FF9A90; }
}
)css";

std::string_view name_of(int status) {
  switch (status) {
    case 400:
      return "Bad request";
    case 403:
      return "Permission denied";
    case 404:
      return "Page not found";
    case 500:
      return "Server error";
    default:
      return http::reason_phrase(status);
  }
}

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#x27;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

http::Response page(int status, std::string_view title, std::string_view content) {
  const std::string escaped = escape_html(title);
  std::string text = "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">";
  text.append("<meta name=\"viewport\" content=\"width=device-width\"><title>").append(escaped);
  text.append("</title>\n<style>").append(style).append("</style></head>\n<body>\n<main>\n<h1>");
  text.append(escaped).append("</h1>\n").append(content).append("</main>\n</body>\n</html>\n");
  return http::html(status, std::move(text));
}

http::Response error_page(int status, std::string_view sentence) {
  return page(status, std::to_string(status) + " " + std::string(name_of(status)),
              "<p>" + escape_html(sentence) + "</p>\n");
}

http::Response server_error_page(const http::Request& request, int status,
                                 std::string_view detail) {
  if (request.path().starts_with("/api/v2/")) return http::problem(request, status, detail);
  if (status == 404) return error_page(404, "Please check the URL in the address bar.");
  return error_page(status, detail);
}

}  // namespace codelog::application
