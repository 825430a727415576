// Converting codes to another coding system, and BNF codelists to dm+d.
#include <algorithm>

#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/outcome.h"
#include "server/api/paths.h"
#include "server/api/precondition.h"
#include "server/api/render.h"
#include "server/files/conversions.h"

namespace codelog::api {
namespace {

using http::Method;

constexpr std::size_t row_bytes = 160;  // approximate, as JSON; for reserving memory

Result<http::Response> convert_codes(const ReadCall& call) {
  const auto codes = call.body.at("codes").get<std::vector<std::string>>();
  auto conversion = files::convert_codes(call.application.site(), call.views,
                                         call.body.at("from").get<std::string>(),
                                         call.body.at("to").get<std::string>(), codes);
  if (!conversion) return conversion.error();
  // This answer does not list pairs of terms, so equal rows are merged.
  const auto again = std::ranges::unique(conversion->rows);
  conversion->rows.erase(again.begin(), again.end());
  JsonWriter json(codelog::json::JsonStyle::compact, 64 + conversion->rows.size() * row_bytes);
  json.begin_object().key("mappings").begin_array();
  for (const files::ConvertedCode& row : conversion->rows) {
    json.begin_object().field("from", row.from_code).field("from_term", row.from_term);
    json.field("to", row.to_code).field("to_term", row.to_term).key("to_active");
    row.is_to_active ? json.value(*row.is_to_active) : json.null();
    json.end_object();
  }
  json.end_array().key("unmapped");
  write_texts(conversion->unmapped, json);
  json.end_object();
  return http::json_text(200, json.take());
}

Result<Outcome> convert_to_dmd(const WriteCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  if (auto refused = failed_precondition(call, *id)) return Outcome(std::move(*refused));
  auto commit = call.application.dmd_conversions().convert(call.write, *id);
  if (!commit) return commit.error();
  return Outcome(std::move(*commit));
}

}  // namespace

std::vector<Endpoint> conversion_endpoints() {
  return {
      {.method = Method::post,
       .path = "/api/v2/conversions",
       .id = "convertCodes",
       .summary = "Convert codes to another coding system; lists codes without a mapping.",
       .body = "ConversionRequest",
       .answer = "ConvertedCodes",
       .body_bytes_max = endpoints::large_body_bytes_max,
       .read = convert_codes},
      {.method = Method::post,
       .path = "/api/v2/versions/{hash}/dmd-conversion",
       .id = "convertVersionToDmd",
       .summary = "Make a dm+d codelist from a BNF version, or a new version of the existing one.",
       .body = "Nothing",
       .answer = "DmdConverted",
       .status = 201,
       .body_is_optional = true,
       .takes_if_match = true,
       .act = convert_to_dmd,
       .render = dmd_converted},
  };
}

}  // namespace codelog::api
