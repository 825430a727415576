// The start page, and the lists of an owner's codelists: /codelist/ORGANISATION/ and /users/NAME/.
// Codelists that are marked as private are left out, as in OpenCodelists.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_start_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
