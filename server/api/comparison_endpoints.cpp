// Comparing the codes of two to eight versions, codelists or moments.
#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/render.h"
#include "server/files/compared_sides.h"

namespace codelog::api {
namespace {

constexpr std::size_t compared_row_bytes = 96;  // approximate, as JSON; for reserving memory

void write_sides(files::SideMask in, std::size_t sides_count, JsonWriter& json) {
  json.begin_array();
  for (std::size_t i = 0; i < sides_count; ++i) {
    if (((in >> i) & 1u) != 0) json.value(std::uint64_t{i});
  }
  json.end_array();
}

void write_side(const files::NamedSide& name, const files::DiffSide& side, JsonWriter& json) {
  const VersionRecord& version = name.version;
  json.begin_object().field("hash", base::version_hash(version.id)).field("tag", version.tag);
  json.field("status", events::to_string(version.status)).field("release", version.release);
  json.key("as_of");
  name.as_of ? json.value(name.as_of->value()) : json.null();
  json.key("codelist");
  write_handle(name.codelist.handle(), json);
  json.field("codes_count", std::uint64_t{side.codes.size()}).end_object();
}

Result<files::ComparedSides> compared_in(const ReadCall& call) {
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  return files::compare_sides(call.application.site(), call.views,
                              call.body.at("of").get<std::vector<std::string>>());
}

Result<http::Response> compare_versions(const ReadCall& call) {
  const auto compared = compared_in(call);
  if (!compared) return compared.error();
  const std::size_t sides_count = compared->names.size();
  JsonWriter json;
  json.begin_object().key("sides").begin_array();
  for (std::size_t i = 0; i < sides_count; ++i) {
    write_side(compared->names[i], *compared->comparison.sides[i], json);
  }
  json.end_array().key("regions").begin_array();
  for (const files::Region& region : compared->comparison.regions) {
    json.begin_object().key("in");
    write_sides(region.in, sides_count, json);
    json.field("codes_count", std::uint64_t{region.codes_count}).end_object();
  }
  json.end_array().field("codes_count", std::uint64_t{compared->comparison.codes.size()});
  json.field("position", call.views.checkpoint().value()).end_object();
  return http::json_text(200, json.take());
}

// The region that the request names.
Result<files::SideMask> region_in(const ReadCall& call, std::size_t sides_count) {
  files::SideMask region = 0;
  for (const auto& side : call.body.at("region")) {
    const auto number = side.get<std::size_t>();
    if (number >= sides_count) {
      return base::field_error(ErrorCode::invalid, "region",
                               "has the side " + std::to_string(number) + ", but `of` has only " +
                                   std::to_string(sides_count));
    }
    region = static_cast<files::SideMask>(region | (1u << number));
  }
  return region;
}

Result<http::Response> list_region(const ReadCall& call) {
  const auto region = region_in(call, call.body.at("of").size());
  if (!region) return region.error();
  const auto compared = compared_in(call);
  if (!compared) return compared.error();
  const auto offset = call.body.value("offset", std::uint64_t{0});
  const auto limit = call.body.value("limit", std::uint64_t{200});
  std::uint64_t total = 0;
  JsonWriter json(codelog::json::JsonStyle::compact, 64 + limit * compared_row_bytes);
  json.begin_object().key("rows").begin_array();
  for (const files::ComparedCode& code : compared->comparison.codes) {
    if (code.in != *region) continue;
    const std::uint64_t number = total++;
    if (number < offset || number - offset >= limit) continue;
    json.begin_array().value(code.code).value(term_of(compared->comparison, code)).end_array();
  }
  json.end_array().field("total", total).end_object();
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> comparison_endpoints() {
  return {{.method = http::Method::post,
           .path = "/api/v2/comparisons",
           .id = "compareVersions",
           .summary = "Compare the codes of two to eight versions, codelists or moments of one "
                      "coding system: how many are in exactly which of them.",
           .body = "ComparisonRequest",
           .answer = "Comparison",
           .read = compare_versions},
          {.method = http::Method::post,
           .path = "/api/v2/comparisons/rows",
           .id = "listComparedCodes",
           .summary = "The codes that are in exactly these sides of a comparison, by code.",
           .body = "RegionRequest",
           .answer = "RegionRows",
           .read = list_region}};
}

}  // namespace codelog::api
