// The pages with which administrators look after the site; they do what OpenCodelists' /admin/
// does.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

void add_superuser_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
