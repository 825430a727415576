#include "server/api/outcome.h"

#include <variant>

#include "events/base/check.h"
#include "events/base/url_path.h"
#include "events/base/version_hash.h"
#include "server/api/paths.h"
#include "server/api/render.h"
#include "server/commands/codelist_commands.h"
#include "server/commands/draft_commands.h"
#include "server/identity/idempotency.h"

namespace codelog::api {
namespace {

template <class Event>
const Event* find_event(const Commit& commit) {
  for (const events::Event& event : commit.content.events) {
    if (const auto* found = std::get_if<Event>(&event)) return found;
  }
  return nullptr;
}

// For commands that always make this event.
template <class Event>
const Event& event_of(const Commit& commit) {
  const Event* found = find_event<Event>(commit);
  CODELOG_CHECK(found != nullptr, "a commit without the event that its command makes");
  return *found;
}

void write_new_version(const events::VersionCreated& version, JsonWriter& json) {
  json.field("hash", base::version_hash(version.version));
  json.field("id", std::uint64_t{version.version.value()}).field("tag", version.tag);
  json.field("status", events::to_string(version.status));
  json.field("release", version.release);
  json.field("codes_count", std::uint64_t{version.codes.size()});
  if (!version.assumed.empty()) {
    json.key("assumed");
    write_texts(version.assumed, json);
  }
  if (!version.searches_left_out.empty()) {
    json.key("searches_left_out");
    write_searches_left_out(version.searches_left_out, json);
  }
}

http::Response finish(int status, JsonWriter& json, const Commit& commit) {
  json.field("position", commit.position.value()).end_object();
  return http::json_text(status, json.take());
}

void write_deleted_versions(const Commit& commit, JsonWriter& json) {
  json.begin_array();
  for (const events::Event& event : commit.content.events) {
    const auto* deleted = std::get_if<events::VersionDeleted>(&event);
    if (deleted != nullptr) json.value(base::version_hash(deleted->version));
  }
  json.end_array();
}

}  // namespace

http::Response codelist_created(const WriteCall&, const Commit& commit) {
  const auto& codelist = event_of<events::CodelistCreated>(commit);
  JsonWriter json;
  json.begin_object().field("id", std::uint64_t{codelist.codelist.value()});
  write_handle_fields({codelist.owner, codelist.name, codelist.slug}, json);
  json.field("coding_system", codelist.coding_system).key("version").begin_object();
  write_new_version(event_of<events::VersionCreated>(commit), json);
  json.end_object();
  http::Response response = finish(201, json, commit);
  response.add("Location",
               base::encode_url_path("/api/v2/codelists/" + events::to_string(codelist.owner) +
                                     "/" + codelist.slug));
  return response;
}

http::Response codelist_changed(const WriteCall& call, const Commit& commit) {
  JsonWriter json;
  json.begin_object();
  if (const auto handle = identity::handle_after(call.application.site(), commit)) {
    write_handle_fields(*handle, json);
  } else if (const auto codelist = codelist_in_path(call.views(), call.path)) {
    // There was nothing to commit.
    write_handle_fields(codelist->handle(), json);
  }
  return finish(200, json, commit);
}

http::Response codelist_restored(const WriteCall& call, const Commit& commit) {
  const auto restored = commands::restored_by(commit);
  const auto write_hashes = [](const std::vector<base::VersionId>& versions, JsonWriter& json) {
    json.begin_array();
    for (const base::VersionId version : versions) json.value(base::version_hash(version));
    json.end_array();
  };
  JsonWriter json;
  json.begin_object();
  if (const auto handle = identity::handle_after(call.application.site(), commit)) {
    write_handle_fields(*handle, json);
  }
  json.field("as_of", restored.as_of.value()).key("restored");
  write_hashes(restored.made, json);
  json.key("deleted");
  write_hashes(restored.deleted, json);
  return finish(200, json, commit);
}

http::Response collaborator_changed(const WriteCall& call, const Commit& commit) {
  JsonWriter json;
  json.begin_object().field("username", call.path["username"]);
  return finish(200, json, commit);
}

http::Response version_created(const WriteCall&, const Commit& commit) {
  const auto& version = event_of<events::VersionCreated>(commit);
  JsonWriter json;
  json.begin_object();
  write_new_version(version, json);
  http::Response response = finish(201, json, commit);
  response.add("Location", "/api/v2/versions/" + base::version_hash(version.version));
  return response;
}

http::Response dmd_converted(const WriteCall& call, const Commit& commit) {
  const auto& version = event_of<events::VersionCreated>(commit);
  const auto handle = identity::handle_after(call.application.site(), commit);
  JsonWriter json;
  json.begin_object().key("codelist").begin_object();
  json.field("id", std::uint64_t{version.codelist.value()});
  if (handle) write_handle_fields(*handle, json);
  json.field("is_new", find_event<events::CodelistCreated>(commit) != nullptr);
  json.end_object().key("version").begin_object();
  write_new_version(version, json);
  json.end_object();
  http::Response response = finish(201, json, commit);
  response.add("Location", "/api/v2/versions/" + base::version_hash(version.version));
  return response;
}

http::Response version_status_changed(const WriteCall&, const Commit& commit) {
  const auto* published = find_event<events::VersionPublished>(commit);
  JsonWriter json;
  json.begin_object();
  if (published != nullptr) {
    json.field("hash", base::version_hash(published->version)).field("status", "published");
  } else {
    const auto& saved = event_of<events::VersionSavedForReview>(commit);
    json.field("hash", base::version_hash(saved.version)).field("status", "under review");
  }
  json.key("deleted");
  write_deleted_versions(commit, json);
  return finish(200, json, commit);
}

http::Response version_signed_off(const WriteCall& call, const Commit& commit) {
  const auto& signoffs = event_of<events::CodelistSignOffsReplaced>(commit).signoffs;
  CODELOG_CHECK(!signoffs.empty() && signoffs.back().username == call.write.actor.username,
                "who signs off is last in the commit");
  const events::SignOff* const own = &signoffs.back();
  JsonWriter json;
  json.begin_object().field("user", own->username).field("date", own->date);
  json.field("content_digest", base::to_hex(own->content_digest));
  return finish(201, json, commit);
}

http::Response deleted(const WriteCall&, const Commit& commit) {
  JsonWriter json;
  json.begin_object().key("deleted").begin_object().key("versions");
  write_deleted_versions(commit, json);
  json.field("codelist", find_event<events::CodelistDeleted>(commit) != nullptr).end_object();
  return finish(200, json, commit);
}

http::Response search_added(const WriteCall&, const Commit& commit) {
  const auto& added = event_of<events::SearchAdded>(commit);
  JsonWriter json;
  json.begin_object().field("id", std::uint64_t{added.search.id.value()}).key("codes");
  write_texts(added.search.codes, json);
  json.key("added").begin_array();
  for (const base::CodeChange& change : added.changes) json.value(change.code);
  json.end_array();
  http::Response response = finish(201, json, commit);
  response.add("Location", "/api/v2/versions/" + base::version_hash(added.version) + "/searches/" +
                               std::to_string(added.search.id.value()));
  return response;
}

http::Response statuses_changed(const WriteCall&, const Commit& commit) {
  JsonWriter json;
  json.begin_object().key("changed");
  write_changes(commands::changes_of(commit), json);
  return finish(200, json, commit);
}

}  // namespace codelog::api
