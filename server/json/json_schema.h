// Checks a JSON value against a JSON Schema. The server accepts exactly the requests that the
// OpenAPI document describes, so there is no second description to keep in step.
//
// Supports the part of JSON Schema (2020-12) that our own documents use: type, enum, const,
// properties, required, additionalProperties, minProperties, items, prefixItems, minItems,
// maxItems, minLength, maxLength (in code points), minimum, maximum, anyOf, and $ref to
// "#/components/schemas/NAME". Any other constraining keyword fails a check instead of being
// ignored. Pure.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace codelog::json {

// The faults of the value, by path ("references[0].url"; "" is the value itself); at most a few
// entries. `schemas` is the components/schemas object that references point into.
std::vector<base::FieldError> check_schema(const nlohmann::json& schema,
                                           const nlohmann::json& schemas,
                                           const nlohmann::json& value);

}  // namespace codelog::json
