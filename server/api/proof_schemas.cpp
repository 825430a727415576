#include "server/api/proof_schemas.h"

namespace codelog::api {

const std::string_view proof_schemas = R"json({
"ContentDigest": {"type": ["string", "null"], "minLength": 64, "maxLength": 64,
  "description": "SHA-256 of a finished version's codes or table in canonical form."},
"DownloadDigest": {"type": ["string", "null"], "minLength": 64, "maxLength": 64,
  "description": "SHA-256 of download.csv when the version was finished last; null: no file."},
"NewSignOff": {"type": "object", "additionalProperties": false,
  "properties": {
    "content_digest": {"type": "string", "minLength": 64, "maxLength": 64,
                       "description": "Of what was read; other content is refused."}}},
"VersionSignedOff": {"type": "object", "required": ["user", "date", "content_digest", "position"],
  "properties": {
    "user": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "content_digest": {"$ref": "#/components/schemas/ContentDigest"},
    "position": {"$ref": "#/components/schemas/Position"}}},
"SignedOff": {"type": "array", "description": "Those who signed off these very contents.",
  "items": {"type": "object", "required": ["user", "date"],
    "properties": {"user": {"type": "string"}, "date": {"type": "string", "format": "date"}}}},
"SignOffStates": {"type": "array", "items": {"type": "object",
  "required": ["user", "date", "content_digest", "stale"],
  "properties": {
    "user": {"type": "string"}, "date": {"type": "string", "format": "date"},
    "content_digest": {"$ref": "#/components/schemas/ContentDigest"},
    "stale": {"type": ["boolean", "null"],
      "description":
        "True: made for other contents than the newest finished version's. null: not known."}}}},
"LogHash": {"type": "string", "description": "SHA-256 in Base64."},
"LogHashes": {"type": "array", "items": {"$ref": "#/components/schemas/LogHash"}},
"InclusionProof": {"type": "object",
  "required": ["position", "size", "commitment", "leaf_hash", "root", "proof"],
  "description": "RFC 6962, 2.1.1. The leaf of position p has the index p - 1.",
  "properties": {
    "position": {"$ref": "#/components/schemas/Position"},
    "size": {"$ref": "#/components/schemas/Position"},
    "commitment": {"$ref": "#/components/schemas/LogHash", "description": "The leaf's data."},
    "leaf_hash": {"$ref": "#/components/schemas/LogHash"},
    "root": {"$ref": "#/components/schemas/LogHash"},
    "proof": {"$ref": "#/components/schemas/LogHashes"}}},
"ConsistencyProof": {"type": "object",
  "required": ["from", "to", "from_root", "to_root", "proof"],
  "description": "RFC 6962, 2.1.2: the log of `to` commits begins with that of `from` commits.",
  "properties": {
    "from": {"type": "integer", "minimum": 0}, "to": {"type": "integer", "minimum": 0},
    "from_root": {"$ref": "#/components/schemas/LogHash"},
    "to_root": {"$ref": "#/components/schemas/LogHash"},
    "proof": {"$ref": "#/components/schemas/LogHashes"}}},
"Receipt": {"type": "string",
  "description": "A C2SP tlog-proof; its extra data is the commit that finished the version."}
})json";

}  // namespace codelog::api
