// OpenCodelists' JSON API and CSV downloads, at its addresses and with its bytes.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::api_v1 {

// The application must outlive the router.
void add_routes(http::Router& router, application::Application& application);

}  // namespace codelog::api_v1
