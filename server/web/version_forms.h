// The buttons of a version's page, at OpenCodelists' addresses: create-new-version, publish,
// delete, dmd-convert, and a codelist's clone.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_version_forms(http::Router& router, application::Application& application);

}  // namespace codelog::web
