#include "server/web/site/site_pages.h"

#include <algorithm>

#include "coding_systems/base/coding_system.h"
#include "server/commands/newest_release.h"
#include "server/commands/version_names.h"
#include "server/web/site/concept_page.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::VersionStatus;
using pages::Section;
using projections::ReleaseRecord;

constexpr std::size_t touched_lists_max = 50;

std::string state_words(events::ReleaseState state) {
  return std::string(events::to_string(state));
}

std::string first_day_of(const ReleaseRecord& release) {
  return release.valid_from == unknown_day ? "–" : day_of(release.valid_from);
}

void add_release_row(Section& place, const ReleaseRecord& release) {
  Section row = place.add("RELEASE");
  row.set("NAME", release.name).set("PATH", "/releases/" + release.alias + "/");
  row.set("VALID_FROM", first_day_of(release)).set("STATE", state_words(release.state));
  row.set("CODES", release.concepts_count > 0 ? pages::grouped(release.concepts_count) : "–");
  add_time(row, "TIME", release.imported_at);
}

http::Response releases_page(const Visit& visit) {
  pages::Template content("releases.html");
  const auto releases = visit.views().releases();
  bool has_any = false;
  for (const auto& system : coding_systems::all_coding_systems()) {
    std::vector<ReleaseRecord> own;
    std::ranges::copy_if(releases, std::back_inserter(own), [&](const ReleaseRecord& release) {
      return release.coding_system == system.id;
    });
    if (own.empty()) continue;
    has_any = true;
    std::ranges::sort(own, std::ranges::greater{}, &ReleaseRecord::valid_from);
    Section section = content.add("SYSTEM");
    section.set("NAME", system.name);
    for (const ReleaseRecord& release : own) add_release_row(section, release);
  }
  content.show_if(!has_any, "NONE");
  return visit.page({.title = "Releases",
                     .description = "The releases of coding systems on this site.",
                     .width = pages::Width::wide},
                    content.expand());
}

// When the report on the release was made.
void add_report(const Visit& visit, Section& page, const std::string& alias) {
  const auto report = visit.views().upgrade_report(alias);
  if (!report) return;
  Section shown = page.add("REPORT");
  add_time(shown, "TIME", report->made_at);
}

void add_lists_on(const Visit& visit, Section& page, const std::string& alias) {
  std::size_t count = 0;
  for (const auto& codelist : visit.views().codelists()) {
    if (codelist.is_private) continue;
    for (const auto& version : visit.views().versions_of(codelist.id)) {
      if (version.release != alias || version.status != VersionStatus::published) continue;
      if (++count > touched_lists_max) continue;
      Section row = page.add("VERSION");
      row.set("NAME", codelist.handle().name).set("OWNER", codelist.handle().owner.name);
      row.set("VERSION", commands::tag_or_hash(version));
      row.set("PATH", commands::page_of(codelist, version));
    }
  }
  page.set("COUNT", pages::counted(count, "published version"));
  page.show(count == 0 ? "NO_VERSIONS" : "VERSIONS");
  page.show_if(count > touched_lists_max, "CUT");
}

http::Response release_page(const Visit& visit) {
  const auto release = visit.views().release(visit.path("alias"));
  if (!release) return visit.not_found();
  pages::Template content("release.html");
  const auto* const system = coding_systems::find_coding_system(release->coding_system);
  content.set("SYSTEM", system ? system->name : release->coding_system);
  content.set("ALIAS", release->alias).set("VALID_FROM", first_day_of(*release));
  content.set("STATE", state_words(release->state));
  content.set_and_show("IMPORT_REF", release->import_ref);
  if (release->concepts_count > 0) {
    content.set_and_show("CODES", pages::grouped(release->concepts_count));
  }
  if (release->file_digest != base::Sha256{}) {
    content.set_and_show("DIGEST", base::to_hex(release->file_digest));
  }
  add_time(content, "TIME", release->imported_at);
  const auto newest = commands::newest_release(visit.application().site().log, visit.views(),
                                               release->coding_system);
  if (newest && newest->alias != release->alias && newest->valid_from > release->valid_from) {
    content.add("NEWER").set("NAME", newest->name).set("PATH", "/releases/" + newest->alias + "/");
  }
  add_report(visit, content, release->alias);
  add_lists_on(visit, content, release->alias);
  return visit.page({.title = system_name(release->coding_system) + " " + release->name,
                     .width = pages::Width::wide},
                    content.expand());
}

http::Response contact_page(const Visit& visit) {
  return visit.page("Contact", pages::Template("contact.html").expand());
}

}  // namespace

void add_site_pages(http::Router& router, application::Application& application) {
  add_page(router, application, {.pattern = "/releases/", .get = releases_page, .is_kept = true});
  add_page(router, application,
           {.pattern = "/releases/{alias}/", .get = release_page, .is_kept = true});
  add_page(router, application,
           {.pattern = "/releases/{alias}/code/{code}/", .get = concept_page, .is_kept = true});
  add_page(router, application, {.pattern = "/contact/", .get = contact_page});
}

}  // namespace codelog::web
