// Checks a JSON value against a JSON Schema, so that what the OpenAPI document says about a request
// is what the server accepts: there is no second description to keep in step.
//
// The part of JSON Schema (2020-12) that our own documents use: type, enum, const, properties,
// required, additionalProperties, minProperties, items, prefixItems, minItems, maxItems, minLength,
// maxLength (in code points), minimum, maximum, anyOf, and $ref to "#/components/schemas/NAME". Any
// other keyword that would constrain a value is a broken promise (checked), not silently passed
// over. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace codelog::application {

// What is wrong with the value, by path ("references[0].url"; "" is the value itself); at most a
// few entries. `schemas` is the components/schemas object that references point into.
std::vector<base::FieldError> check_schema(const nlohmann::json& schema,
                                           const nlohmann::json& schemas,
                                           const nlohmann::json& value);

}  // namespace codelog::application
