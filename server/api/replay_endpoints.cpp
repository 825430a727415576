// A codelist's states one after the other, for a slider.
#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/history.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/commands/version_contents.h"
#include "server/history/replay.h"

namespace codelog::api {
namespace {

using history::Replay;
using http::Method;

constexpr std::uint64_t replay_steps_default = 50;

constexpr endpoints::Parameter replay_from{
    "from", R"({"type": "integer", "minimum": 1})",
    "The position of the state to begin with, or the `next` of the page before; without it, the "
    "first state, or with direction=backward the last."};
constexpr endpoints::Parameter replay_direction{
    "direction", R"({"enum": ["forward", "backward"]})",
    "forward (the default): the commits after the state. backward: the commit that made it, and "
    "those before; taking back each one's changes gives the state before."};
constexpr endpoints::Parameter replay_version{
    "version", R"({"$ref": "#/components/schemas/Hash"})",
    "The version whose codes the state shows; otherwise the one that was changed last."};

void write_searches(std::string_view name, const std::vector<events::SearchWithResults>& searches,
                    base::VersionId version, JsonWriter& json) {
  if (searches.empty()) return;
  json.key(name).begin_array();
  for (const auto& search : searches) write_search({version, search}, json);
  json.end_array();
}

void write_version(const VersionRecord& version, JsonWriter& json) {
  json.begin_object();
  write_version_fields(version, json);
  json.end_object();
}

void write_version_step(const history::VersionStep& step, JsonWriter& json) {
  json.begin_object().field("hash", base::version_hash(step.version)).field("made", step.is_made);
  json.key("after");
  step.after ? write_version(*step.after, json) : static_cast<void>(json.null());
  json.key("changes").begin_object();
  for (const base::CodeChange& change : step.effect.changes) {
    json.key(change.code).begin_array();
    const auto write = [&](const std::optional<base::CodeStatus>& status) {
      status ? json.value(base::to_string(*status)) : json.null();
    };
    write(change.before);
    write(change.after);
    json.end_array();
  }
  json.end_object();
  write_searches("searches_added", step.effect.searches_added, step.version, json);
  write_searches("searches_removed", step.effect.searches_removed, step.version, json);
  json.end_object();
}

Result<void> write_shown_version(const Views& views, const VersionRecord& version,
                                 JsonWriter& json) {
  json.begin_object().field("hash", base::version_hash(version.id)).key("statuses");
  json.begin_object();
  if (version.has_csv_data) {
    const auto codes = commands::included_codes(views, version);
    if (!codes) return codes.error();
    for (const std::string& code : *codes) {
      json.field(code, base::to_string(base::CodeStatus::included));
    }
  } else {
    for (const auto& code : views.codes(version.id)) {
      json.field(code.code, base::to_string(code.status));
    }
  }
  json.end_object().key("searches").begin_array();
  for (const auto& search : views.searches(version.id)) write_search(search, json);
  json.end_array().end_object();
  return {};
}

Result<void> write_state(const Replay& replay, base::CodelistId codelist, JsonWriter& json) {
  const Views views(replay.state->reader());
  json.begin_object().field("position", replay.position.value()).key("codelist");
  const auto record = views.codelist(codelist);
  if (record) {
    json.begin_object();
    write_handle_fields(record->handle(), json);
    json.field("description", record->description).field("methodology", record->methodology);
    json.key("tags");
    write_texts(record->tags, json);
    json.end_object();
  } else {
    json.null();
  }
  json.key("versions").begin_array();
  for (const VersionRecord& version : views.versions_of(codelist)) write_version(version, json);
  json.end_array().key("version");
  if (replay.version) {
    const auto written = write_shown_version(views, *replay.version, json);
    if (!written) return written;
  } else {
    json.null();
  }
  json.end_object();
  return {};
}

void write_step(const history::ReplayStep& step, JsonWriter& json) {
  json.begin_object().field("position", step.position.value());
  write_step_fields({step.position, step.time, step.actor, step.command, step.deeds}, json);
  json.key("versions").begin_array();
  for (const history::VersionStep& version : step.versions) write_version_step(version, json);
  json.end_array().end_object();
}

Result<history::ReplayQuery> replay_query(const ReadCall& call) {
  const http::Parameters& asked = call.request.query();
  history::ReplayQuery query;
  const auto from = number_in_query(call.request, "from", 0, {1, UINT64_MAX});
  if (!from) return from.error();
  if (asked.has("from")) query.from = base::Position(*from);
  const auto limit =
      number_in_query(call.request, "limit", replay_steps_default, {1, history::replay_steps_max});
  if (!limit) return limit.error();
  query.steps_max = *limit;
  const std::string_view direction = asked.get("direction", "forward");
  if (direction != "forward" && direction != "backward") {
    return base::field_error(ErrorCode::invalid, "direction", "must be forward or backward");
  }
  if (direction == "backward") query.direction = events::Direction::backward;
  if (asked.has("version")) {
    query.version = base::parse_version_hash(asked.get("version"));
    if (!query.version) {
      return base::field_error(ErrorCode::invalid, "version", "must be the hash of a version");
    }
  }
  return query;
}

Result<http::Response> get_replay(const ReadCall& call) {
  const auto codelist = codelist_in_path(call.views, call.path);
  if (!codelist) return codelist.error();
  const auto query = replay_query(call);
  if (!query) return query.error();
  const auto place = call.application.begin_long_read();
  if (!place) return place.error();
  const auto replay =
      history::read_replay(call.application.site().log, call.views, codelist->id, *query);
  if (!replay) return replay.error();
  JsonWriter json;
  json.begin_object().key("state");
  const auto written = write_state(*replay, codelist->id, json);
  if (!written) return written.error();
  json.key("steps").begin_array();
  for (const history::ReplayStep& step : replay->steps) write_step(step, json);
  json.end_array().key("next");
  replay->next ? json.value(replay->next->value()) : json.null();
  json.end_object();
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> replay_endpoints() {
  return {{.method = Method::get,
           .path = "/api/v2/codelists/{owner_kind}/{owner}/{slug}/replay",
           .id = "getReplay",
           .summary = "A codelist's states one after the other: a full state, and then what each "
                      "commit changed. A page ends early when it gets long.",
           .query = {replay_from, parameters::limit, replay_direction, replay_version},
           .answer = "Replay",
           .read = get_replay}};
}

}  // namespace codelog::api
