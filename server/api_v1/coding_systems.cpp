#include "server/api_v1/coding_systems.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "coding_systems/base/coding_system.h"
#include "coding_systems/base/release.h"
#include "events/base/client_detail.h"
#include "server/api_v1/body.h"
#include "server/api_v1/writes.h"
#include "server/application/site_frame.h"
#include "server/commands/newest_release.h"
#include "server/commands/texts.h"
#include "server/identity/authentication.h"
#include "server/identity/idempotency.h"
#include "server/json/json_reader.h"
#include "server/json/json_writer.h"

namespace codelog::api_v1 {
namespace {

using application::Application;
using base::ErrorCode;
using base::Result;
using codelog::json::JsonStyle;
using codelog::json::JsonWriter;
using coding_systems::CodingSystemInfo;
using http::ImpliedMethods;
using http::Method;
using http::PathParameters;
using http::Request;
using http::Response;
using projections::ReleaseRecord;
using projections::Views;

// --- Latest releases

struct LatestRelease {
  const CodingSystemInfo* system = nullptr;
  ReleaseRecord release;
};

// The newest release of every coding system whose newest release has a file, in the order of the
// registry. (The reference fails if a system has none; this list leaves it out.)
std::vector<LatestRelease> latest_releases(const Application& application, const Views& views) {
  std::vector<LatestRelease> latest;
  for (const CodingSystemInfo& system : coding_systems::all_coding_systems()) {
    auto newest = commands::newest_release(application.site().log, views, system.id);
    if (!newest || newest->file_digest == base::Sha256{}) continue;
    latest.push_back({&system, std::move(*newest)});
  }
  return latest;
}

struct RefsetText {
  events::RefsetKind kind;
  std::string_view key;    // in the JSON
  std::string_view title;  // on the page
};
constexpr RefsetText refset_texts[] = {
    {events::RefsetKind::pcd, "pcd_refsets", "Primary Care Domain refsets"},
    {events::RefsetKind::drug, "nhs_drug_refsets", "NHS drug refsets"}};

// "2024-01-31T10:20:30.123Z": JavaScript's precision, as OpenCodelists writes release times.
std::string in_milliseconds(base::Timestamp time) {
  constexpr std::size_t seconds_and_milliseconds = 23;
  return base::format_timestamp(time).substr(0, seconds_and_milliseconds) + "Z";
}

// "2024-01-31T10:20:30.123456+00:00": Python's isoformat.
std::string in_iso_format(base::Timestamp time) {
  std::string text = base::format_timestamp(time);
  text.pop_back();
  return text + "+00:00";
}

Response latest_json(const Application& application, const Views& views) {
  JsonWriter json(JsonStyle::python);
  json.begin_object();
  for (const LatestRelease& latest : latest_releases(application, views)) {
    json.key(latest.system->id).begin_object().field("name", latest.system->name);
    json.field("release_name", latest.release.name).field("valid_from", latest.release.valid_from);
    json.field("import_timestamp", in_milliseconds(latest.release.imported_at));
    json.field("database_alias", latest.release.alias).end_object();
  }
  for (const RefsetText& refset : refset_texts) {
    const auto version = views.latest_refset_version(refset.kind);
    if (!version) continue;
    json.key(refset.key).begin_object().field("release", version->release);
    json.field("tag", version->tag).field("valid_from", version->release_date);
    json.field("import_timestamp", in_iso_format(version->recorded_at)).end_object();
  }
  json.end_object();
  return http::json_text(200, json.take());
}

struct LatestRow {
  std::string_view title;
  std::string_view release;
  std::string_view valid_from;   // a day
  std::string_view imported_at;  // a day
};

void add_row(pages::Section& page, const LatestRow& row) {
  page.add("ROW")
      .set("TITLE", row.title)
      .set("RELEASE", row.release)
      .set("VALID_FROM", row.valid_from)
      .set("IMPORTED", row.imported_at);
}

Response latest_page(Application& application, const Request& request, const Views& views) {
  pages::Template content("latest_releases.html");
  for (const LatestRelease& latest : latest_releases(application, views)) {
    add_row(content, {latest.system->name, latest.release.name, latest.release.valid_from,
                      base::format_date(latest.release.imported_at)});
  }
  for (const RefsetText& refset : refset_texts) {
    const auto version = views.latest_refset_version(refset.kind);
    if (!version) continue;
    add_row(content, {refset.title, version->release + " (" + version->tag + ")",
                      version->release_date, base::format_date(version->recorded_at)});
  }
  return application::SiteFrame(application, request, views)
      .page({.title = "Latest coding system releases", .width = pages::Width::wide},
            content.expand());
}

Response latest(Application& application, const Request& request) {
  const Views views = application.views();
  return request.query().get("type") == "json" ? latest_json(application, views)
                                               : latest_page(application, request, views);
}

// --- More about codes

Response error_text(int status, std::string_view text) {
  JsonWriter json(JsonStyle::python);
  json.begin_object().field("error", text).end_object();
  return http::json_text(status, json.take());
}

Response error_answer(int status, const base::Error& error) {
  Response response = error_text(status, base::client_detail(error));
  response.log_detail = error.detail;
  return response;
}

std::optional<std::vector<std::string>> codes_in(const nlohmann::json& body) {
  std::vector<std::string> codes;
  const auto found = body.find("codes");
  if (found == body.end() || found->is_null()) return codes;
  if (!found->is_array()) return std::nullopt;
  for (const nlohmann::json& code : *found) {
    if (!code.is_string()) return std::nullopt;
    codes.push_back(code.get<std::string>());
  }
  return codes;
}

Response more_json(const coding_systems::Release* release, const std::vector<std::string>& codes) {
  JsonWriter json(JsonStyle::python);
  const auto each = [&](auto texts_of, auto write) {
    json.begin_object();
    for (const std::string& code : codes) {
      const auto node = release == nullptr ? std::nullopt : release->find(code);
      if (!node) continue;
      const auto texts = texts_of(*node);
      if (texts.empty()) continue;
      json.key(code).begin_array();
      for (const auto& text : texts) write(text);
      json.end_array();
    }
    json.end_object();
  };
  json.begin_object().key("synonyms");
  each([&](auto node) { return release->synonyms(node); },
       [&](std::string_view text) { json.value(text); });
  json.key("references");
  each([&](auto node) { return release->references(node); },
       [&](const coding_systems::CodeReference& reference) {
         json.begin_array().value(reference.label).value(reference.url).end_array();
       });
  json.end_object();
  return http::json_text(200, json.take());
}

// The ready release of the system with the alias of the body, or the newest one if it has none.
// Null if the system has no release.
Result<commands::ReleasePointer> release_for(const Application& application,
                                             const CodingSystemInfo& system,
                                             const nlohmann::json& body) {
  const Views views = application.views();
  const auto alias = body.find("release");
  if (alias != body.end() && !alias->is_null()) {
    if (!alias->is_string()) {
      return base::field_error(ErrorCode::invalid, "release", "must be a text");
    }
    auto chosen = commands::choose_release(application.site(), views, std::string(system.id),
                                           alias->get<std::string>());
    if (!chosen) return chosen.error();
    return std::move(chosen->open);
  }
  const auto newest = commands::newest_release(application.site().log, views, system.id);
  if (!newest || newest->file_digest == base::Sha256{}) return commands::ReleasePointer();
  auto opened = application.site().open_release(system.id, newest->alias);
  if (!opened) return base::Error{ErrorCode::unavailable, opened.error().detail, {}};
  return opened;
}

// From the newest release, as in OpenCodelists, or the one of the key `release`.
Response more_info(Application& application, const Request& request, const PathParameters& path) {
  const auto* system = coding_systems::find_coding_system(path["system"]);
  if (system == nullptr) return error_text(200, "Invalid coding system");
  const auto body =
      codelog::json::parse_json(request.body, codelog::json::DuplicateKeys::last_wins);
  if (!body || !body->is_object()) return error_text(200, "Badly formatted JSON request");
  auto codes = codes_in(*body);
  if (!codes) return error_text(400, "codes must be a list of texts");
  commands::sort_unique(*codes);
  const auto release = release_for(application, *system, *body);
  if (!release) return error_answer(http::http_status(release.error().code), release.error());
  return more_json(release->get(), *codes);
}

// --- Refset versions

std::optional<events::RefsetKind> refset_kind(std::string_view name) {
  if (name == "pcd") return events::RefsetKind::pcd;
  if (name == "drug") return events::RefsetKind::drug;
  return std::nullopt;
}

Result<commands::RecordRefsetVersion> refset_body(events::RefsetKind kind, const Request& request) {
  const auto invalid = [](std::string detail) {
    return base::Error{ErrorCode::invalid, std::move(detail), {}};
  };
  const auto body =
      codelog::json::parse_json(request.body, codelog::json::DuplicateKeys::last_wins);
  if (!body) return invalid("Invalid JSON: " + body.error().detail);
  if (!body->is_object()) return invalid("Invalid JSON: an object is expected");
  commands::RecordRefsetVersion command;
  command.kind = kind;
  std::string missing;
  const auto take = [&](const char* name, std::string& to) {
    const auto found = body->find(name);
    if (found != body->end() && found->is_string() &&
        !found->get_ref<const std::string&>().empty()) {
      to = found->get<std::string>();
    } else {
      missing += (missing.empty() ? "" : ", ") + std::string(name);
    }
  };
  take("release", command.release);
  take("tag", command.tag);
  take("release_date", command.release_date);
  if (!missing.empty()) return invalid("Missing required fields: " + missing);
  if (!base::is_date(command.release_date)) {
    return invalid("Invalid release_date format. Expected YYYY-MM-DD");
  }
  return command;
}

Response refset_recorded(const commands::RecordRefsetVersion& command,
                         const events::Commit& commit) {
  const char* const model =
      command.kind == events::RefsetKind::pcd ? "PCDRefsetVersion" : "NHSDrugRefsetVersion";
  JsonWriter json(JsonStyle::python);
  json.begin_object().field("success", true);
  json.field("message", "Created new " + std::string(model) + " version: " + command.tag);
  json.key("version").begin_object().field("release", command.release).field("tag", command.tag);
  json.field("release_date", command.release_date);
  json.field("import_timestamp", in_iso_format(commit.content.time)).end_object().end_object();
  return http::json_text(201, json.take());
}

Response update_refset_version(Application& application, const Request& request,
                               const PathParameters& path) {
  const auto actor = identity::authenticate(request, application.views(), application.site());
  if (!actor) return unauthenticated(actor.error());
  if (request.method() != Method::post) {
    Response response = http::html(405, "");
    response.add("Allow", "POST");
    return response;
  }
  const auto kind = refset_kind(path["type"]);
  if (!kind) return error_text(400, "Invalid refset type. Must be one of pcd, drug");
  const std::string slug(commands::refset_organisation(*kind));
  const Views views = application.views();
  const auto organisation = views.organisation(slug);
  if (!organisation || !views.member(slug, actor->username)) {
    return error_text(403, "Unauthorised. You must be a member of " +
                               (organisation ? organisation->name : slug) +
                               " to update this refset version.");
  }
  const auto command = refset_body(*kind, request);
  if (!command) return error_text(400, command.error().detail);
  const auto write = identity::make_write(request, *actor);
  if (!write) return error_text(400, write.error().detail);
  const auto commit = application.releases().record_refset_version(*write, *command);
  if (!commit) return error_answer(http::http_status(commit.error().code), commit.error());
  return refset_recorded(*command, *commit);
}

}  // namespace

void add_coding_system_routes(http::Router& router, Application& application) {
  router.add({.methods = {Method::get},
              .pattern = "/coding-systems/latest-releases",
              .runs_on = http::RunsOn::worker,
              .handler = [&application](const Request& request, auto&) {
                return latest(application, request);
              }});
  router.add({.methods = {Method::post},
              .pattern = "/coding-systems/more-info/{system}",
              .runs_on = http::RunsOn::worker,
              .handler = [&application](const Request& request, const PathParameters& path) {
                return more_info(application, request, path);
              }});
  // OpenCodelists checks the token before the method.
  router.add({.methods = {Method::post, Method::get, Method::head, Method::put, Method::patch,
                          Method::delete_, Method::options},
              .pattern = "/coding-systems/update-refset-version/{type}",
              .runs_on = http::RunsOn::writer,
              .handler =
                  [&application](const Request& request, const PathParameters& path) {
                    return update_refset_version(application, request, path);
                  },
              .implied = ImpliedMethods::none});
}

}  // namespace codelog::api_v1
