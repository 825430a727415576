// /coding-systems/…: the newest releases, more about codes, and the versions of the NHS refsets.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::api_v1 {

void add_coding_system_routes(http::Router& router, application::Application& application);

}  // namespace codelog::api_v1
