// Addresses that were published with a spelling mistake.
#pragma once

#include "server/http/router.h"

namespace codelog::api_v1 {

// Redirects them to the codelists with the right spelling. To be added before the routes of
// codelists, which match these addresses too.
void add_old_addresses(http::Router& router);

}  // namespace codelog::api_v1
