// JSON schemas of the OpenAPI document, as rows of a table and as examples. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/pages/template.h"

namespace codelog::web {

// In plain text; empty without one.
std::string description_of(const nlohmann::json& described);

// The type of a value in words.
std::string type_text(const nlohmann::json& schema);
// Fills {{>TYPE}}: the same, with a link to the schema that it names.
void add_type(pages::Section& place, const nlohmann::json& schema);

// Whether add_fields() adds any.
bool has_fields(const nlohmann::json& schema);
// Adds {{#FIELD}} for each field of a schema, those of nested objects after their own; and
// for each value of an enumeration that describes them.
void add_fields(pages::Section& place, const nlohmann::json& schema);

// A value that has the schema: its first example, or its required fields.
nlohmann::ordered_json example_of(const nlohmann::json& schema, const nlohmann::json& schemas);

// The schema that a reference names; the schema itself if it is none.
const nlohmann::json& resolve(const nlohmann::json& schema, const nlohmann::json& schemas);

}  // namespace codelog::web
