// Error pages, for all HTTP surfaces.
#pragma once

#include <string>
#include <string_view>

#include "server/application/application.h"
#include "server/http/response.h"

namespace codelog::application {

// A small page for programs: the status, OpenCodelists' name for it, and one sentence.
http::Response error_page(int status, std::string_view sentence);

// A page for people, in the site's frame, with the request's id and what to do next.
http::Response error_page(Application& application, const http::Request& request, int status,
                          std::string_view sentence);
// "404 Page not found"
std::string error_title(int status);

// For requests that no handler answered (http::ServerOptions::error_page): problem+json below
// /api/v2, pages elsewhere. An overloaded server (503) does not look up who reads them.
http::Response server_error_page(Application& application, const http::Request& request, int status,
                                 std::string_view detail);

}  // namespace codelog::application
