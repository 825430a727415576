// A person's own settings: name and e-mail address, sessions, API tokens.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_settings_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
