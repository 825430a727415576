// The steps of building a draft: search, undo. (Deciding: status_endpoints.cpp.)
#include "server/api/endpoints.h"
#include "server/api/outcome.h"
#include "server/api/paths.h"
#include "server/api/precondition.h"
#include "server/api/render.h"

namespace codelog::api {
namespace {

using http::Method;

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

Result<Commit> undo(const WriteCall& call, base::VersionId draft) {
  const auto seen = seen_position(call);
  if (!seen) return seen.error();
  commands::DraftCommands& drafts = call.application.drafts();
  const bool is_own = call.body.value("mine", false);
  if (call.body.contains("step") && !is_own) {
    return base::field_error(ErrorCode::invalid, "step", "is only allowed with mine: true");
  }
  if (!is_own) return drafts.undo(call.write, draft, *seen);
  std::optional<base::Position> own;
  if (call.body.contains("step")) own = base::Position(call.body.at("step").get<std::uint64_t>());
  return drafts.undo_own(call.write, draft, own);
}

Result<Commit> redo(const WriteCall& call, base::VersionId draft) {
  const auto seen = seen_position(call);
  if (!seen) return seen.error();
  return call.application.drafts().redo(call.write, draft, *seen);
}

Result<Commit> reapply(const WriteCall& call, base::VersionId draft) {
  return call.application.drafts().reapply(call.write, draft);
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
      post_step({.path = "/api/v2/versions/{hash}/undo",
                 .id = "undo",
                 .summary = "Take the draft's last step back. 409 if another user made it and "
                            "base_position does not include it. Or take a step of your own back, "
                            "wherever it is; 409 if a later step builds on it.",
                 .body = "Undoing"},
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
