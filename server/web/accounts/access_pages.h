// Pages that say and set who reads a codelist, or an owner's codelists
// (commands/access_commands.h).
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

void add_access_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
