// Versions: read, draft from, save, publish, delete, clone, convert.
#include "server/api/endpoints.h"
#include "server/api/outcome.h"
#include "server/api/past.h"
#include "server/api/paths.h"
#include "server/api/precondition.h"
#include "server/api/render.h"
#include "server/api/shown_content.h"
#include "server/http/conditional.h"

namespace codelog::api {
namespace {

using http::Method;

Error no_such_version() { return {ErrorCode::not_found, "there is no such version", {}}; }

Result<http::Response> show_version(const ReadCall& call, const Views& views, base::VersionId id) {
  const auto version = views.version(id);
  if (!version) return no_such_version();
  const auto codelist = views.codelist_of(*version);
  const auto content = shown_content(call.application, views, codelist, *version);
  http::Response response = http::json_text(200, version_json(views, codelist, *version, content));
  response.etag = version_etag(views, *version);
  return response;
}

// For a client that has the current version: the body would not be sent, so it is not made.
std::optional<http::Response> unchanged_version(const ReadCall& call, base::VersionId id) {
  const auto version = call.views.version(id);
  if (!version) return std::nullopt;
  return http::not_modified(call.request, version_etag(call.views, *version));
}

template <class Show>
Result<http::Response> show_past(const ReadCall& call, base::VersionId id, const Show& show) {
  // A version never changes its codelist. For a deleted version, the views know only the codelist.
  const auto codelist = call.views.codelist_of_version(id);
  if (!codelist) return no_such_version();
  return answer_as_of(call, *codelist, id, [&](const Views& then) { return show(then, id); });
}

Result<http::Response> get_version(const ReadCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  if (!call.request.query().has("as_of")) {
    if (auto unchanged = unchanged_version(call, *id)) return std::move(*unchanged);
    return show_version(call, call.views, *id);
  }
  return show_past(call, *id, [&](const Views& then, base::VersionId version) {
    return show_version(call, then, version);
  });
}

Result<http::Response> show_searches(const Views& views, base::VersionId id) {
  const auto version = views.version(id);
  if (!version) return no_such_version();
  JsonWriter json;
  json.begin_object().key("searches").begin_array();
  for (const projections::SearchRecord& search : views.searches(id)) write_search(search, json);
  json.end_array().field("position", version->changed_at.value()).end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> list_searches(const ReadCall& call) {
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  if (call.request.query().has("as_of")) return show_past(call, *id, show_searches);
  return show_searches(call.views, *id);
}

// Nothing if the draft's release cannot be opened: then nobody can remove the search, either.
void write_codes_only_here(const ReadCall& call, const VersionRecord& draft, base::SearchId search,
                           JsonWriter& json) {
  const auto workspace = call.application.drafts().workspace_of(call.views, draft);
  if (!workspace) return;
  json.key("only_here").begin_array();
  for (const base::CodeChange& change : (*workspace)->orphans_without(search)) {
    if (!change.after) json.value(change.code);
  }
  json.end_array();
}

Result<http::Response> show_search(const ReadCall& call, const Views& views) {
  const bool is_past = call.request.query().has("as_of");
  const auto version = version_in_path(views, call.path);
  if (!version) return version.error();
  const auto id = search_id_in_path(call.path);
  if (!id) return id.error();
  const auto record = views.search(version->id, *id);
  if (!record) return Error{ErrorCode::not_found, "the version has no such search", {}};
  const events::SearchWithResults& search = record->search;
  JsonWriter json;
  json.begin_object().field("id", std::uint64_t{search.id.value()});
  write_asked(commands::request_of(search), json);
  json.field("slug", search.slug).key("codes");
  write_texts(search.codes, json);
  if (version->status == events::VersionStatus::draft && !is_past) {
    write_codes_only_here(call, *version, *id, json);
  }
  json.end_object();
  return http::json_text(200, json.take());
}

Result<http::Response> get_search(const ReadCall& call) {
  if (!call.request.query().has("as_of")) return show_search(call, call.views);
  const auto id = version_id_in_path(call.path);
  if (!id) return id.error();
  return show_past(call, *id,
                   [&](const Views& then, base::VersionId) { return show_search(call, then); });
}

// --- Writing ---

Result<Commit> create_draft(const WriteCall& call, base::VersionId id) {
  std::optional<std::string> release;
  if (call.body.contains("release")) release = call.body.at("release").get<std::string>();
  return call.application.versions().create_draft(call.write, id, release);
}

Result<Commit> save(const WriteCall& call, base::VersionId id) {
  return call.application.versions().save_for_review(call.write, id);
}

Result<Commit> publish(const WriteCall& call, base::VersionId id) {
  return call.application.versions().publish(call.write, id);
}

Result<Commit> discard(const WriteCall& call, base::VersionId id) {
  return call.application.versions().discard(call.write, id);
}

Result<Commit> remove(const WriteCall& call, base::VersionId id) {
  return call.application.versions().remove(call.write, id, call.body.value("reason", ""));
}

Result<Commit> sign_off(const WriteCall& call, base::VersionId id) {
  const std::string text = call.body.value("content_digest", "");
  const auto digest = base::parse_sha256(text);
  if (!text.empty() && !digest) {
    return base::field_error(base::ErrorCode::invalid, "content_digest", "must be a SHA-256");
  }
  return call.application.versions().sign_off(call.write, id, digest);
}

Result<Commit> clone(const WriteCall& call, base::VersionId id) {
  return call.application.codelists().clone(call.write, id);
}

Result<Commit> convert(const WriteCall& call, base::VersionId id) {
  return call.application.versions().convert_to_new_style(call.write, id);
}

// A POST without a body.
Endpoint post_nothing(std::string_view path, std::string_view id, std::string_view summary) {
  Endpoint endpoint;
  endpoint.method = Method::post;
  endpoint.path = path;
  endpoint.id = id;
  endpoint.summary = summary;
  endpoint.body = "Nothing";
  endpoint.body_is_optional = true;
  endpoint.takes_if_match = true;
  return endpoint;
}

std::vector<Endpoint> life_cycle() {
  Endpoint saved = post_nothing("/api/v2/versions/{hash}/save", "saveVersion",
                                "Save a draft for review; it must have no undecided codes.");
  saved.answer = "VersionStatusChanged";
  saved.act = on_version(save);
  saved.render = version_status_changed;
  Endpoint published = post_nothing("/api/v2/versions/{hash}/publish", "publishVersion",
                                    "Publish; unpublished siblings are deleted.");
  published.answer = "VersionStatusChanged";
  published.act = on_version(publish);
  published.render = version_status_changed;
  Endpoint discarded = post_nothing("/api/v2/versions/{hash}/discard", "discardDraft",
                                    "Throw a draft away; the codelist goes with its last version.");
  discarded.answer = "Deleted";
  discarded.act = on_version(discard);
  discarded.render = deleted;
  Endpoint cloned = post_nothing("/api/v2/versions/{hash}/clone", "cloneVersion",
                                 "A copy as a new codelist of one's own, under review.");
  cloned.answer = "CodelistCreated";
  cloned.status = 201;
  cloned.act = on_version(clone);
  cloned.render = codelist_created;
  Endpoint converted = post_nothing("/api/v2/versions/{hash}/convert", "convertVersion",
                                    "A new-style version with the codes of an uploaded table.");
  converted.answer = "VersionCreated";
  converted.status = 201;
  converted.act = on_version(convert);
  converted.render = version_created;
  Endpoint signed_off = post_nothing("/api/v2/versions/{hash}/signoffs", "signVersionOff",
                                     "Sign the content of a finished version off, as oneself.");
  signed_off.body = "NewSignOff";
  signed_off.answer = "VersionSignedOff";
  signed_off.status = 201;
  signed_off.act = on_version(sign_off);
  signed_off.render = version_signed_off;
  return {saved, published, discarded, cloned, converted, signed_off};
}

}  // namespace

std::vector<Endpoint> version_endpoints() {
  std::vector<Endpoint> endpoints = {
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}",
       .id = "getVersion",
       .summary = "A version with its codes, now or at an earlier time. Its ETag suits If-Match.",
       .query = {parameters::as_of},
       .answer = "Version",
       .read = get_version},
      {.method = Method::delete_,
       .path = "/api/v2/versions/{hash}",
       .id = "deleteVersion",
       .summary = "Delete a version; if it is published, only administrators, with a reason.",
       .body = "Deletion",
       .answer = "Deleted",
       .body_is_optional = true,
       .takes_if_match = true,
       .act = on_version(remove),
       .render = deleted},
      {.method = Method::post,
       .path = "/api/v2/versions/{hash}/drafts",
       .id = "createDraft",
       .summary = "Make a draft from this version, on its coding system's newest or any release.",
       .body = "NewDraft",
       .answer = "VersionCreated",
       .status = 201,
       .body_is_optional = true,
       .takes_if_match = true,
       .act = on_version(create_draft),
       .render = version_created},
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/searches",
       .id = "listSearches",
       .summary = "The searches that a version was built with.",
       .query = {parameters::as_of},
       .answer = "Searches",
       .read = list_searches},
      {.method = Method::get,
       .path = "/api/v2/versions/{hash}/searches/{id}",
       .id = "getSearch",
       .summary = "One search of a version, with the codes that it found.",
       .query = {parameters::as_of},
       .answer = "SearchCodes",
       .read = get_search},
  };
  for (Endpoint& endpoint : life_cycle()) endpoints.push_back(std::move(endpoint));
  return endpoints;
}

}  // namespace codelog::api
