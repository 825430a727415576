// Pages that are always the same: OpenCodelists' error pages, which proxies show, and robots.txt.
#pragma once

#include "server/http/router.h"

namespace codelog::web {

void add_fixed_pages(http::Router& router);

}  // namespace codelog::web
