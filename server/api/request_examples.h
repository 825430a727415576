// An example of each request, for the OpenAPI document.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace codelog::api {

// Adds `examples` to the schemas of requests.
void add_request_examples(nlohmann::json& schemas);

}  // namespace codelog::api
