#include "server/api/site_schemas.h"

namespace codelog::api {

const std::string_view site_schemas = R"json({
"Site": {"type": "object", "required": ["name", "read_only", "position", "features", "limits"],
  "properties": {
    "name": {"type": "string"},
    "read_only": {"type": ["object", "null"], "required": ["since", "reason"],
      "description": "While the site takes no changes.",
      "properties": {"since": {"type": "string"}, "reason": {"type": "string"}}},
    "position": {"$ref": "#/components/schemas/Position"},
    "features": {"type": "array", "items": {"type": "string"},
      "description": "registration (anybody may register), single_sign_on, mail."},
    "limits": {"type": "object", "required": ["brought_codes", "searches", "markdown_bytes"],
      "properties": {
        "brought_codes": {"type": "integer",
          "description": "New codes that one request may bring into a draft."},
        "searches": {"type": "integer", "description": "Searches of a draft."},
        "markdown_bytes": {"type": "integer", "description": "Of Markdown to be shown."}}}}},
"MarkdownText": {"type": "object", "required": ["markdown"], "additionalProperties": false,
  "properties": {"markdown": {"type": "string"}}},
"RenderedMarkdown": {"type": "object", "required": ["html"],
  "properties": {"html": {"type": "string"}}}
})json";

}  // namespace codelog::api
