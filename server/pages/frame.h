// The frame of all pages: the head, the header with search and navigation, one <main>, the footer.
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/pages/template.h"

namespace codelog::pages {

enum class Width : std::uint8_t {
  reading,  // texts and forms
  wide,     // tables
};

struct Notice {
  std::string text;
  bool is_problem = false;
};

// Who looks at a page. A page made without knowing that (an error of the server) shows neither
// account nor sign-in.
struct Reader {
  std::string username = {};    // empty: nobody is signed in
  std::string form_token = {};  // for the button that logs out
  std::string login_path = {};  // leads back to this page
  bool is_superuser = false;
};

struct Frame {
  int status = 200;
  std::string title;
  // Also the page's <h1>, unless the content has its own.
  bool has_own_heading = false;
  std::string description = {};
  // The page's one address, for search engines; with the site's name.
  std::string canonical = {};
  Width width = Width::reading;
  std::string theme = {};  // "light" or "dark"; empty: the system's
  // The text in the header's search field; nothing: the page has a search field of its own.
  std::optional<std::string> search = "";
  std::vector<Notice> notices = {};
  // Why nothing can be changed now; empty: it can. The element with the id "read-only" says it, and
  // describes the buttons that are off.
  std::string read_only = {};
  bool forms_lead_elsewhere = false;  // http::Response
  std::optional<Reader> reader = {};
};

http::Response page(const Frame& frame, const Html& content);

// A page with one sentence.
http::Response sentence_page(const Frame& frame, std::string_view sentence);

// The content of a page for an error: the sentence, what to do next, and the request's id, under
// which the server's log tells more.
Html error_html(const http::Request& request, int status, std::string_view sentence);

}  // namespace codelog::pages
