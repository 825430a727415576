// The buttons of a version's page, at OpenCodelists' addresses: create-new-version, publish,
// delete, dmd-convert; a codelist's clone, and its own address, which leads to its newest version.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_version_forms(http::Router& router, application::Application& application);

}  // namespace codelog::web
