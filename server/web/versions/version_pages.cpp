#include "server/web/versions/version_pages.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "events/base/version_hash.h"
#include "server/commands/access_commands.h"
#include "server/commands/newest_release.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/files/downloads.h"
#include "server/files/recent_rows.h"
#include "server/web/codelists/history_page.h"
#include "server/web/codelists/proof_page.h"
#include "server/web/comparing/compare_page.h"
#include "server/web/versions/citation.h"
#include "server/web/versions/full_list.h"
#include "server/web/versions/new_version.h"
#include "server/web/versions/sign_offs.h"
#include "server/web/versions/upgrade_page.h"
#include "server/web/versions/upgraded_codes.h"
#include "server/web/versions/version_ends.h"
#include "server/web/versions/version_view.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using commands::NamedVersion;
using events::VersionStatus;
using pages::Section;
using projections::VersionRecord;
using projections::Views;

std::string builder_path(const VersionRecord& version) {
  return "/builder/" + base::version_hash(version.id) + "/";
}

void add_download(Section& page, const std::string& path, std::string_view words) {
  page.add("DOWNLOAD").set("PATH", path).set("WORDS", words);
}

void add_downloads(const Visit& visit, Section& page, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  const Views& views = visit.views();
  const std::string path = commands::page_of(codelist, version);
  const bool is_dmd = codelist.coding_system == "dmd";
  if (files::is_downloadable(views, codelist, version)) {
    page.set_and_show("CSV", path + "download.csv");
    page.set("CSV_WORDS", is_dmd ? "Download CSV with mapped VMPs" : "Download CSV");
    add_download(page, path + "download.csv?formulas=escaped", "CSV for a spreadsheet");
    if (is_dmd) add_download(page, path + "download.csv?omit-mapped-vmps", "Download CSV original");
  }
  if (commands::has_release_file(views, codelist.coding_system, version.release)) {
    add_download(page, path + "definition.csv", "Download definition");
  }
  if (codelist.coding_system == "bnf") {
    add_download(page, path + "dmd-download.csv", "Download dm+d");
  }
  if (version.status != VersionStatus::draft) {
    add_download(page, path + "receipt.tlog-proof", "Download receipt");
  }
}

// Whoever may edit gets the buttons; each button whose time has not come says why.
void add_actions(const Visit& visit, Section& page, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  if (visit.visitor() && visit.actor().is_admin && version.status == VersionStatus::published) {
    page.set_and_show("WITHDRAW", withdraw_path(named));
  }
  if (visit.visitor()) page.set_and_show("CLONE", commands::page_of(codelist.handle()) + "clone/");
  if (!sees_all_versions(visit, codelist)) return;
  Section edit = page.add("EDIT");
  edit.set("DETAILS", commands::page_of(codelist.handle()) + "edit/");
  if (commands::can_set_access(visit.views(), visit.actor(), codelist)) {
    edit.set_and_show("ACCESS", commands::page_of(codelist.handle()) + "-/access/");
  }
  add_new_version(visit, edit, named, "Create new version");
  if (version.status == VersionStatus::under_review) {
    add_publishing(visit, edit, named);
  } else {
    edit.show("ENDED");
  }
  add_sign_off(visit, edit, named);
}

// Tells of a newer release, with the numbers of codes that it touches if a report knows them.
void add_newer_release(const Visit& visit, Section& page, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  const Views& views = visit.views();
  const auto own = views.release(version.release);
  const auto newest =
      commands::newest_release(visit.application().site().log, views, codelist.coding_system);
  if (!own || !newest || newest->valid_from <= own->valid_from) return;
  Section newer = page.add("NEWER");
  newer.set("SYSTEM", system_name(codelist.coding_system)).set("RELEASE", newest->name);
  newer.set("DATE", day_of(newest->valid_from)).set("PATH", "/releases/" + newest->alias + "/");
  newer.set("UPGRADE", upgrade_path(codelist, version, newest->alias));
  const auto report = views.upgrade_report(newest->alias);
  const auto* const effect = report ? reported_effect(*report, version.id) : nullptr;
  if (effect != nullptr && effect->outcome != events::UpgradeOutcome::cannot_tell) {
    const std::string words = words_of(effect->counts);
    words.empty() ? newer.show("UNTOUCHED") : newer.set_and_show("TOUCHED", words);
  }
  newer.show_if(codelist.coding_system == "dmd" || codelist.coding_system == "bnf", "MEDICINES");
}

pages::Frame frame_of(const Visit& visit, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  pages::Frame frame{.title = codelist.handle().name + " " + commands::tag_or_hash(version),
                     .has_own_heading = true,
                     .width = pages::Width::wide};
  frame.description = codelist.description.value_or("");
  if (frame.description.empty()) {
    frame.description = "A " + system_name(codelist.coding_system) + " codelist of " +
                        owner_name(visit.views(), codelist.handle().owner) + ".";
  }
  return frame;
}

void add_head(Section& page, const NamedVersion& named) {
  const projections::Handle& handle = named.codelist.handle();
  page.set("NAME", handle.name).set("OVERVIEW", commands::page_of(handle) + "-/");
  page.set("HISTORY", history_path(handle));
  const std::string path = commands::page_of(named.codelist, named.version);
  page.set("METHODS", path + "-/methods/").set("DECISIONS", path + "-/decisions.csv");
  if (named.version.status != VersionStatus::draft) {
    page.set_and_show("PROOF", proof_path(handle, named.version.changed_at));
  }
  page.set("COMPARE", compare_path({base::version_hash(named.version.id)}));
}

}  // namespace

http::Response version_page(const Visit& visit, events::OwnerKind owner_kind) {
  const Views& views = visit.views();
  const events::Owner owner{owner_kind, std::string(visit.path("owner"))};
  const auto named =
      commands::find_version(views, owner, visit.path("slug"), visit.path("version"));
  if (!named) return missing_version_page(visit, owner);
  const auto& [codelist, version] = *named;
  // A message that waits is for the page behind a redirect.
  if (version.status == VersionStatus::draft) return http::redirect(302, builder_path(version));
  pages::Template content("version.html");
  add_head(content, *named);
  add_facts(visit, content, *named);
  add_downloads(visit, content, *named);
  add_actions(visit, content, *named);
  add_newer_release(visit, content, *named);
  add_about(visit, content, codelist, &version);
  const auto release = files::release_if_there(visit.application().site(), views, version);
  const auto codes =
      version.has_csv_data ? std::vector<events::CodeWithStatus>() : views.codes(version.id);
  add_full_list(visit, content, *named, ListIsland::full_list);
  add_composition(visit, content, version);
  if (release && !codes.empty()) add_tree(content, *release, *named, codes);
  add_definition(visit, content, *named);
  add_searches(visit, content, version, codes);
  Section links = content.include("VERSION_LINKS", "_version_links.html");
  add_versions(visit, links, codelist, version.id);
  add_citation(visit, content, *named);
  pages::Frame frame = frame_of(visit, *named);
  frame.canonical = visit.address_of(commands::page_of(codelist, version));
  return visit.page(frame, content.expand());
}

namespace {

// Why the server takes no changes at the moment; null if it takes them.
nlohmann::json read_only_reason(const commands::Site& site) {
  const auto read_only = site.read_only ? site.read_only() : std::nullopt;
  return read_only ? nlohmann::json(read_only->reason) : nlohmann::json();
}

// What src/builder/props.ts describes.
std::string builder_props(const Visit& visit, const NamedVersion& named) {
  const auto& [codelist, version] = named;
  const Views& views = visit.views();
  const projections::Handle& handle = codelist.handle();
  const std::string owner = owner_name(views, handle.owner);
  const bool can_edit =
      visit.visitor() && commands::can_edit_draft(views, visit.actor(), codelist, version);
  const auto release = views.release(version.release);
  const std::string system = system_name(codelist.coding_system);
  const nlohmann::json props = {
      {"hash", base::version_hash(version.id)},
      {"codelistId", codelist.id.value()},
      {"codelist", events::to_string(handle.owner) + "/" + handle.slug},
      {"name", handle.name},
      {"owner", {{"name", owner}, {"path", owner_path(handle.owner)}}},
      {"release",
       {{"alias", version.release},
        {"title", release ? system + " " + release->name + " · " + day_of(release->valid_from)
                          : system + " " + version.release}}},
      {"codingSystem", system},
      {"me", visit.visitor() ? visit.actor().username : ""},
      {"canEdit", can_edit},
      {"whoCanEdit",
       can_edit ? ""
                : "You can read this draft. " + editors_of(views, codelist) + " can change it."},
      {"readOnly", read_only_reason(visit.application().site())},
      {"urls",
       {{"version", commands::page_of(codelist, version)},
        {"codelist", commands::page_of(handle) + "-/"},
        {"home", "/"},
        {"login", "/accounts/login/?next=" + builder_path(version)}}}};
  return props.dump();
}

}  // namespace

http::Response builder_page(const Visit& visit) {
  const Views& views = visit.views();
  const auto id = base::parse_version_hash(visit.path("hash"));
  auto version = id ? views.version(*id) : std::nullopt;
  if (!version) return visit.not_found();
  auto codelist = views.codelist_of(*version);
  if (version->status != VersionStatus::draft) {
    return http::redirect(302, commands::page_of(codelist, *version));
  }
  const NamedVersion named{std::move(codelist), std::move(*version)};
  pages::Template content("draft.html");
  add_head(content, named);
  content.set("PROPS", builder_props(visit, named));
  add_need_of_scripts(content);
  add_facts(visit, content, named);
  add_about(visit, content, named.codelist, &named.version);
  add_full_list(visit, content, named, ListIsland::none);
  add_searches(visit, content, named.version, views.codes(named.version.id));
  Section links = content.include("VERSION_LINKS", "_version_links.html");
  add_versions(visit, links, named.codelist, named.version.id);
  pages::Frame frame = frame_of(visit, named);
  frame.search.reset();  // the builder has the page's search field
  return visit.page(frame, content.expand());
}

}  // namespace codelog::web
