#include "server/web/organisations/organisation_page.h"

#include <algorithm>

#include "events/base/text.h"
#include "server/commands/newest_release.h"
#include "server/commands/version_names.h"
#include "server/web/pager.h"
#include "server/web/versions/upgraded_codes.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::OwnerKind;
using events::VersionStatus;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::size_t shown_codelists_max = 20;
constexpr std::size_t review_rows_per_page = 50;

struct OwnVersion {
  CodelistRecord codelist;
  VersionRecord version;
};

struct OwnVersions {
  std::vector<OwnVersion> published;     // the newest of each codelist; the last changed first
  std::vector<OwnVersion> under_review;  // all; by name
};

OwnVersions versions_of(const Visit& visit, const std::string& slug) {
  OwnVersions all;
  for (const CodelistRecord& codelist :
       visit.views().codelists_of({OwnerKind::organisation, slug})) {
    if (codelist.is_private) continue;
    if (auto newest = visit.views().newest_published_of(codelist.id)) {
      all.published.push_back({codelist, std::move(*newest)});
    }
    const auto versions = visit.views().versions_of(codelist.id);
    for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
      if (version->status == VersionStatus::under_review) {
        all.under_review.push_back({codelist, *version});
      }
    }
  }
  std::ranges::stable_sort(all.published, std::ranges::greater{},
                           [](const OwnVersion& own) { return own.version.updated_at; });
  std::ranges::stable_sort(all.under_review, {}, [](const OwnVersion& own) {
    return base::ascii_lower(own.codelist.handle().name);
  });
  return all;
}

void add_version(pages::Section& row, const OwnVersion& own, base::Timestamp time) {
  row.set("NAME", own.codelist.handle().name);
  row.set("PATH", commands::page_of(own.codelist, own.version));
  row.set("VERSION", commands::tag_or_hash(own.version));
  add_time(row, "TIME", time);
}

void add_codelists(pages::Section& content, const std::vector<OwnVersion>& published) {
  if (published.empty()) {
    content.show("NOTHING");
    return;
  }
  pages::Section some = content.add("SOME");
  for (std::size_t i = 0; i < std::min(published.size(), shown_codelists_max); ++i) {
    const OwnVersion& own = published[i];
    pages::Section row = some.add("CODELIST");
    add_version(row, own, own.version.updated_at);
    row.set("CODELIST", commands::page_of(own.codelist.handle()));
    row.set("SYSTEM", system_name(own.codelist.coding_system));
    row.set("CODES", own.version.has_csv_data ? "–" : pages::grouped(included_count(own.version)));
  }
  some.show_if(published.size() > shown_codelists_max, "MORE");
}

// What the newest release of each coding system does to the newest published versions, from the
// reports that there are.
void add_touched(const Visit& visit, pages::Section& content,
                 const std::vector<OwnVersion>& published) {
  std::vector<std::string> systems;
  for (const OwnVersion& own : published) systems.push_back(own.codelist.coding_system);
  std::ranges::sort(systems);
  systems.erase(std::unique(systems.begin(), systems.end()), systems.end());
  for (const std::string& system : systems) {
    const auto release =
        commands::newest_release(visit.application().site().log, visit.views(), system);
    const auto report = release ? visit.views().upgrade_report(release->alias) : std::nullopt;
    if (!report) continue;
    std::uint64_t touched = 0;
    std::uint64_t unknown = 0;
    for (const OwnVersion& own : published) {
      const auto* const effect = reported_effect(*report, own.version.id);
      if (effect == nullptr) continue;
      if (effect->outcome == events::UpgradeOutcome::affected) ++touched;
      if (effect->outcome == events::UpgradeOutcome::cannot_tell) ++unknown;
    }
    if (touched == 0) continue;
    pages::Section shown = content.add("TOUCHED");
    shown.set("LISTS", pages::counted(touched, "list") + (touched == 1 ? " is" : " are"));
    shown.set("RELEASE", system_name(system) + " " + release->name);
    shown.set("PATH", "/releases/" + release->alias + "/report/");
    if (unknown > 0) shown.set_and_show("UNKNOWN", pages::grouped(unknown));
  }
}

// Members see each other; all others learn how many there are.
void add_members_card(const Visit& visit, pages::Section& content, const std::string& slug) {
  const auto members = visit.views().members_of(slug);
  content.set("MEMBERS", pages::grouped(members.size()));
  const auto own =
      visit.visitor() ? visit.views().member(slug, visit.actor().username) : std::nullopt;
  const bool is_superuser = visit.visitor() && visit.actor().is_admin;
  const bool may_administer = is_superuser || (own && own->is_admin);
  if (own) content.set_and_show("ADD", "/codelist/" + slug + "/add/");
  if (may_administer) content.set_and_show("ADMINISTER", "/organisations/" + slug + "/");
  if (!own && !is_superuser) {
    content.set("SENTENCE",
                pages::counted(members.size(), "member") + ". Members see who the others are.");
    return;
  }
  pages::Section inside = content.add("INSIDE");
  for (const projections::MemberRecord& member : members) {
    pages::Section row = inside.add("MEMBER");
    row.set("USERNAME", member.username).set("PATH", "/users/" + member.username + "/");
    row.show_if(member.is_admin, "ADMIN");
  }
  content.set("SENTENCE", may_administer ? "Changes are in the log, with a reason."
                                         : "Its administrators can add and remove members.");
}

http::Response about_organisation(const Visit& visit) {
  const auto organisation = visit.views().organisation(visit.path("organisation"));
  if (!organisation) return visit.not_found();
  const std::string& slug = organisation->slug;
  const OwnVersions all = versions_of(visit, slug);
  pages::Template content("organisation.html");
  content.set("NAME", organisation->name).set_and_show("URL", organisation->url);
  content.set("PATH", "/codelist/" + slug + "/");
  content.set("PUBLISHED", pages::grouped(all.published.size()));
  content.set("REVIEW", pages::grouped(all.under_review.size()));
  add_touched(visit, content, all.published);
  add_codelists(content, all.published);
  if (!all.under_review.empty()) {
    pages::Section review = content.add("UNDER_REVIEW");
    for (std::size_t i = 0; i < std::min(all.under_review.size(), shown_codelists_max); ++i) {
      pages::Section row = review.add("VERSION");
      add_version(row, all.under_review[i], all.under_review[i].version.created_at);
    }
  }
  add_members_card(visit, content, slug);
  return visit.page({.title = organisation->name,
                     .has_own_heading = true,
                     .description = "The codelists of " + organisation->name + ".",
                     .width = pages::Width::wide},
                    content.expand());
}

http::Response under_review_page(const Visit& visit) {
  const auto organisation = visit.views().organisation(visit.path("owner"));
  if (!organisation) return visit.not_found();
  const OwnVersions all = versions_of(visit, organisation->slug);
  pages::Template content("under_review.html");
  content.set("NAME", organisation->name);
  content.set("ORGANISATION", "/organisations/" + organisation->slug + "/");
  const Pager pager = pager_of(visit.request(), all.under_review.size(), review_rows_per_page);
  content.show_if(all.under_review.empty(), "NONE");
  if (!all.under_review.empty()) {
    pages::Section some = content.add("SOME");
    for (std::size_t i = pager.first(); i < pager.after(); ++i) {
      pages::Section row = some.add("VERSION");
      add_version(row, all.under_review[i], all.under_review[i].version.created_at);
    }
    add_pager(some, pager, {});
  }
  return visit.page({.title = organisation->name + ": under review", .width = pages::Width::wide},
                    content.expand());
}

}  // namespace

void add_organisation_page(http::Router& router, application::Application& application) {
  add_page(router, application,
           {.pattern = "/organisations/{organisation:slug}/", .get = about_organisation});
  // Before a codelist of this name, as in OpenCodelists.
  add_page(router, application,
           {.pattern = "/codelist/{owner:slug}/under-review/", .get = under_review_page});
}

}  // namespace codelog::web
