// Two versions compared.
#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/files/version_diff.h"

namespace codelog::api {
namespace {

constexpr std::size_t diff_row_bytes = 96;  // approximate, as JSON; for reserving memory

void write_diff_side(const Views& views, const VersionRecord& version, const files::DiffSide& side,
                     JsonWriter& json) {
  json.begin_object().field("hash", base::version_hash(version.id)).field("tag", version.tag);
  json.field("status", events::to_string(version.status)).field("release", version.release);
  json.key("codelist");
  write_handle(views.codelist_of(version).handle(), json);
  json.field("codes_count", std::uint64_t{side.codes.size()}).end_object();
}

void write_diff_code(const files::DiffCode& code, JsonWriter& json) {
  json.field("code", code.code).field("term", code.term);
}

void write_diff_part(const files::DiffPart& part, JsonWriter& json) {
  json.begin_object().key("codes").begin_array();
  for (const std::string_view code : part.codes) json.value(code);
  json.end_array().key("groups").begin_array();
  for (const files::DiffGroup& group : part.groups) {
    json.begin_object();
    write_diff_code(group.top, json);
    json.key("descendants").begin_array();
    for (const files::DiffCode& code : group.descendants) {
      json.begin_object();
      write_diff_code(code, json);
      json.end_object();
    }
    json.end_array().end_object();
  }
  json.end_array().end_object();
}

Result<http::Response> diff_versions(const ReadCall& call) {
  const auto left = version_in_path(call.views, call.path);
  if (!left) return left.error();
  const auto id = base::parse_version_hash(call.path["other"]);
  const auto right = id ? call.views.version(*id) : std::nullopt;
  if (!right) return Error{ErrorCode::not_found, "there is no such other version", {}};
  const std::string system = call.views.codelist_of(*left).coding_system;
  const std::string other_system = call.views.codelist_of(*right).coding_system;
  if (system != other_system) {
    return Error{ErrorCode::invalid,
                 "the versions are of two coding systems, " + system + " and " + other_system,
                 {}};
  }
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto diff = files::diff_versions(call.application.site(), call.views, *left, *right);
  if (!diff) return diff.error();
  const std::size_t codes_count = diff->left->codes.size() + diff->right->codes.size();
  JsonWriter json(codelog::json::JsonStyle::compact, 1024 + codes_count * diff_row_bytes);
  json.begin_object().key("left");
  write_diff_side(call.views, *left, *diff->left, json);
  json.key("right");
  write_diff_side(call.views, *right, *diff->right, json);
  json.key("left_only");
  write_diff_part(diff->left_only, json);
  json.key("right_only");
  write_diff_part(diff->right_only, json);
  json.key("common");
  write_diff_part(diff->common, json);
  json.end_object();
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> diff_endpoints() {
  return {{.method = http::Method::get,
           .path = "/api/v2/versions/{hash}/diff/{other}",
           .id = "diffVersions",
           .summary = "Compare the codes of two versions of one coding system.",
           .answer = "VersionDiff",
           .read = diff_versions}};
}

}  // namespace codelog::api
