// /organisations/ and their members, and the list of all codelists for the site's administrators.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_organisation_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
