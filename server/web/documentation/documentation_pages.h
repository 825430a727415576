// The documentation: /docs/, with a search, and /docs/PAGE/.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_documentation_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
