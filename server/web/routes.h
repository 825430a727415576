// The pages that people open in a browser.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_routes(http::Router& router, application::Application& application);

}  // namespace codelog::web
