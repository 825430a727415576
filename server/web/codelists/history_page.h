// A codelist's history: its story, the list as it was at any moment, the life of one code; and the
// restore of a moment, for administrators.
#pragma once

#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

void add_history_pages(http::Router& router, application::Application& application);

// The address of a codelist's history page.
std::string history_path(const projections::Handle& handle);

}  // namespace codelog::web
