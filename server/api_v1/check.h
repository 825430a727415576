// POST /api/v1/check/: tells a study whether its downloads (its codelists.txt and codelists.json)
// are still what this site would send. `opensafely codelists check` calls it.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::api_v1 {

void add_check_route(http::Router& router, application::Application& application);

}  // namespace codelog::api_v1
