// The native API, /api/v2: Codelog's own, for programs and for its web pages.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::api {

// The application must outlive the router.
void add_routes(http::Router& router, application::Application& application);

}  // namespace codelog::api
