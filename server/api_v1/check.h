// POST /api/v1/check/: is what a study has downloaded (its codelists.txt and codelists.json) what
// this site would give it now? `opensafely codelists check` asks it.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::api_v1 {

void add_check_route(http::Router& router, application::Application& application);

}  // namespace codelog::api_v1
