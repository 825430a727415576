// The shapes of the native API's requests and answers: what the OpenAPI document shows under
// components/schemas, and what requests are checked against.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace codelog::api {

// By name; made once.
const nlohmann::json& schemas();

}  // namespace codelog::api
