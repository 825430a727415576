// The story of a codelist as JSON.
#include <map>

#include "events/base/version_hash.h"
#include "server/api/history.h"
#include "server/api/render.h"

namespace codelog::api {
namespace {

using history::Deed;
using history::Group;
using history::Step;

void write_terms(const Deed& deed, const TermOf& term_of, JsonWriter& json) {
  std::map<std::string, std::string> terms;
  const auto add = [&](const std::string& code) {
    std::string term = term_of(deed, code);
    if (!term.empty()) terms.emplace(code, std::move(term));
  };
  for (const base::CodeWithStatus& code : deed.decided) add(code.code);
  if (deed.change) add(deed.change->code);
  if (deed.type == "SearchAdded" && deed.is_on.value_or(false)) add(deed.text);
  if (terms.empty()) return;
  json.key("terms").begin_object();
  for (const auto& [code, term] : terms) json.field(code, term);
  json.end_object();
}

void write_deed(const Deed& deed, const TermOf& term_of, JsonWriter& json) {
  json.begin_object().field("type", deed.type);
  if (deed.version) json.field("version", base::version_hash(*deed.version));
  if (!deed.text.empty()) json.field("text", deed.text);
  if (!deed.reason.empty()) json.field("reason", deed.reason);
  if (deed.step) json.field("step", deed.step->value());
  if (deed.source) json.field("source", base::version_hash(*deed.source));
  if (!deed.release.empty()) json.field("release", deed.release);
  if (deed.origin) json.field("origin", events::to_string(*deed.origin));
  if (deed.status) json.field("status", events::to_string(*deed.status));
  if (deed.cause) json.field("cause", events::to_string(*deed.cause));
  json.field("codes_count", deed.codes_count).field("changed_count", deed.changed_count);
  if (!deed.decided.empty()) {
    json.key("decided").begin_array();
    for (const base::CodeWithStatus& code : deed.decided) {
      json.begin_array().value(code.code).value(base::to_string(code.status)).end_array();
    }
    json.end_array();
  }
  if (deed.change) {
    const auto write = [&](std::string_view name, const std::optional<base::CodeStatus>& status) {
      json.key(name);
      status ? json.value(base::to_string(*status)) : json.null();
    };
    json.key("change").begin_object();
    write("before", deed.change->before);
    write("after", deed.change->after);
    json.end_object();
  }
  if (term_of) write_terms(deed, term_of, json);
  json.end_object();
}

void write_step(const Step& step, const TermOf& term_of, JsonWriter& json) {
  json.key("time");
  step.time ? json.value(base::format_timestamp(*step.time)) : json.null();
  json.key("actor");
  step.actor.empty() ? json.null() : json.value(step.actor);
  json.field("command", step.command).key("deeds").begin_array();
  for (const Deed& deed : step.deeds) write_deed(deed, term_of, json);
  json.end_array();
}

void write_group(const Group& group, const TermOf& term_of, JsonWriter& json) {
  json.begin_object().field("position", group.newest().position.value());
  json.field("first_position", group.oldest().position.value());
  json.field("commits_count", std::uint64_t{group.steps.size()});
  json.field("decided_count", group.decided_count).field("reasons_count", group.reasons_count);
  json.key("steps").begin_array();
  for (const Step& step : group.steps) {
    json.begin_object().field("position", step.position.value());
    write_step(step, term_of, json);
    json.end_object();
  }
  json.end_array().end_object();
}

}  // namespace

void write_step_fields(const Step& step, JsonWriter& json) { write_step(step, {}, json); }

base::Result<std::string> story_json(const events::Log& log, const Views& views,
                                     base::CodelistId codelist, const history::StoryQuery& query,
                                     const TermOf& term_of) {
  const auto page = history::read_story(log, views, codelist, query);
  if (!page) return page.error();
  JsonWriter json;
  json.begin_object().key("groups").begin_array();
  for (const Group& group : page->groups) write_group(group, term_of, json);
  json.end_array().key("next");
  page->next ? json.value(page->next->value()) : json.null();
  json.end_object();
  return json.take();
}

}  // namespace codelog::api
