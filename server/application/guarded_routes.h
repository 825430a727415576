// Keeps restricted content in: on a site that only its users may read, nobody else gets past the
// entrance (identity/permissions.h); and answers that depend on who asks stay out of caches.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::application {

// Guards all routes that the router has. Call once, after the last one was added. The application
// must outlive the router.
void guard_routes(http::Router& router, const Application& application);

}  // namespace codelog::application
