// Lists of codelists, now and as an owner had them at a moment.
#pragma once

#include "server/api/endpoints.h"

namespace codelog::api {

// GET /api/v2/codelists.
Result<http::Response> list_codelists(const ReadCall& call);

}  // namespace codelog::api
