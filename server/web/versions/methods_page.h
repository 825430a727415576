// The methods appendix of a version: a page that prints well, and a Markdown file.
#pragma once

#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

void add_methods_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
