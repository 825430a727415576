// Who has a draft open: a heartbeat that tells of oneself and answers with the others. It also says
// whether the log takes writes, so that a builder knows before the next click, and when they are
// taken again.
#include <chrono>

#include "events/base/version_hash.h"
#include "server/api/endpoints.h"
#include "server/api/paths.h"
#include "server/api/presence.h"
#include "server/commands/account_rules.h"
#include "server/commands/permissions.h"

namespace codelog::api {

void write_people(const application::Application& application, base::CodelistId codelist,
                  json::JsonWriter& json) {
  const auto now = std::chrono::steady_clock::now();
  json.begin_array();
  for (const auto& person : application.presence().people(codelist, now)) {
    json.begin_object().field("username", person.username).field("name", person.name);
    json.field("version", base::version_hash(person.draft)).key("code");
    person.code.empty() ? json.null() : json.value(person.code);
    json.end_object();
  }
  json.end_array();
}

namespace {

std::string name_of(const Application& application, const Views& views,
                    const std::string& username) {
  const auto user = views.user(username);
  if (!user) return username;
  const auto personal = commands::open_personal_data(application.site().keys, *user);
  return personal && !personal->name.empty() ? personal->name : username;
}

Result<Outcome> be_present(const WriteCall& call) {
  const Views views = call.views();
  const auto version = version_in_path(views, call.path);
  if (!version) return version.error();
  if (version->status != events::VersionStatus::draft) {
    return Error{ErrorCode::conflict, "the version is not a draft", {}};
  }
  const auto codelist = views.codelist_of(*version);
  if (!commands::can_edit_draft(views, call.write.actor, codelist, *version)) {
    return commands::forbidden("only people who may change the draft are shown in it");
  }
  const std::string& username = call.write.actor.username;
  const auto code = call.body.find("code");
  const bool has_code = code != call.body.end() && code->is_string();
  const application::PresentPerson person{.username = username,
                                          .name = name_of(call.application, views, username),
                                          .draft = version->id,
                                          .code = has_code ? code->get<std::string>() : ""};
  const auto now = std::chrono::steady_clock::now();
  if (call.application.presence().note(codelist.id, person, now)) {
    call.application.live_commits().wake(codelist.id);
  }
  json::JsonWriter json;
  json.begin_object().key("people");
  write_people(call.application, codelist.id, json);
  json.key("read_only");
  const auto& read_only = call.application.site().read_only;
  const auto refusal = read_only ? read_only() : std::nullopt;
  refusal ? json.value(refusal->reason) : json.null();
  json.end_object();
  http::Response response = http::json_text(200, json.take());
  response.add("Cache-Control", "no-store");
  return Outcome(std::move(response));
}

}  // namespace

std::vector<Endpoint> presence_endpoints() {
  return {
      {.method = http::Method::put,
       .path = "/api/v2/versions/{hash}/presence",
       .id = "bePresent",
       .summary = "Say that you have the draft open, and at which code; again every 20 seconds. "
                  "Kept in memory only. Answers with everybody who is there. Others are told by "
                  "events named presence in the stream of the codelist's events.",
       .body = "Presence",
       .answer = "People",
       .body_is_optional = true,
       .act = be_present},
  };
}

}  // namespace codelog::api
