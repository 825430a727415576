// The frame of all pages, and error pages. Pure.
#pragma once

#include <string>
#include <string_view>

#include "server/http/response.h"

namespace codelog::application {

// Escapes text for use in HTML content and quoted attributes.
std::string escape_html(std::string_view text);

// A page: the title, as text, also as its heading; then `content`, HTML that is escaped already.
http::Response page(int status, std::string_view title, std::string_view content);

// A small page with the status, OpenCodelists' name for it, and one sentence.
http::Response error_page(int status, std::string_view sentence);

// For requests that no handler answered (http::ServerOptions::error_page): problem+json below
// /api/v2, pages elsewhere.
http::Response server_error_page(const http::Request& request, int status, std::string_view detail);

}  // namespace codelog::application
