#include "server/api/listing_schemas.h"

namespace codelog::api {

const std::string_view listing_schemas = R"json({
"CodeRows": {"type": "object", "required": ["total", "rows", "position"],
  "properties": {
    "total": {"type": "integer", "minimum": 0, "description": "The number of rows on all pages."},
    "rows": {"type": "array", "items": {"$ref": "#/components/schemas/CodeRow"}},
    "columns": {"type": "array", "items": {"type": "string"},
      "description": "Of a table: the titles of its columns besides code and term."},
    "cells": {"type": "array", "items": {"type": "array", "items": {"type": "string"}},
      "description": "Of a table: the cells of each row in these columns."},
    "position": {"$ref": "#/components/schemas/Position"}}},
"CodeRow": {"type": "array", "minItems": 5, "maxItems": 5,
  "prefixItems": [{"$ref": "#/components/schemas/Code"}, {"type": ["string", "null"]},
                  {"$ref": "#/components/schemas/CodeStatus"}, {"type": ["string", "null"]},
                  {"type": "integer", "minimum": 0}],
  "description":
    "Code, term, status, type; the sum of 1 (active), 2 (found by a search), 4 (assumed status)."},
"Composition": {"type": "object", "required": ["codes_count", "counts", "types", "position"],
  "properties": {
    "codes_count": {"type": "integer", "minimum": 0},
    "counts": {"$ref": "#/components/schemas/Counts"},
    "types": {"type": "array", "items": {"$ref": "#/components/schemas/TypeCounts"},
              "description": "Empty where the release's file is missing."},
    "position": {"$ref": "#/components/schemas/Position"}}},
"TypeCounts": {"type": "object", "required": ["title", "codes_count", "counts"],
  "properties": {
    "title": {"type": "string"}, "codes_count": {"type": "integer", "minimum": 1},
    "counts": {"$ref": "#/components/schemas/Counts"}}},
"Icicle": {"type": "object", "required": ["shape", "nodes", "position"],
  "properties": {
    "shape": {"$ref": "#/components/schemas/Shape"},
    "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/IcicleNode"}},
    "position": {"$ref": "#/components/schemas/Position"}}},
"IcicleNode": {"type": "object",
  "required": ["parent", "code", "title", "codes_count", "included_count", "cut"],
  "properties": {
    "parent": {"type": ["integer", "null"], "description": "Its place among the nodes."},
    "code": {"type": ["string", "null"], "description": "null: a section of the tree."},
    "title": {"type": "string", "description": "The code's term, or the section's title."},
    "codes_count": {"type": "integer", "minimum": 1, "description":
      "The codes of the version with their first place here, itself included."},
    "included_count": {"type": "integer", "minimum": 0},
    "cut": {"type": "boolean", "description": "Not all branches directly below it are here."}}},
"Sizes": {"type": "object", "required": ["versions", "position"],
  "properties": {
    "versions": {"type": "array", "items": {"$ref": "#/components/schemas/VersionSize"}},
    "position": {"$ref": "#/components/schemas/Position"}}},
"VersionSize": {"type": "object",
  "required": ["hash", "tag", "status", "release", "created_at", "codes_count", "included_count"],
  "properties": {
    "hash": {"$ref": "#/components/schemas/Hash"}, "tag": {"type": ["string", "null"]},
    "status": {"$ref": "#/components/schemas/VersionStatus"}, "release": {"type": "string"},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "codes_count": {"type": "integer", "minimum": 0},
    "included_count": {"type": "integer", "minimum": 0}}}
})json";

}  // namespace codelog::api
