#include "server/api_v1/writes.h"

#include <variant>

#include "server/api_v1/body.h"
#include "server/application/pages.h"
#include "server/commands/permissions.h"
#include "server/commands/validation.h"
#include "server/commands/version_names.h"
#include "server/identity/authentication.h"
#include "server/identity/idempotency.h"
#include "server/json/json_writer.h"

namespace codelog::api_v1 {
namespace {

using application::Application;
using base::ErrorCode;
using codelog::json::JsonStyle;
using codelog::json::JsonWriter;
using commands::Actor;
using commands::Write;
using events::Commit;
using events::Owner;
using projections::Views;

std::string json_of(std::string_view key, std::string_view text) {
  JsonWriter json(JsonStyle::python);
  json.begin_object().field(key, text).end_object();
  return json.take();
}

http::Response unauthorised() { return http::json_text(403, json_of("error", "Unauthorised")); }

// This API's name for a command's field.
std::string_view name_of_field(std::string_view field) {
  if (field == "release") return "coding_system_database_alias";
  if (field == "coding_system") return "coding_system_id";
  if (field == "csv") return "csv_data";
  return field;
}

std::string sentence_of(const base::Error& error) {
  if (error.fields.size() != 1) return error.detail;
  const base::FieldError& field = error.fields.front();
  if (error.detail != field.field + ": " + field.detail) return error.detail;
  return std::string(name_of_field(field.field)) + ": " + field.detail;
}

http::Response codelist_answer(const projections::Handle& handle) {
  return http::json_text(200, json_of("codelist", commands::page_of(handle)));
}

// `known` is the codelist of the request; the commit is empty if nothing changed.
http::Response codelist_answer(Application& application, const Commit& commit,
                               std::optional<base::CodelistId> known) {
  auto handle = identity::handle_after(application.site(), commit);
  if (!handle && known) {
    if (const auto codelist = application.views().codelist(*known)) handle = codelist->handle();
  }
  return handle ? codelist_answer(*handle) : not_found();
}

http::Response version_answer(Application& application, const Commit& commit) {
  const auto handle = identity::handle_after(application.site(), commit);
  for (const events::Event& event : commit.content.events) {
    const auto* created = std::get_if<events::VersionCreated>(&event);
    if (created == nullptr || !handle) continue;
    const std::string name = commands::tag_or_hash(created->tag, created->version);
    return http::json_text(200, json_of("codelist_version", commands::page_of(*handle, name)));
  }
  return not_found();
}

// A given, non-empty text, as in Python's `or`.
const std::string* given(const std::optional<std::string>& text) {
  return text && !text->empty() ? &*text : nullptr;
}

base::Result<Commit> create(Application& application, const Write& write, const Owner& owner,
                            CodelistBody body, std::string slug) {
  commands::CreateCodelist command;
  command.owner = owner;
  command.name = std::move(body.name);
  command.slug = std::move(slug);
  command.coding_system = std::move(body.coding_system);
  command.release = std::move(body.release);
  command.description = std::move(body.description);
  command.methodology = std::move(body.methodology);
  command.references = std::move(body.references);
  command.signoffs = std::move(body.signoffs);
  command.codes = std::move(body.codes);
  command.csv_data = std::move(body.csv_data);
  command.table_rules.known = commands::KnownCodes::named;
  command.tag = std::move(body.tag);
  command.status =
      body.should_publish ? events::VersionStatus::published : events::VersionStatus::under_review;
  command.codes_rules = body.codes_rules;
  return application.codelists().create(write, command);
}

base::Result<Commit> update(Application& application, const Write& write, base::CodelistId codelist,
                            CodelistBody body, std::string slug) {
  if (body.codes->empty()) return base::Error{ErrorCode::invalid, "No codes", {}};
  commands::UpdateCodelist command;
  command.name = std::move(body.name);
  command.slug = std::move(slug);
  command.description = std::move(body.description);
  command.methodology = std::move(body.methodology);
  command.references = std::move(body.references);
  command.signoffs = std::move(body.signoffs);
  command.codes = std::move(*body.codes);
  command.release = std::move(body.release);
  command.tag = std::move(body.tag);
  command.always_create_new_version = body.always_create_new_version;
  command.codes_rules = body.codes_rules;
  command.should_publish = body.should_publish;
  return application.versions().update_codelist(write, codelist, command);
}

}  // namespace

// All faults of the client give 400, as clients of this API expect.
http::Response refused(const http::Request& request, const base::Error& error) {
  switch (error.code) {
    case ErrorCode::forbidden:
      return unauthorised();
    case ErrorCode::corrupt:
    case ErrorCode::io:
    case ErrorCode::unavailable:
    case ErrorCode::not_shown:
    case ErrorCode::unconfirmed:
      return http::problem(request, error);
    default:
      return http::json_text(400, json_of("error", sentence_of(error)));
  }
}

http::Response unauthenticated(const base::Error& error) {
  JsonWriter json(JsonStyle::python);
  json.begin_object().field("error", "Unauthenticated").field("details", error.detail).end_object();
  return http::json_text(401, json.take());
}

http::Response method_not_allowed(std::string_view allow) {
  http::Response response = http::html(405, "");
  response.add("Allow", std::string(allow));
  return response;
}

http::Response not_found() {
  return application::error_page(404, "Please check the URL in the address bar.");
}

http::Response post_codelist(Application& application, const http::Request& request,
                             const Owner& owner) {
  const Views views = application.views_for(request);
  if (!commands::check_owner(views, owner)) return not_found();
  const auto actor = identity::authenticate(request, views, application.site());
  if (!actor) return unauthenticated(actor.error());
  if (!commands::can_create_for(views, *actor, owner)) return unauthorised();
  const auto write = identity::make_write(request, *actor);
  if (!write) return refused(request, write.error());
  const auto repeated = identity::find_repeated(application.site(), *write);
  if (!repeated) return refused(request, repeated.error());
  if (*repeated) return codelist_answer(application, **repeated, std::nullopt);

  auto body = parse_codelist_body(request.body);
  if (!body) return refused(request, body.error());
  const std::string* const slug = given(body->slug);
  const std::string current_slug = slug != nullptr ? *slug : commands::slug_of_name(body->name);
  const std::string* const new_slug = given(body->new_slug);
  std::string target_slug = new_slug != nullptr ? *new_slug : current_slug;
  // A table always makes a new codelist.
  const auto known = body->codes ? views.handle_with_slug(owner, current_slug) : std::nullopt;
  const auto commit =
      known ? update(application, *write, *known, std::move(*body), std::move(target_slug))
            : create(application, *write, owner, std::move(*body), std::move(target_slug));
  if (!commit) return refused(request, commit.error());
  return codelist_answer(application, *commit, known);
}

http::Response post_version(Application& application, const http::Request& request,
                            const Owner& owner, std::string_view slug) {
  const Views views = application.views_for(request);
  const auto actor = identity::authenticate(request, views, application.site());
  if (!actor) return unauthenticated(actor.error());
  const auto codelist = views.find_codelist(owner, slug);
  if (!codelist) return not_found();
  if (!commands::can_edit(views, *actor, *codelist)) return unauthorised();
  const auto write = identity::make_write(request, *actor);
  if (!write) return refused(request, write.error());
  const auto repeated = identity::find_repeated(application.site(), *write);
  if (!repeated) return refused(request, repeated.error());
  if (*repeated) return version_answer(application, **repeated);

  const auto body = parse_version_body(request.body);
  if (!body) return refused(request, body.error());
  const auto commit = application.versions().create(*write, codelist->id, *body);
  if (!commit) return refused(request, commit.error());
  return version_answer(application, *commit);
}

}  // namespace codelog::api_v1
