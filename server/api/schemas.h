// The JSON schemas of the native API: the OpenAPI document shows them under components/schemas, and
// requests are checked against them.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace codelog::api {

// All schemas by name; made once.
const nlohmann::json& schemas();

}  // namespace codelog::api
