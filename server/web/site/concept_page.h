// /releases/ALIAS/code/CODE/: a code in a release, and the codelists that include it.
#pragma once

#include "server/web/visit.h"

namespace codelog::web {

// The code may be written as people type it. 404 for a release or a code that does not exist.
http::Response concept_page(const Visit& visit);

}  // namespace codelog::web
