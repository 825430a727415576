// The forms of OpenCodelists' builder, at its addresses and with its fields: searching, deciding,
// changing the details, saving for review, discarding. Scripts and its own page use them; people
// use the native API through Codelog's builder.
//
// Differences: a draft's editors may all work on it, not only its author; what makes OpenCodelists
// fail with 500, and updates that it silently ignores because they are malformed, is refused with
// 400 and the reason.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_builder_forms(http::Router& router, application::Application& application);

}  // namespace codelog::web
