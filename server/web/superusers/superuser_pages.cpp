#include "server/web/superusers/superuser_pages.h"

#include <algorithm>
#include <array>
#include <utility>

#include "events/base/text.h"
#include "events/base/version_hash.h"
#include "server/commands/version_names.h"
#include "server/web/superusers/superuser_codelists.h"
#include "server/web/superusers/superuser_organisations.h"
#include "server/web/superusers/superuser_users.h"
#include "server/web/superusers/superuser_visit.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using projections::ReleaseRecord;

constexpr std::size_t found_of_each_max = 8;

// --- One box that finds anything

void add_found_version(const Visit& visit, pages::Section& found, const std::string& query,
                       bool& has_any) {
  const auto id = base::parse_version_hash(base::ascii_lower(query));
  const auto version = id ? visit.views().version(*id) : std::nullopt;
  const auto ended = id ? visit.views().withdrawn_version(*id) : std::nullopt;
  if (version) {
    const auto codelist = visit.views().codelist_of(*version);
    pages::Section shown = found.add("VERSION");
    shown.set("PATH", commands::page_of(codelist, *version));
    shown.set("NAME", codelist.handle().name + " " + commands::tag_or_hash(*version));
    has_any = true;
  } else if (ended) {
    pages::Section shown = found.add("VERSION");
    shown.set("PATH", commands::page_of(ended->handles.front(), base::version_hash(*id)));
    shown.set("NAME", ended->handles.front().name + ", withdrawn");
    has_any = true;
  }
}

void add_found_releases(const Visit& visit, pages::Section& found, const std::string& lower,
                        bool& has_any) {
  std::size_t count = 0;
  for (const ReleaseRecord& release : visit.views().releases()) {
    const std::string names = base::ascii_lower(release.alias + "\n" + release.name);
    if (names.find(lower) == std::string::npos) continue;
    if (++count > found_of_each_max) break;
    if (count == 1) found.show("RELEASES");
    found.add("RELEASE")
        .set("PATH", "/releases/" + release.alias + "/")
        .set("NAME", system_name(release.coding_system) + " " + release.name);
    has_any = true;
  }
}

template <class Found, class AddRow>
void add_group(pages::Section& found, const char* group, const std::vector<Found>& all,
               bool& has_any, AddRow add_row) {
  if (all.empty()) return;
  has_any = true;
  pages::Section place = found.add(group);
  place.set("COUNT", pages::grouped(all.size()));
  for (std::size_t i = 0; i < std::min(all.size(), found_of_each_max); ++i) add_row(place, all[i]);
  place.show_if(all.size() > found_of_each_max, "MORE");
}

void add_found(const Visit& visit, pages::Section& content, const std::string& query) {
  pages::Section found = content.add("FOUND");
  found.set("QUERY", query);
  bool has_any = false;
  add_found_version(visit, found, query, has_any);
  add_group(found, "USERS", find_users(visit, query, found_of_each_max + 1), has_any,
            [](pages::Section& place, const FoundUser& user) { add_user_row(place, user); });
  add_group(
      found, "ORGANISATIONS", find_organisations(visit, query), has_any,
      [&](pages::Section& place, const auto& row) { add_organisation_row(visit, place, row); });
  add_group(found, "CODELISTS", find_all_codelists(visit, query), has_any,
            [&](pages::Section& place, const auto& row) { add_codelist_row(visit, place, row); });
  add_found_releases(visit, found, base::ascii_lower(query), has_any);
  found.show_if(!has_any, "NOTHING");
}

http::Response find_page(const Visit& visit) {
  const std::string query(base::trim_unicode_space(visit.request().query().get("q")));
  pages::Template content("superuser_find.html");
  content.set("QUERY", query);
  if (!query.empty()) {
    add_found(visit, content, query);
  } else {
    pages::Section start = content.add("START");
    const auto users = visit.views().users();
    start.set("USERS", pages::grouped(users.size()));
    start.set("ADMINS", pages::grouped(static_cast<std::uint64_t>(
                            std::ranges::count(users, true, &projections::UserRecord::is_admin))));
    start.set("ORGANISATIONS", pages::grouped(visit.views().organisations().size()));
    start.set("CODELISTS", pages::grouped(visit.views().codelist_ids().size()));
    start.set("RELEASES", pages::grouped(visit.views().releases().size()));
  }
  return superuser_page(visit, "Look after the site", content.expand());
}

// --- Releases

std::string state_of_file(const Visit& visit, const ReleaseRecord& release) {
  if (release.state != events::ReleaseState::ready) return "being imported";
  const auto& state = visit.application().site().release_state;
  return std::string(state ? state(release.alias) : "ready");
}

http::Response show_registered_releases(const Visit& visit) {
  pages::Template content("superuser_releases.html");
  std::size_t missing = 0;
  auto releases = visit.views().releases();
  std::ranges::sort(releases, std::ranges::greater{}, &ReleaseRecord::imported_at);
  for (const ReleaseRecord& release : releases) {
    const std::string state = state_of_file(visit, release);
    const bool is_bad = state == "missing" || state == "changed";
    if (is_bad) ++missing;
    pages::Section row = content.add("RELEASE");
    row.set("PATH", "/releases/" + release.alias + "/").set("ALIAS", release.alias);
    row.set("NAME", system_name(release.coding_system) + " " + release.name);
    row.set("VALID_FROM", release.valid_from == unknown_day ? "–" : day_of(release.valid_from));
    row.set("STATE", state).show(is_bad ? "BAD" : "GOOD");
    add_time(row, "TIME", release.imported_at);
    const auto report = visit.views().upgrade_report(release.alias);
    row.set("REPORT", report ? day_of(report->made_at) : "–");
  }
  content.set("COUNT", pages::counted(releases.size(), "release"));
  if (missing > 0) content.set_and_show("MISSING", pages::counted(missing, "file"));
  for (const projections::MappingRecord& mapping : visit.views().mappings()) {
    pages::Section row = content.add("MAPPING");
    row.set("NAME", mapping.mapping).set("RELEASE", mapping.name);
    row.set("ROWS", pages::grouped(mapping.rows_count));
    add_time(row, "TIME", mapping.imported_at);
  }
  return superuser_page(visit, "Releases", content.expand());
}

// --- OpenCodelists' addresses

// Its models, and the page that looks after them here.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> admin_pages = {
    std::pair{"opencodelists/user", "/superusers/users/"},
    std::pair{"opencodelists/organisation", "/superusers/organisations/"},
    std::pair{"authtoken", "/superusers/users/"}, std::pair{"auth", "/superusers/users/"},
    std::pair{"taggit", "/superusers/codelists/"}};

void add_old_addresses(http::Router& router) {
  router.add({.methods = {}, .pattern = "/admin/", .handler = [](auto&, auto&) {
                return http::redirect(302, "/superusers/");
              }});
  router.add(
      {.methods = {},
       .pattern = "/admin/{path:rest}",
       .handler = [](auto&, const http::PathParameters& path) {
         const auto* const found = std::ranges::find_if(
             admin_pages, [&](const auto& known) { return path["path"].starts_with(known.first); });
         return http::redirect(302, found == admin_pages.end() ? "/superusers/" : found->second);
       }});
}

}  // namespace

void add_superuser_pages(http::Router& router, application::Application& application) {
  add_page(router, application, {.pattern = "/superusers/", .get = for_superusers(find_page)});
  add_page(router, application,
           {.pattern = "/superusers/releases/", .get = for_superusers(show_registered_releases)});
  add_superuser_users(router, application);
  add_superuser_organisations(router, application);
  add_superuser_codelists(router, application);
  add_old_addresses(router);
}

}  // namespace codelog::web
