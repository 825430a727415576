// The steps of a draft that can be undone and redone, and reasons given for them afterwards.
#include <map>

#include "server/api/endpoints.h"
#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/api/precondition.h"
#include "server/api/render.h"
#include "server/api/version_codes.h"
#include "server/commands/draft_steps.h"

namespace codelog::api {
namespace {

using base::Position;
using http::Method;

constexpr std::uint64_t steps_default = 50;
constexpr std::uint64_t steps_max = 500;
// A step shows its first decisions.
constexpr std::size_t shown_updates_max = 10;

class StepWriter {
 public:
  StepWriter(const ReadCall& call, const Views& views, const projections::VersionRecord& version)
      : log_(call.application.site().log),
        version_(version),
        reasons_(views.reasons(version.id)),
        reader_(reader_of(call)) {}

  // The newest first.
  Result<void> write(std::string_view name, const std::vector<Position>& steps,
                     std::uint64_t limit) {
    json.field(std::string(name) + "_count", std::uint64_t{steps.size()});
    json.key(name).begin_array();
    for (auto step = steps.rbegin(); step != steps.rend() && limit > 0; ++step, --limit) {
      const auto commit = log_.read(*step);
      if (!commit) return commit.error();
      write_step(*commit);
    }
    json.end_array();
    return {};
  }

  JsonWriter json;

 private:
  void write_step(const Commit& commit) {
    const auto effect = commands::effect_of(commit, version_.id);
    json.begin_object().field("position", commit.position.value());
    json.field("time", base::format_timestamp(commit.content.time)).key("actor");
    commit.content.actor.empty() ? json.null() : json.value(commit.content.actor);
    json.field("mine", !reader_.empty() && commit.content.actor == reader_);
    json.field("command", commit.content.command);
    const std::string reason = reason_of(commit);
    if (!reason.empty()) json.field("reason", reason);
    if (effect) {
      json.field("changed_count", std::uint64_t{effect->changes.size()});
      json.field("confirmed_count", std::uint64_t{effect->settled.size()});
    }
    for (const events::Event& event : commit.content.events) write_details(event);
    json.end_object();
  }

  std::string reason_of(const Commit& commit) const {
    const auto given = reasons_.find(commit.position);
    if (given != reasons_.end()) return given->second;
    for (const events::Event& event : commit.content.events) {
      const auto* changed = std::get_if<events::StatusesChanged>(&event);
      if (changed != nullptr) return changed->reason;
    }
    return "";
  }

  void write_details(const events::Event& event) {
    if (const auto* added = std::get_if<events::SearchAdded>(&event)) {
      json.key("search");
      write_search({version_.id, added->search}, json);
    }
    if (const auto* removed = std::get_if<events::SearchRemoved>(&event)) {
      json.key("search");
      write_search({version_.id, removed->search}, json);
    }
    if (const auto* changed = std::get_if<events::StatusesChanged>(&event)) {
      json.field("updates_count", std::uint64_t{changed->updates.size()});
      json.key("updates").begin_array();
      for (std::size_t i = 0; i < std::min(shown_updates_max, changed->updates.size()); ++i) {
        const events::CodeWithStatus& update = changed->updates[i];
        json.begin_array().value(update.code).value(base::to_string(update.status)).end_array();
      }
      json.end_array();
    }
  }

  const events::Log& log_;
  const projections::VersionRecord& version_;
  const std::map<Position, std::string> reasons_;
  const std::string reader_;
};

Result<http::Response> show_steps(const ReadCall& call, const Views& views, std::uint64_t limit) {
  const auto version = version_in_path(views, call.path);
  if (!version) return version.error();
  StepWriter writer(call, views, *version);
  writer.json.begin_object().field("position", version->changed_at.value());
  if (const auto done = writer.write("undo", version->undo_steps, limit); !done) {
    return done.error();
  }
  if (const auto done = writer.write("redo", version->redo_steps, limit); !done) {
    return done.error();
  }
  writer.json.end_object();
  http::Response response = http::json_text(200, writer.json.take());
  mark_personal(response);
  return response;
}

Result<http::Response> list_steps(const ReadCall& call) {
  const auto limit = number_in_query(call.request, "limit", steps_default, {1, steps_max});
  if (!limit) return limit.error();
  if (!call.request.query().has("as_of")) return show_steps(call, call.views, *limit);
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  const auto codelist = call.views.codelist_of_version(*id);
  if (!codelist) return Error{ErrorCode::not_found, "there is no such version", {}};
  return answer_as_of(
      call, *codelist, std::nullopt,
      [&](const Views& then) { return show_steps(call, then, *limit); },
      "steps for " + reader_of(call));
}

Result<Commit> give_reason(const WriteCall& call, base::VersionId id) {
  return call.application.drafts().give_reason(
      call.write, id,
      {.step = Position(call.body.at("step").get<std::uint64_t>()),
       .reason = call.body.at("reason")});
}

http::Response reason_given(const WriteCall&, const Commit& commit) {
  const auto* given = std::get_if<events::ReasonGiven>(&commit.content.events.front());
  CODELOG_CHECK(given != nullptr, "a commit without the event that its command makes");
  JsonWriter json;
  json.begin_object().field("step", given->step.value()).field("reason", given->reason);
  json.field("position", commit.position.value()).end_object();
  return http::json_text(201, json.take());
}

}  // namespace

std::vector<Endpoint> step_endpoints() {
  return {
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/steps",
       .id = "listSteps",
       .summary = "The steps of a draft that can be undone or redone, the next one first.",
       .query = {parameters::steps_limit, parameters::as_of},
       .answer = "Steps",
       .read = list_steps},
      {.method = Method::post,
       .path = "/api/v2/versions/{hash}/reasons",
       .id = "giveReason",
       .summary = "Say why you made a step of a draft, after you made it. The last reason counts.",
       .body = "NewReason",
       .answer = "ReasonGiven",
       .status = 201,
       .takes_if_match = true,
       .act = on_version(give_reason),
       .render = reason_given},
  };
}

}  // namespace codelog::api
