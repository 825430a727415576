// Pages about the site's contents: releases of coding systems, organisations, and whom to ask.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_site_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
