#include "server/api/schemas.h"

#include <nlohmann/json.hpp>
#include <string_view>

namespace codelog::api {
namespace {

constexpr std::string_view words = R"json({
"Problem": {
  "type": "object", "required": ["title", "status", "request_id"],
  "description": "What went wrong (RFC 9457).",
  "properties": {
    "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
    "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
    "changed": {"$ref": "#/components/schemas/ChangedStatuses",
                "description": "What others have decided since the client looked."},
    "position": {"$ref": "#/components/schemas/Position"},
    "request_id": {"type": "string"}}},
"FieldError": {
  "type": "object", "required": ["field", "detail"],
  "properties": {
    "field": {"type": "string", "description": "A path such as references[0].url"},
    "detail": {"type": "string"}}},
"Position": {"type": "integer", "minimum": 0, "description": "The place of a commit in the log."},
"Time": {"type": "string", "format": "date-time"},
"Owner": {"type": "string", "description": "organisation/SLUG or user/NAME",
          "examples": ["organisation/test-org", "user/alice"]},
"Hash": {"type": "string", "description": "The public name of a version.",
         "examples": ["66f08cca"]},
"Code": {"type": "string"},
"Codes": {"type": "array", "items": {"type": "string"}, "maxItems": 500000},
"CodeStatus": {"enum": ["+", "-", "(+)", "(-)", "?", "!"],
  "description": "Included, excluded (in brackets: by an ancestor), unresolved, in conflict."},
"Statuses": {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/CodeStatus"}},
"ChangedStatuses": {"type": "object", "description": "null: the code has left the draft.",
  "additionalProperties": {"enum": ["+", "-", "(+)", "(-)", "?", "!", null]}},
"Counts": {"type": "object", "required": ["+", "-", "(+)", "(-)", "?", "!"],
  "description": "How many codes have each status.",
  "additionalProperties": {"type": "integer", "minimum": 0}},
"VersionStatus": {"enum": ["draft", "under review", "published"]},
"Reference": {"type": "object", "required": ["text", "url"], "additionalProperties": false,
  "properties": {"text": {"type": "string"}, "url": {"type": "string"}}},
"References": {"type": "array", "maxItems": 1000,
  "items": {"$ref": "#/components/schemas/Reference"}},
"SignOff": {"type": "object", "required": ["user", "date"], "additionalProperties": false,
  "properties": {"user": {"type": "string"}, "date": {"type": "string", "format": "date"}}},
"SignOffs": {"type": "array", "maxItems": 1000, "items": {"$ref": "#/components/schemas/SignOff"}},
"Tags": {"type": "array", "maxItems": 1000, "items": {"type": "string"}},
"Handle": {"type": "object", "required": ["owner", "slug", "name"],
  "properties": {"owner": {"$ref": "#/components/schemas/Owner"},
                 "slug": {"type": "string"}, "name": {"type": "string"}}},
"Prose": {"type": ["string", "null"]}
})json";

constexpr std::string_view requests = R"json({
"TermsRequest": {"type": "object", "required": ["codes"], "additionalProperties": false,
  "properties": {"codes": {"$ref": "#/components/schemas/Codes"}}},
"CodesetRequest": {"type": "object", "additionalProperties": false, "minProperties": 1,
  "description": "Either the decided codes (included, excluded) or a flat list (codes).",
  "properties": {"included": {"$ref": "#/components/schemas/Codes"},
                 "excluded": {"$ref": "#/components/schemas/Codes"},
                 "codes": {"$ref": "#/components/schemas/Codes"}}},
"NewCodelist": {"type": "object", "required": ["owner", "name", "coding_system"],
  "additionalProperties": false,
  "description": "With codes or nothing: a draft. With csv: the table, under review.",
  "properties": {
    "owner": {"$ref": "#/components/schemas/Owner"}, "name": {"type": "string"},
    "slug": {"type": "string", "description": "Otherwise made from the name."},
    "coding_system": {"type": "string"},
    "release": {"type": "string", "description": "An alias; otherwise the most recent."},
    "description": {"$ref": "#/components/schemas/Prose"},
    "methodology": {"$ref": "#/components/schemas/Prose"},
    "references": {"$ref": "#/components/schemas/References"},
    "signoffs": {"$ref": "#/components/schemas/SignOffs"},
    "codes": {"$ref": "#/components/schemas/Codes"}, "csv": {"type": "string"},
    "tag": {"type": "string"}, "ignore_unfound_codes": {"type": "boolean"}}},
"CodelistChanges": {"type": "object", "additionalProperties": false, "minProperties": 1,
  "description": "Fields that are given replace what is there.",
  "properties": {
    "name": {"type": "string"}, "slug": {"type": "string"},
    "owner": {"$ref": "#/components/schemas/Owner"}, "description": {"type": "string"},
    "methodology": {"type": "string"}, "references": {"$ref": "#/components/schemas/References"},
    "signoffs": {"$ref": "#/components/schemas/SignOffs"},
    "tags": {"$ref": "#/components/schemas/Tags"}}},
"Deletion": {"type": "object", "additionalProperties": false,
  "properties": {"reason": {"type": "string"}}},
"Nothing": {"type": "object", "additionalProperties": false},
"NewVersion": {"type": "object", "required": ["release"], "additionalProperties": false,
  "description": "Exactly one of codes and csv.",
  "properties": {
    "codes": {"$ref": "#/components/schemas/Codes"}, "csv": {"type": "string"},
    "release": {"type": "string"}, "tag": {"type": "string"},
    "always_create_new_version": {"type": "boolean"}, "ignore_unfound_codes": {"type": "boolean"},
    "publish": {"type": "boolean"}}},
"ConversionRequest": {"type": "object", "required": ["from", "to", "codes"],
  "additionalProperties": false, "description": "snomedct to ctv3, ctv3 to snomedct, bnf to dmd.",
  "properties": {
    "from": {"type": "string", "description": "The coding system that the codes are of."},
    "to": {"type": "string", "description": "The coding system that they are wanted in."},
    "codes": {"$ref": "#/components/schemas/Codes"}}},
"NewDraft": {"type": "object", "additionalProperties": false,
  "properties": {"release": {"type": "string", "description": "Otherwise the most recent."}}},
"NewSearch": {"type": "object", "additionalProperties": false, "minProperties": 1,
  "description": "Exactly one of both.",
  "properties": {"term": {"type": "string"}, "code": {"type": "string"}}},
"StatusUpdates": {"type": "object", "required": ["updates"], "additionalProperties": false,
  "properties": {
    "updates": {"type": "array", "minItems": 1, "maxItems": 100000,
      "items": {"type": "array", "minItems": 2, "maxItems": 2,
        "prefixItems": [{"$ref": "#/components/schemas/Code"},
                        {"enum": ["+", "-", "?"], "description": "? takes a decision back."}]}},
    "reason": {"type": "string"},
    "base_position": {"$ref": "#/components/schemas/Position",
      "description": "The version's position as the client saw it (or its ETag in If-Match)."}}}
})json";

constexpr std::string_view answers = R"json({
"Release": {"type": "object",
  "required": ["alias", "coding_system", "name", "valid_from", "state", "digest", "codes"],
  "properties": {
    "alias": {"type": "string"}, "coding_system": {"type": "string"}, "name": {"type": "string"},
    "valid_from": {"type": "string", "format": "date"}, "state": {"enum": ["importing", "ready"]},
    "digest": {"type": ["string", "null"], "description": "SHA-256 of the release file."},
    "codes": {"type": "integer", "minimum": 0}}},
"Releases": {"type": "object", "required": ["releases"],
  "properties": {"releases": {"type": "array", "items": {"$ref": "#/components/schemas/Release"}}}},
"SearchResult": {"type": "object", "required": ["matching", "codes"],
  "properties": {"matching": {"$ref": "#/components/schemas/Codes"},
    "codes": {"$ref": "#/components/schemas/Codes",
              "description": "The topmost matches with all their descendants."}}},
"Terms": {"type": "object", "required": ["terms"],
  "properties": {"terms": {"type": "object", "additionalProperties": {"type": "string"}}}},
"Codeset": {"type": "object", "required": ["statuses", "definition"],
  "properties": {"statuses": {"$ref": "#/components/schemas/Statuses"},
    "definition": {"type": "array", "description": "The decided codes as a tree, depth first.",
      "items": {"type": "array", "minItems": 2, "maxItems": 2,
        "prefixItems": [{"$ref": "#/components/schemas/Code"}, {"enum": ["+", "-"]}]}}}},
"ConvertedCodes": {"type": "object", "required": ["mappings", "unmapped"],
  "properties": {
    "mappings": {"type": "array", "items": {"type": "object",
      "required": ["from", "from_term", "to", "to_term"],
      "properties": {
        "from": {"$ref": "#/components/schemas/Code"}, "from_term": {"type": "string"},
        "to": {"$ref": "#/components/schemas/Code"}, "to_term": {"type": "string"}}}},
    "unmapped": {"$ref": "#/components/schemas/Codes"}}},
"Me": {"type": "object", "required": ["username", "name", "email", "is_admin", "organisations"],
  "properties": {
    "username": {"type": "string"}, "name": {"type": ["string", "null"]},
    "email": {"type": ["string", "null"]}, "is_admin": {"type": "boolean"},
    "organisations": {"type": "array", "items": {"type": "object", "required": ["slug", "is_admin"],
      "properties": {"slug": {"type": "string"}, "is_admin": {"type": "boolean"}}}}}},
"VersionSummary": {"type": "object",
  "required": ["hash", "id", "tag", "status", "author", "release", "style", "origin", "source",
               "created_at", "updated_at", "position", "counts"],
  "properties": {
    "hash": {"$ref": "#/components/schemas/Hash"}, "id": {"type": "integer"},
    "tag": {"type": ["string", "null"]}, "status": {"$ref": "#/components/schemas/VersionStatus"},
    "author": {"type": ["string", "null"]}, "release": {"type": "string"},
    "style": {"enum": ["new", "old"], "description": "old: an uploaded table."},
    "origin": {"enum": ["scratch", "codes", "csv", "version", "clone", "conversion", "migration"]},
    "source": {"type": ["string", "null"], "description": "The version that it was made from."},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "updated_at": {"$ref": "#/components/schemas/Time"},
    "position": {"$ref": "#/components/schemas/Position",
                 "description": "Of the last change of its codes, searches or status."},
    "counts": {"$ref": "#/components/schemas/Counts"}}},
"Version": {"type": "object",
  "required": ["hash", "id", "tag", "status", "author", "release", "style", "origin", "source",
               "created_at", "updated_at", "position", "counts", "codelist", "owner",
               "coding_system", "searches", "can_undo", "can_redo"],
  "description": "New style: statuses. Old style: csv and the codes in it.",
  "properties": {
    "hash": {"$ref": "#/components/schemas/Hash"}, "id": {"type": "integer"},
    "tag": {"type": ["string", "null"]}, "status": {"$ref": "#/components/schemas/VersionStatus"},
    "author": {"type": ["string", "null"]}, "release": {"type": "string"},
    "style": {"enum": ["new", "old"]},
    "origin": {"type": "string"}, "source": {"type": ["string", "null"]},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "updated_at": {"$ref": "#/components/schemas/Time"},
    "position": {"$ref": "#/components/schemas/Position"},
    "counts": {"$ref": "#/components/schemas/Counts"},
    "codelist": {"$ref": "#/components/schemas/Handle"},
    "owner": {"$ref": "#/components/schemas/Owner"}, "coding_system": {"type": "string"},
    "searches": {"type": "array", "items": {"$ref": "#/components/schemas/Search"}},
    "statuses": {"$ref": "#/components/schemas/Statuses"}, "csv": {"type": "string"},
    "codes": {"$ref": "#/components/schemas/Codes"}, "can_undo": {"type": "boolean"},
    "can_redo": {"type": "boolean"}}},
"Search": {"type": "object", "required": ["id", "slug", "codes_count"],
  "description": "By term or by code.",
  "properties": {"id": {"type": "integer"}, "term": {"type": "string"}, "code": {"type": "string"},
                 "slug": {"type": "string"}, "codes_count": {"type": "integer"}}},
"Searches": {"type": "object", "required": ["searches", "position"],
  "properties": {"searches": {"type": "array", "items": {"$ref": "#/components/schemas/Search"}},
                 "position": {"$ref": "#/components/schemas/Position"}}},
"SearchCodes": {"type": "object", "required": ["id", "slug", "codes"],
  "properties": {"id": {"type": "integer"}, "term": {"type": "string"}, "code": {"type": "string"},
                 "slug": {"type": "string"}, "codes": {"$ref": "#/components/schemas/Codes"}}},
"CodelistSummary": {"type": "object",
  "required": ["id", "owner", "slug", "name", "coding_system", "tags", "updated_at", "versions"],
  "properties": {
    "id": {"type": "integer"}, "owner": {"$ref": "#/components/schemas/Owner"},
    "slug": {"type": "string"}, "name": {"type": "string"}, "coding_system": {"type": "string"},
    "tags": {"$ref": "#/components/schemas/Tags"},
    "updated_at": {"$ref": "#/components/schemas/Time"},
    "versions": {"type": "array", "items": {"type": "object", "required": ["hash", "tag", "status"],
      "properties": {"hash": {"$ref": "#/components/schemas/Hash"},
                     "tag": {"type": ["string", "null"]},
                     "status": {"$ref": "#/components/schemas/VersionStatus"}}}}}},
"CodelistPage": {"type": "object", "required": ["codelists", "next"],
  "properties": {
    "codelists": {"type": "array", "items": {"$ref": "#/components/schemas/CodelistSummary"}},
    "next": {"type": ["integer", "null"], "description": "Give it as `after`; null: the end."}}},
"Codelist": {"type": "object",
  "required": ["id", "owner", "slug", "name", "coding_system", "description", "methodology",
               "references", "signoffs", "tags", "collaborators", "former_handles", "created_at",
               "updated_at", "position", "versions"],
  "properties": {
    "id": {"type": "integer"}, "owner": {"$ref": "#/components/schemas/Owner"},
    "slug": {"type": "string"}, "name": {"type": "string"}, "coding_system": {"type": "string"},
    "description": {"$ref": "#/components/schemas/Prose"},
    "methodology": {"$ref": "#/components/schemas/Prose"},
    "references": {"$ref": "#/components/schemas/References"},
    "signoffs": {"$ref": "#/components/schemas/SignOffs"},
    "tags": {"$ref": "#/components/schemas/Tags"},
    "collaborators": {"type": "array", "items": {"type": "string"}},
    "former_handles": {"type": "array", "items": {"$ref": "#/components/schemas/Handle"}},
    "created_at": {"$ref": "#/components/schemas/Time"},
    "updated_at": {"$ref": "#/components/schemas/Time"},
    "position": {"$ref": "#/components/schemas/Position"},
    "versions": {"type": "array", "items": {"$ref": "#/components/schemas/VersionSummary"}}}},
"HistoryPage": {"type": "object", "required": ["events", "next"],
  "properties": {
    "events": {"type": "array", "items": {"$ref": "#/components/schemas/HistoryEvent"}},
    "next": {"type": ["integer", "null"], "description": "Give it as `after`; null: the end."}}},
"HistoryEvent": {"type": "object", "required": ["position", "time", "actor", "command", "type"],
  "description": "What is there besides depends on the type.",
  "properties": {
    "position": {"$ref": "#/components/schemas/Position"},
    "time": {"$ref": "#/components/schemas/Time"},
    "actor": {"type": ["string", "null"], "description": "null: the operators of the site."},
    "command": {"type": "string"}, "type": {"type": "string"}}}
})json";

constexpr std::string_view outcomes = R"json({
"CodelistCreated": {"type": "object",
  "required": ["id", "owner", "slug", "name", "coding_system", "version", "position"],
  "properties": {
    "id": {"type": "integer"}, "owner": {"$ref": "#/components/schemas/Owner"},
    "slug": {"type": "string"}, "name": {"type": "string"}, "coding_system": {"type": "string"},
    "version": {"$ref": "#/components/schemas/NewVersionSummary"},
    "position": {"$ref": "#/components/schemas/Position"}}},
"NewVersionSummary": {"type": "object",
  "required": ["hash", "id", "tag", "status", "release", "codes_count"],
  "properties": {
    "hash": {"$ref": "#/components/schemas/Hash"}, "id": {"type": "integer"},
    "tag": {"type": ["string", "null"]}, "status": {"$ref": "#/components/schemas/VersionStatus"},
    "release": {"type": "string"}, "codes_count": {"type": "integer"}}},
"VersionCreated": {"type": "object",
  "required": ["hash", "id", "tag", "status", "release", "codes_count", "position"],
  "properties": {
    "hash": {"$ref": "#/components/schemas/Hash"}, "id": {"type": "integer"},
    "tag": {"type": ["string", "null"]}, "status": {"$ref": "#/components/schemas/VersionStatus"},
    "release": {"type": "string"}, "codes_count": {"type": "integer"},
    "position": {"$ref": "#/components/schemas/Position"}}},
"DmdConverted": {"type": "object", "required": ["codelist", "version", "position"],
  "properties": {
    "codelist": {"type": "object", "required": ["id", "owner", "slug", "name", "is_new"],
      "properties": {
        "id": {"type": "integer"}, "owner": {"$ref": "#/components/schemas/Owner"},
        "slug": {"type": "string"}, "name": {"type": "string"},
        "is_new": {"type": "boolean", "description": "Made now, with this version as its first."}}},
    "version": {"$ref": "#/components/schemas/NewVersionSummary"},
    "position": {"$ref": "#/components/schemas/Position"}}},
"CodelistChanged": {"type": "object", "required": ["owner", "slug", "name", "position"],
  "properties": {
    "owner": {"$ref": "#/components/schemas/Owner"}, "slug": {"type": "string"},
    "name": {"type": "string"}, "position": {"$ref": "#/components/schemas/Position"}}},
"CollaboratorChanged": {"type": "object", "required": ["username", "position"],
  "properties": {"username": {"type": "string"},
                 "position": {"$ref": "#/components/schemas/Position"}}},
"Deleted": {"type": "object", "required": ["deleted", "position"],
  "properties": {
    "deleted": {"type": "object", "required": ["versions", "codelist"],
      "properties": {
        "versions": {"type": "array", "items": {"$ref": "#/components/schemas/Hash"}},
        "codelist": {"type": "boolean", "description": "The codelist is gone too."}}},
    "position": {"$ref": "#/components/schemas/Position"}}},
"VersionStatusChanged": {"type": "object", "required": ["hash", "status", "deleted", "position"],
  "properties": {
    "hash": {"$ref": "#/components/schemas/Hash"},
    "status": {"$ref": "#/components/schemas/VersionStatus"},
    "deleted": {"type": "array", "description": "Unpublished versions that went with it.",
                "items": {"$ref": "#/components/schemas/Hash"}},
    "position": {"$ref": "#/components/schemas/Position"}}},
"SearchAdded": {"type": "object", "required": ["id", "codes", "added", "position"],
  "properties": {
    "id": {"type": "integer"},
    "codes": {"$ref": "#/components/schemas/Codes", "description": "All that it found."},
    "added": {"$ref": "#/components/schemas/Codes", "description": "Those new to the draft."},
    "position": {"$ref": "#/components/schemas/Position"}}},
"StatusesChanged": {"type": "object", "required": ["changed", "position"],
  "properties": {
    "changed": {"$ref": "#/components/schemas/ChangedStatuses"},
    "position": {"$ref": "#/components/schemas/Position"}}}
})json";

}  // namespace

const nlohmann::json& schemas() {
  static const nlohmann::json all = [] {
    nlohmann::json together = nlohmann::json::object();
    for (const std::string_view part : {words, requests, answers, outcomes}) {
      together.update(nlohmann::json::parse(part));
    }
    return together;
  }();
  return all;
}

}  // namespace codelog::api
