// Pages that look the same to all guests are made once and kept until something changes.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The cookies on which a guest's page depends.
inline constexpr std::string_view message_cookie = "messages";

// Guests then get the answer of the route from the application's cache, if it is a page without a
// form. It is made again after a commit that is not a step of a draft, and every few seconds: a
// page may also tell of files and of the log's health, which no commit changes. The route's handler
// must be set.
void keep_for_guests(http::Route& route, application::Application& application);

}  // namespace codelog::web
