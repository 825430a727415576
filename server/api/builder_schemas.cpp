#include "server/api/builder_schemas.h"

namespace codelog::api {

const std::string_view builder_schemas = R"json({
"Octets": {"type": "string", "format": "binary",
  "description": "The same content in the compact form that server/api/README.md describes."},
"Shape": {"type": "string", "minLength": 8, "maxLength": 8,
  "description": "The CRC-32 of the codes in the order of the tree, joined by line feeds."},
"StatusesCrc": {"type": "string", "minLength": 8, "maxLength": 8,
  "description": "The CRC-32 of the octets of all statuses in the order of the tree."},
"Selection": {"type": "object", "additionalProperties": false, "minProperties": 1,
  "description": "The codes of the draft that meet every given condition.",
  "properties": {
    "type": {"type": "string", "description": "A title that lists them; case is ignored."},
    "search": {"type": "integer", "description": "The id of a search that found them."},
    "status": {"type": "array", "minItems": 1, "maxItems": 6,
               "items": {"$ref": "#/components/schemas/CodeStatus"}},
    "under": {"type": "string", "description": "This code and those below it."},
    "codes": {"$ref": "#/components/schemas/TypedCodes"}}},
"Ordinals": {"type": "array", "items": {"type": "integer", "minimum": 0}},
"Tree": {"type": "object",
  "required": ["shape", "release", "n", "edges", "sort", "types", "sections", "children", "type",
               "flags", "codes", "tops"],
  "description": "An ordinal is a code's place in codes: that of its first place in the walk.",
  "properties": {
    "shape": {"$ref": "#/components/schemas/Shape"}, "release": {"type": "string"},
    "n": {"type": "integer", "minimum": 0}, "edges": {"type": "integer", "minimum": 0},
    "sort": {"enum": ["term", "code"], "description": "How children are sorted."},
    "types": {"$ref": "#/components/schemas/TypeTitles"},
    "sections": {"type": "array", "items": {"type": "array", "minItems": 3, "maxItems": 3,
      "prefixItems": [{"type": "string"}, {"type": "integer"}, {"type": "integer"}],
      "description": "A title, the place of its first code in tops, and how many it has."}},
    "children": {"type": "array", "items": {"$ref": "#/components/schemas/Ordinals"}},
    "type": {"$ref": "#/components/schemas/Ordinals"},
    "flags": {"$ref": "#/components/schemas/Ordinals"},
    "codes": {"type": "array", "items": {"type": "string"}},
    "tops": {"$ref": "#/components/schemas/Ordinals"}}},
"TreeTerms": {"type": "object", "required": ["shape", "first", "terms"],
  "properties": {
    "shape": {"$ref": "#/components/schemas/Shape"},
    "first": {"type": "integer", "minimum": 0, "description": "The ordinal of the first term."},
    "terms": {"type": "array", "items": {"type": "string"}}}},
"Presence": {"type": "object", "additionalProperties": false,
  "properties": {"code": {"type": ["string", "null"], "maxLength": 18,
                          "description": "The code that you look at."}}},
"People": {"type": "object", "required": ["people", "read_only"],
  "properties": {
    "people": {"type": "array", "items": {"type": "object",
      "required": ["username", "name", "version", "code"],
      "properties": {"username": {"type": "string"}, "name": {"type": "string"},
                     "version": {"type": "string"}, "code": {"type": ["string", "null"]}}}},
    "read_only": {"type": ["string", "null"],
                  "description": "Why no changes are taken at the moment; null: they are."}}},
"NewReason": {"type": "object", "required": ["step", "reason"], "additionalProperties": false,
  "properties": {
    "step": {"type": "integer", "minimum": 1, "description": "The position of your step."},
    "reason": {"type": "string", "minLength": 1}}},
"ReasonGiven": {"type": "object", "required": ["step", "reason", "position"],
  "properties": {
    "step": {"$ref": "#/components/schemas/Position"}, "reason": {"type": "string"},
    "position": {"$ref": "#/components/schemas/Position"}}},
"Step": {"type": "object", "required": ["position", "time", "actor", "mine", "command"],
  "properties": {
    "position": {"$ref": "#/components/schemas/Position"},
    "time": {"$ref": "#/components/schemas/Time"}, "actor": {"type": ["string", "null"]},
    "mine": {"type": "boolean"}, "command": {"type": "string"}, "reason": {"type": "string"},
    "changed_count": {"type": "integer"}, "confirmed_count": {"type": "integer"},
    "updates_count": {"type": "integer"},
    "updates": {"type": "array", "description": "The first ten decisions."},
    "search": {"type": "object"}}},
"Steps": {"type": "object",
  "required": ["position", "undo_count", "undo", "redo_count", "redo"],
  "properties": {
    "position": {"$ref": "#/components/schemas/Position"},
    "undo_count": {"type": "integer"}, "redo_count": {"type": "integer"},
    "undo": {"type": "array", "items": {"$ref": "#/components/schemas/Step"}},
    "redo": {"type": "array", "items": {"$ref": "#/components/schemas/Step"}}}},
"Decision": {"type": "object", "required": ["status", "position", "time", "actor", "command"],
  "properties": {
    "status": {"enum": ["+", "-", "?"]},
    "position": {"$ref": "#/components/schemas/Position"},
    "time": {"$ref": "#/components/schemas/Time"}, "actor": {"type": ["string", "null"]},
    "command": {"type": "string"}, "reason": {"type": "string"}}},
"Decider": {"type": "object", "required": ["code", "term", "status"],
  "description": "Its decision is missing where the log has it too far back.",
  "properties": {
    "code": {"$ref": "#/components/schemas/Code"}, "term": {"type": "string"},
    "status": {"enum": ["+", "-"]}, "position": {"$ref": "#/components/schemas/Position"},
    "time": {"$ref": "#/components/schemas/Time"}, "actor": {"type": ["string", "null"]},
    "command": {"type": "string"}, "reason": {"type": "string"}}},
"VersionCode": {"type": "object",
  "required": ["code", "term", "status", "position", "deciders", "places_count", "places",
               "searches", "decisions", "next"],
  "properties": {
    "code": {"$ref": "#/components/schemas/Code"}, "term": {"type": "string"},
    "status": {"enum": ["+", "-", "(+)", "(-)", "?", "!", null]},
    "position": {"$ref": "#/components/schemas/Position"},
    "deciders": {"type": "array", "items": {"$ref": "#/components/schemas/Decider"}},
    "places_count": {"type": "integer", "minimum": 1},
    "places": {"type": "array", "description":
      "The shortest path of codes above it, from the top, through each of its parents; at most 50.",
      "items": {"type": "array", "items": {"$ref": "#/components/schemas/Code"}}},
    "searches": {"type": "array", "items": {"type": "object"}},
    "decisions": {"type": "array", "items": {"$ref": "#/components/schemas/Decision"},
                  "description": "The newest first."},
    "next": {"type": ["integer", "null"], "description": "For before: the next page."}}},
"DraftMatches": {"type": "object",
  "required": ["total", "new_count", "with_descendants_count", "hits"],
  "properties": {
    "total": {"type": "integer", "minimum": 0, "description": "The number of hits on all pages."},
    "with_descendants_count": {"type": "integer", "minimum": 0, "description":
      "The number of codes that the search would find: hits, and all codes below them."},
    "new_count": {"type": "integer", "minimum": 0, "description":
      "How many of these the version does not have."},
    "hits": {"type": "array", "items": {"$ref": "#/components/schemas/DraftMatch"}}}},
"DraftMatch": {"type": "object",
  "required": ["code", "term", "matched", "role", "active", "types", "status"],
  "properties": {
    "code": {"$ref": "#/components/schemas/Code"}, "term": {"type": "string"},
    "matched": {"type": ["string", "null"]}, "role": {"type": ["string", "null"]},
    "active": {"type": "boolean"}, "types": {"$ref": "#/components/schemas/TypeTitles"},
    "status": {"enum": ["+", "-", "(+)", "(-)", "?", "!", null],
               "description": "In the version; null: it does not have the code."}}},
"TreeStatuses": {"type": "object", "required": ["position", "shape", "statuses_crc", "statuses"],
  "properties": {
    "position": {"$ref": "#/components/schemas/Position"},
    "shape": {"$ref": "#/components/schemas/Shape"},
    "statuses_crc": {"$ref": "#/components/schemas/StatusesCrc"},
    "statuses": {"type": "array", "items": {"$ref": "#/components/schemas/CodeStatus"}}}}
})json";

}  // namespace codelog::api
