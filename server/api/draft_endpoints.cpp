// The steps of building a draft: search, decide, undo.
#include "events/base/code_status.h"
#include "server/api/endpoints.h"
#include "server/api/outcome.h"
#include "server/api/paths.h"
#include "server/api/precondition.h"
#include "server/api/render.h"

namespace codelog::api {
namespace {

using http::Method;
using Json = nlohmann::json;

// The answer when the draft already has this search.
http::Response known_search(const Views& views, base::VersionId draft,
                            const commands::DraftCommands::SearchOutcome& known) {
  const auto record = views.search(draft, known.id);
  JsonWriter json;
  json.begin_object().field("id", std::uint64_t{known.id.value()}).key("codes");
  write_texts(record ? record->search.codes : std::vector<std::string>(), json);
  json.key("added").begin_array().end_array();
  json.field("position", views.checkpoint().value()).end_object();
  return http::json_text(200, json.take());
}

Result<Outcome> add_search(const WriteCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  if (auto refused = failed_precondition(call, *id)) return Outcome(std::move(*refused));
  const bool by_term = call.body.contains("term");
  if (by_term == call.body.contains("code")) {
    return base::field_error(ErrorCode::invalid, "term", "give exactly one of term and code");
  }
  commands::AddSearch command{.kind = by_term ? events::SearchKind::term : events::SearchKind::code,
                              .text = call.body.at(by_term ? "term" : "code")};
  if (call.body.contains("mode")) {
    const auto mode = base::parse_search_mode(call.body.at("mode").get_ref<const std::string&>());
    CODELOG_CHECK(mode.has_value(), "a mode that the schema lets through");
    command.mode = *mode;
  }
  if (call.body.contains("types")) command.types = call.body.at("types");
  if (call.body.contains("active")) command.active = call.body.at("active").get<bool>();
  auto outcome = call.application.drafts().add_search(call.write, *id, command);
  if (!outcome) return outcome.error();
  if (outcome->commit) return Outcome(std::move(*outcome->commit));
  return Outcome(known_search(call.views(), *id, *outcome));
}

Result<Commit> remove_search(const WriteCall& call, base::VersionId draft) {
  const auto search = search_id_in_path(call.path);
  if (!search) return search.error();
  return call.application.drafts().remove_search(call.write, draft, *search);
}

// A base position beyond the head is refused: no client can have seen it, and accepting it would
// overwrite later decisions of others.
Result<void> check_base_position(const WriteCall& call, base::Position position,
                                 std::string_view field) {
  const base::Position head = call.application.site().log.head().position;
  if (position <= head) return {};
  return base::field_error(ErrorCode::invalid, std::string(field),
                           "is after the end of the log, at " + std::to_string(head.value()));
}

// The state that the client has seen: base_position in the body, or the position in If-Match.
Result<std::optional<base::Position>> seen_position(const WriteCall& call) {
  auto seen = position_in_if_match(call.request);
  if (!seen) return seen.error();
  if (*seen) {
    const auto good = check_base_position(call, **seen, "If-Match");
    if (!good) return good.error();
  }
  if (!call.body.contains("base_position")) return seen;
  const base::Position position(call.body.at("base_position").get<std::uint64_t>());
  if (*seen && **seen != position) {
    return base::field_error(ErrorCode::invalid, "base_position",
                             "is another position than If-Match gives");
  }
  const auto good = check_base_position(call, position, "base_position");
  if (!good) return good.error();
  return std::optional(position);
}

Result<Commit> undo(const WriteCall& call, base::VersionId draft) {
  const auto seen = seen_position(call);
  if (!seen) return seen.error();
  return call.application.drafts().undo(call.write, draft, *seen);
}

Result<Commit> redo(const WriteCall& call, base::VersionId draft) {
  const auto seen = seen_position(call);
  if (!seen) return seen.error();
  return call.application.drafts().redo(call.write, draft, *seen);
}

Result<Commit> reapply(const WriteCall& call, base::VersionId draft) {
  return call.application.drafts().reapply(call.write, draft);
}

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

Result<Outcome> change_statuses(const WriteCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  commands::ChangeStatuses command;
  for (const Json& update : call.body.at("updates")) {
    const auto status = base::parse_code_status(update.at(1).get_ref<const std::string&>());
    CODELOG_CHECK(status.has_value(), "a status that the schema lets through");
    command.updates.push_back({update.at(0), *status});
  }
  command.reason = call.body.value("reason", "");
  const auto seen = seen_position(call);
  if (!seen) return seen.error();
  command.base_position = *seen;
  auto commit = call.application.drafts().change_statuses(call.write, *id, command);
  if (commit) return Outcome(std::move(*commit));
  const Error& error = commit.error();
  if (error.code == ErrorCode::conflict && !error.fields.empty()) {
    return Outcome(conflict_response(call, *id, error));
  }
  return error;
}

struct PostedStep {
  std::string_view path;
  std::string_view id;
  std::string_view summary;
  std::string_view body;
};

Endpoint post_step(const PostedStep& step, Act act) {
  Endpoint endpoint;
  endpoint.method = Method::post;
  endpoint.path = step.path;
  endpoint.id = step.id;
  endpoint.summary = step.summary;
  endpoint.body = step.body;
  endpoint.body_is_optional = true;
  endpoint.takes_if_match = true;
  endpoint.answer = "StatusesChanged";
  endpoint.act = std::move(act);
  endpoint.render = statuses_changed;
  return endpoint;
}

}  // namespace

std::vector<Endpoint> draft_endpoints() {
  return {
      {.method = Method::post,
       .path = "/api/v2/versions/{hash}/searches",
       .id = "addSearch",
       .summary = "Add the codes of a search to a draft, undecided.",
       .body = "NewSearch",
       .answer = "SearchAdded",
       .status = 201,
       .or_200_when = "The draft had this search already.",
       .takes_if_match = true,
       .act = add_search,
       .render = search_added},
      {.method = Method::delete_,
       .path = "/api/v2/versions/{hash}/searches/{id}",
       .id = "removeSearch",
       .summary = "Remove a search, and the codes that only it found and nobody included.",
       .answer = "StatusesChanged",
       .takes_if_match = true,
       .act = on_version(remove_search),
       .render = statuses_changed},
      {.method = Method::patch,
       .path = "/api/v2/versions/{hash}/statuses",
       .id = "changeStatuses",
       .summary =
           "Include or exclude any codes of the release, or clear them. 409 if somebody else "
           "has decided one since.",
       .body = "StatusUpdates",
       .answer = "StatusesChanged",
       .takes_if_match = true,
       .act = change_statuses,
       .render = statuses_changed},
      post_step({.path = "/api/v2/versions/{hash}/undo",
                 .id = "undo",
                 .summary = "Take the draft's last step back. 409 if another user made it and "
                            "base_position does not include it.",
                 .body = "StepBase"},
                on_version(undo)),
      post_step({.path = "/api/v2/versions/{hash}/redo",
                 .id = "redo",
                 .summary = "Do the step again that was undone last. 409 if another user undid it "
                            "and base_position does not include that.",
                 .body = "StepBase"},
                on_version(redo)),
      post_step({.path = "/api/v2/versions/{hash}/reapply",
                 .id = "reapply",
                 .summary = "Compute every inherited status again from the decided ones.",
                 .body = "Nothing"},
                on_version(reapply)),
  };
}

}  // namespace codelog::api
