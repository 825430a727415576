#include "server/api/comparison_schemas.h"

namespace codelog::api {

const std::string_view comparison_schemas = R"json({
"ComparedSides": {"type": "array", "minItems": 2, "maxItems": 8, "items": {"type": "string"},
  "description": "Versions: HASH, HASH@POSITION (as it was), or a codelist's newest finished one: organisation/SLUG/CODELIST, user/NAME/CODELIST."},
"ComparisonRequest": {"type": "object", "required": ["of"], "additionalProperties": false,
  "properties": {"of": {"$ref": "#/components/schemas/ComparedSides"}}},
"RegionRequest": {"type": "object", "required": ["of", "region"], "additionalProperties": false,
  "properties": {
    "of": {"$ref": "#/components/schemas/ComparedSides"},
    "region": {"$ref": "#/components/schemas/Region"},
    "offset": {"type": "integer", "minimum": 0},
    "limit": {"type": "integer", "minimum": 1, "maximum": 1000}}},
"Region": {"type": "array", "minItems": 1, "maxItems": 8,
  "items": {"type": "integer", "minimum": 0}, "description": "Numbers of sides, from 0."},
"Combination": {"type": "object", "required": ["operation", "of"], "additionalProperties": false,
  "description": "The codes of versions combined; difference: the first without all others.",
  "properties": {
    "operation": {"type": "string", "enum": ["union", "intersection", "difference"]},
    "of": {"$ref": "#/components/schemas/ComparedSides"}}},
"Comparison": {"type": "object", "required": ["sides", "regions", "codes_count", "position"],
  "properties": {
    "sides": {"type": "array", "items": {"$ref": "#/components/schemas/ComparedSide"}},
    "regions": {"type": "array", "items": {"type": "object", "required": ["in", "codes_count"],
      "properties": {"in": {"$ref": "#/components/schemas/Region"},
                     "codes_count": {"type": "integer"}}}},
    "codes_count": {"type": "integer", "description": "Different codes in all sides."},
    "position": {"$ref": "#/components/schemas/Position"}}},
"ComparedSide": {"type": "object",
  "required": ["hash", "tag", "status", "release", "as_of", "codelist", "codes_count"],
  "properties": {
    "hash": {"$ref": "#/components/schemas/Hash"}, "tag": {"type": ["string", "null"]},
    "status": {"$ref": "#/components/schemas/VersionStatus"}, "release": {"type": "string"},
    "as_of": {"type": ["integer", "null"]},
    "codelist": {"$ref": "#/components/schemas/Handle"}, "codes_count": {"type": "integer"}}},
"RegionRows": {"type": "object", "required": ["rows", "total"],
  "properties": {
    "total": {"type": "integer"},
    "rows": {"type": "array", "items": {"type": "array", "items": {"type": "string"}},
             "description": "Code and term."}}}
})json";

}  // namespace codelog::api
