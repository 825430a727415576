// /api/: the OpenAPI document of the native API as a page to read. Complete without scripts.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// `openapi` is the document as the site serves it; operations have tags, summaries and roles. The
// application must outlive the router.
void add_api_reference(http::Router& router, application::Application& application,
                       const nlohmann::json& openapi);

}  // namespace codelog::web
