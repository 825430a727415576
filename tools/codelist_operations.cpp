#include "tools/codelist_operations.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "events/base/version_hash.h"
#include "server/application/names.h"
#include "server/commands/newest_release.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "tools/admin_operations.h"

namespace codelog::tools {
namespace {

using application::Application;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::VersionId;

// A page of mapping.unmapped: an answer through the server's socket has a limit.
constexpr std::size_t unmapped_codes_max = 10'000;

commands::Write by_system() { return {commands::Actor::system(), std::nullopt}; }

Result<VersionId> version_argument(const Application& application, const Json& arguments) {
  const auto hash = text_argument(arguments, "version");
  if (!hash) return hash.error();
  const auto id = base::parse_version_hash(*hash);
  if (!id || !application.views().version(*id)) {
    return base::field_error(ErrorCode::not_found, "version", "there is no version " + *hash);
  }
  return *id;
}

Result<projections::CodelistRecord> codelist_argument(const Application& application,
                                                      const Json& arguments) {
  const auto name = text_argument(arguments, "codelist");
  if (!name) return name.error();
  const auto slash = name->rfind('/');
  std::string owner_text = slash == std::string::npos ? "" : name->substr(0, slash);
  if (owner_text.find('/') == std::string::npos) owner_text = "organisation/" + owner_text;
  const auto owner = commands::parse_owner(owner_text);
  if (!owner || slash == std::string::npos) {
    return base::field_error(ErrorCode::invalid, "codelist",
                             "must be ORGANISATION/SLUG or user/NAME/SLUG");
  }
  auto codelist = application.views().find_codelist(*owner, name->substr(slash + 1));
  if (codelist) return std::move(*codelist);
  return base::field_error(ErrorCode::not_found, "codelist", "there is no codelist " + *name);
}

const events::VersionCreated* version_in(const events::Commit& commit) {
  for (const events::Event& event : commit.content.events) {
    if (const auto* created = std::get_if<events::VersionCreated>(&event)) return created;
  }
  return nullptr;
}

// The hash and page of the version that the commit makes, and the commit's position.
Json made_version_to_json(const Application& application, const events::Commit& commit) {
  const events::VersionCreated* created = version_in(commit);
  CODELOG_CHECK(created != nullptr, "a command that makes a version has made one");
  Json json = {{"version", base::version_hash(created->version)},
               {"position", commit.position.value()}};
  const auto codelist = application.views().codelist(created->codelist);
  const bool is_draft = created->status == events::VersionStatus::draft;
  if (is_draft) {
    json["page"] = "/builder/" + base::version_hash(created->version) + "/";
  } else if (codelist) {
    json["page"] = commands::page_of(codelist->handle(),
                                     commands::tag_or_hash(created->tag, created->version));
  }
  return json;
}

Json status_to_json(const std::optional<base::CodeStatus>& status) {
  return status ? Json(base::to_string(*status)) : Json(nullptr);
}

Result<Json> update_draft(Application& application, VersionId draft) {
  const auto commit = application.drafts().update(by_system(), draft);
  if (!commit) return commit.error();
  Json changes = Json::array();
  Json searches = Json::array();
  for (const events::Event& event : commit->content.events) {
    const auto* updated = std::get_if<events::StatusesReapplied>(&event);
    if (updated == nullptr) continue;
    for (const base::CodeChange& change : updated->changes) {
      changes.push_back({{"code", change.code},
                         {"before", status_to_json(change.before)},
                         {"after", status_to_json(change.after)}});
    }
    for (std::size_t i = 0; i < updated->searches_added.size(); ++i) {
      searches.push_back({{"text", updated->searches_added[i].text},
                          {"codes_before", updated->searches_removed[i].codes.size()},
                          {"codes", updated->searches_added[i].codes.size()}});
    }
  }
  return Json{{"version", base::version_hash(draft)},
              {"changes", std::move(changes)},
              {"searches", std::move(searches)},
              {"position", commit->position.value()}};
}

Result<Json> run_update_draft(Application& application, const Json& arguments,
                              const site::ReportProgress&) {
  const auto draft = version_argument(application, arguments);
  if (!draft) return draft.error();
  return update_draft(application, *draft);
}

Result<Json> run_create_draft(Application& application, const Json& arguments,
                              const site::ReportProgress&) {
  const auto source = version_argument(application, arguments);
  if (!source) return source.error();
  const auto author = text_argument(arguments, "author");
  if (!author) return author.error();
  std::optional<std::string> release;
  if (arguments.contains("release")) {
    auto text = text_argument(arguments, "release");
    if (!text) return text.error();
    release = std::move(*text);
  }
  const auto commit = application.versions().create_draft(by_system(), *source, release, *author);
  if (!commit) return commit.error();
  Json made = made_version_to_json(application, *commit);
  auto updated = update_draft(application, version_in(*commit)->version);
  if (!updated) {
    Error error = updated.error();
    error.detail = "the draft " + made["version"].get<std::string>() +
                   " was made, but could not be updated: " + error.detail;
    return error;
  }
  (*updated)["page"] = made["page"];
  return updated;
}

Result<Json> convert_codelist(Application& application, const Json& arguments,
                              const site::ReportProgress&) {
  const auto codelist = codelist_argument(application, arguments);
  if (!codelist) return codelist.error();
  const auto newest = application.views().newest_version_of(codelist->id);
  if (!newest) return Error{ErrorCode::not_found, "the codelist has no version", {}};
  const auto commit = application.versions().convert_to_new_style(by_system(), newest->id);
  if (!commit) return commit.error();
  const auto& codes = version_in(*commit)->codes;
  Json json = made_version_to_json(application, *commit);
  json["codes"] = std::ranges::count_if(
      codes, [](const events::CodeWithStatus& code) { return base::is_included(code.status); });
  return json;
}

// Makes the dm+d version, and publishes it.
Result<Json> convert_bnf(Application& application, const Json& arguments,
                         const site::ReportProgress&) {
  const auto version = version_argument(application, arguments);
  if (!version) return version.error();
  const auto commit = application.dmd_conversions().convert(by_system(), *version);
  if (!commit) return commit.error();
  const auto published = application.versions().publish(by_system(), version_in(*commit)->version);
  if (!published) return published.error();
  Json json = made_version_to_json(application, *commit);
  json["position"] = published->position.value();
  return json;
}

// The ready releases with codes, oldest first, without the first one of each coding system.
std::vector<projections::ReleaseRecord> later_releases(const projections::Views& views) {
  auto releases = views.releases();
  std::erase_if(releases, [](const projections::ReleaseRecord& release) {
    return release.state != events::ReleaseState::ready || release.file_digest == base::Sha256{};
  });
  std::ranges::stable_sort(releases, {}, &projections::ReleaseRecord::valid_from);
  std::vector<std::string> seen;
  std::erase_if(releases, [&](const projections::ReleaseRecord& release) {
    if (std::ranges::find(seen, release.coding_system) != seen.end()) return false;
    seen.push_back(release.coding_system);
    return true;
  });
  return releases;
}

Result<Json> mark_compatible(Application& application, const Json&,
                             const site::ReportProgress& report) {
  Json releases = Json::array();
  for (const auto& release : later_releases(application.views())) {
    const auto made = wait_for_upgrade_report(application, release.alias, report);
    if (!made) return made.error();
    const auto views = application.views();
    const auto record = views.upgrade_report(release.alias);
    if (!record) continue;
    Json compatible = Json::array();
    for (const events::VersionUpgrade& row : record->versions) {
      const auto version = views.version(row.version);
      if (!row.is_compatible || !version) continue;
      const auto handle = views.codelist_of(*version).handle();
      compatible.push_back({{"version", base::version_hash(row.version)},
                            {"codelist", application::full_slug(handle)}});
    }
    releases.push_back({{"alias", release.alias},
                        {"versions", record->versions.size()},
                        {"compatible", std::move(compatible)}});
  }
  return Json{{"releases", std::move(releases)}};
}

Result<Json> list_unmapped(Application& application, const Json& arguments,
                           const site::ReportProgress&) {
  const auto after = number_argument(arguments, "after", 0);
  if (!after) return after.error();
  const auto views = application.views();
  const auto mapping = commands::open_ctv3sctmap2(application.site().mappings, views);
  if (!mapping) return mapping.error();
  const auto newest = commands::newest_release(application.site().log, views, "ctv3");
  if (!newest) return Error{ErrorCode::unavailable, "no release of CTV3 was imported", {}};
  const auto release = application.site().open_release("ctv3", newest->alias);
  if (!release) return release.error();
  const auto size = static_cast<coding_systems::Node>((*release)->hierarchy().size());
  Json codes = Json::array();
  auto node = static_cast<coding_systems::Node>(std::min<std::uint64_t>(*after, size));
  for (; node < size && codes.size() < unmapped_codes_max; ++node) {
    if (!(*release)->has_concept(node)) continue;
    const std::string_view code = (*release)->code(node);
    if (!(*mapping)->of_ctv3(code).empty()) continue;
    codes.push_back({{"code", code}, {"term", (*release)->term(node)}});
  }
  return Json{{"release", newest->alias},
              {"codes", std::move(codes)},
              {"next", node < size ? Json(node) : Json(nullptr)}};
}

}  // namespace

Result<void> wait_for_upgrade_report(Application& application, const std::string& alias,
                                     const site::ReportProgress& report) {
  constexpr std::chrono::milliseconds between_looks{50};
  const auto started = application.upgrade_reports().start(by_system(), alias);
  if (!started) return started.error();
  for (;;) {
    const auto state = application.upgrade_reports().state_of(alias);
    if (!state) return Error{ErrorCode::conflict, "another report has replaced this one", {}};
    if (!state->is_running && state->error) return *state->error;
    if (!state->is_running) return {};
    if (report && !report({"comparing versions", state->done, state->total})) {
      return Error{
          ErrorCode::unavailable, "stopped waiting for the report, which is still being made", {}};
    }
    std::this_thread::sleep_for(between_looks);
  }
}

std::optional<Result<Json>> run_codelist_operation(Application& application,
                                                   std::string_view operation,
                                                   const Json& arguments,
                                                   const site::ReportProgress& report) {
  using Operation = Result<Json> (*)(Application&, const Json&, const site::ReportProgress&);
  struct Named {
    std::string_view name;
    Operation operation;
  };
  static constexpr std::array operations = {
      Named{"draft.update", run_update_draft},      Named{"draft.create", run_create_draft},
      Named{"codelist.convert", convert_codelist},  Named{"codelist.convert_bnf", convert_bnf},
      Named{"release.compatible", mark_compatible}, Named{"mapping.unmapped", list_unmapped}};
  const auto found = std::ranges::find(operations, operation, &Named::name);
  if (found == operations.end()) return std::nullopt;
  return found->operation(application, arguments, report);
}

}  // namespace codelog::tools
