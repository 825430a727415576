// OpenCodelists' forms for codelists, at its addresses and with its fields: create one
// (/users/NAME/new-codelist/, /codelist/…/add/), upload a version, edit the details.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_codelist_forms(http::Router& router, application::Application& application);

}  // namespace codelog::web
