// The OpenAPI 3.1 document of the native API, made from its table of endpoints.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "server/api/endpoints.h"

namespace codelog::api {

nlohmann::json make_openapi(const std::vector<Endpoint>& endpoints);

}  // namespace codelog::api
