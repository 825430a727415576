// Deciding codes of a draft: by name, or all that meet some conditions.
#include "events/base/code_status.h"
#include "server/api/endpoints.h"
#include "server/api/outcome.h"
#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/api/precondition.h"
#include "server/api/render.h"
#include "server/json/json_reader.h"
#include "server/trees/trees.h"

namespace codelog::api {
namespace {

using base::CodeStatus;
using http::Method;
using Json = nlohmann::json;

// 409 with others' decisions, and the position to continue from once the user has seen them.
http::Response conflict_response(const WriteCall& call, base::VersionId id, const Error& error) {
  const auto version = call.views().version(id);
  Json body = {{"title", std::string(http::reason_phrase(409))},
               {"status", 409},
               {"detail", error.detail},
               {"changed", Json::object()},
               {"request_id", call.request.request_id}};
  for (const base::FieldError& code : error.fields) body["changed"][code.field] = code.detail;
  if (version) body["position"] = version->changed_at.value();
  http::Response response = http::json(409, body);
  response.content_type = "application/problem+json";
  return response;
}

CodeStatus status_of(const Json& text) {
  const auto status = base::parse_code_status(text.get_ref<const std::string&>());
  CODELOG_CHECK(status.has_value(), "a status that the schema lets through");
  return *status;
}

std::optional<std::string> text_in(const Json& object, const char* name) {
  if (!object.contains(name)) return std::nullopt;
  return object.at(name).get<std::string>();
}

Result<commands::Selection> selection_in(const Json& body) {
  if (!body.contains("to")) {
    return base::field_error(ErrorCode::invalid, "to", "is missing: what becomes of the codes");
  }
  const Json& select = body.at("select");
  commands::Selection selection;
  selection.to = status_of(body.at("to"));
  selection.keep_decisions = body.value("keep_decisions", true);
  selection.type = text_in(select, "type");
  selection.under = text_in(select, "under");
  if (select.contains("search")) {
    const auto id = select.at("search").get<std::int64_t>();
    if (id < 0 || id > std::int64_t{UINT32_MAX}) {
      return base::field_error(ErrorCode::invalid, "select.search", "the draft has no such search");
    }
    selection.search = base::SearchId(static_cast<std::uint32_t>(id));
  }
  if (select.contains("status")) {
    for (const Json& status : select.at("status")) selection.statuses.push_back(status_of(status));
  }
  if (select.contains("codes")) {
    selection.codes = select.at("codes").get<std::vector<std::string>>();
  }
  return selection;
}

Result<commands::ChangeStatuses> command_in(const Json& body) {
  commands::ChangeStatuses command;
  command.reason = body.value("reason", "");
  if (body.contains("select") == body.contains("updates")) {
    return base::field_error(ErrorCode::invalid, "updates",
                             "give exactly one of updates and select");
  }
  if (body.contains("select")) {
    auto selection = selection_in(body);
    if (!selection) return selection.error();
    command.selection = std::move(*selection);
    return command;
  }
  for (const char* field : {"to", "keep_decisions"}) {
    if (body.contains(field)) {
      return base::field_error(ErrorCode::invalid, field, "is only allowed with select");
    }
  }
  for (const Json& update : body.at("updates")) {
    command.updates.push_back({update.at(0), status_of(update.at(1))});
  }
  return command;
}

bool asks_for_crc(const Json& body) { return body.value("answer", "") == "crc"; }

// For the answer: most often the draft is still as the commit has left it.
void note_checksums(const WriteCall& call, base::VersionId id, const Commit& commit) {
  const Views views = call.application.views();
  const auto version = views.version(id);
  if (!version || version->changed_at > commit.position) return;
  const auto codes = trees::codes_now(call.application.drafts(), views, *version);
  if (!codes) return;
  trees::Trees& trees = call.application.trees();
  trees.note(id, commit.position, trees.checksums_of(*codes));
}

Result<Outcome> change_statuses(const WriteCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  auto command = command_in(call.body);
  if (!command) return command.error();
  const auto seen = seen_position(call);
  if (!seen) return seen.error();
  command->base_position = *seen;
  auto commit = call.application.drafts().change_statuses(call.write, *id, *command);
  if (commit) {
    if (asks_for_crc(call.body)) note_checksums(call, *id, *commit);
    return Outcome(std::move(*commit));
  }
  const Error& error = commit.error();
  if (error.code == ErrorCode::conflict && !error.fields.empty()) {
    return Outcome(conflict_response(call, *id, error));
  }
  return error;
}

// Of the draft as the commit left it, read from the log: another commit came between, or a request
// is repeated.
Result<trees::Checksums> checksums_then(const WriteCall& call, base::VersionId id,
                                        const Commit& commit) {
  const commands::Site& site = call.application.site();
  const Views now = call.application.views();
  const auto codelist = now.codelist_of_version(id);
  if (!codelist) return Error{ErrorCode::not_found, "there is no such version", {}};
  const auto store =
      projections::views_as_of(site.log, now.store(), {*codelist, commit.position, id});
  if (!store) return store.error();
  const Views then((*store)->reader());
  const auto version = version_in_path(then, call.path);
  if (!version) return version.error();
  const auto codes = trees::read_codes(site, then, *version);
  if (!codes) return codes.error();
  return trees::Trees().checksums_of(*codes);
}

// A repeated request comes without its body's JSON.
Json body_of(const WriteCall& call) {
  if (!call.body.is_null()) return call.body;
  auto body = codelog::json::parse_json(call.request.body, codelog::json::DuplicateKeys::refused);
  return body ? std::move(*body) : Json::object();
}

http::Response answer(const WriteCall& call, const Commit& commit) {
  if (!asks_for_crc(body_of(call))) return statuses_changed(call, commit);
  const auto id = version_id_in_path(call.path);
  if (!id) return endpoints::problem_of(call.request, id.error());
  auto checksums = call.application.trees().noted(*id, commit.position);
  if (!checksums) {
    auto then = checksums_then(call, *id, commit);
    if (!then) return endpoints::problem_of(call.request, then.error());
    checksums = std::move(*then);
  }
  JsonWriter json;
  json.begin_object().field("changed_count", std::uint64_t{commands::changes_of(commit).size()});
  json.field("statuses_crc", checksums->statuses_crc).field("shape", checksums->shape);
  json.field("position", commit.position.value()).end_object();
  return http::json_text(200, json.take());
}

}  // namespace

std::vector<Endpoint> status_endpoints() {
  return {{.method = Method::patch,
           .path = "/api/v2/versions/{hash}/statuses",
           .id = "changeStatuses",
           .summary = "Include or exclude any codes of the release, or clear them; or all codes of "
                      "the draft that meet some conditions. 409 if somebody else has decided one "
                      "since.",
           .body = "StatusUpdates",
           .answer = "StatusesDecided",
           .takes_if_match = true,
           .act = change_statuses,
           .render = answer}};
}

}  // namespace codelog::api
