// What a release does to codelists: the report that a site's administrator starts, and the lists
// that it touches, the most touched first.
#pragma once

#include "server/web/visit.h"

namespace codelog::web {

void add_report_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
