// OpenCodelists' error pages, which proxies show, and robots.txt.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

void add_fixed_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
