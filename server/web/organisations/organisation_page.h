// An organisation: its codelists, those under review, its members, and what releases do to it.
#pragma once

#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

void add_organisation_page(http::Router& router, application::Application& application);

}  // namespace codelog::web
