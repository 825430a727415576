#include "server/web/site/start_pages.h"

#include <algorithm>

#include "events/base/text.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/finding/found_people.h"
#include "server/web/codelists/listed_card.h"
#include "server/web/pager.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::Owner;
using events::OwnerKind;
using events::VersionStatus;
using finding::ListedCodelist;
using pages::Section;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::size_t results_per_page = 15;  // as in OpenCodelists
constexpr std::size_t newest_count = 12;
constexpr std::size_t people_count_max = 8;
constexpr std::size_t most_used_count = 8;

// --- The home page

void add_people(finding::Readable& readable, Section& page, const finding::Contents& contents,
                const std::string& query) {
  bool is_first = true;
  for (const finding::FoundOwner& found :
       finding::find_people(readable, contents, query, people_count_max)) {
    if (is_first) page.show("PEOPLE");
    is_first = false;
    Section person = page.add("PERSON");
    person.set("NAME", found.name).set("PATH", owner_path(found.owner));
    if (found.codelists_count > 0) {
      person.set_and_show("LISTS", pages::grouped(found.codelists_count));
    }
  }
}

void add_codes(const Visit& visit, finding::Readable& readable, Section& results,
               const finding::Contents& contents, const std::vector<finding::FoundCode>& codes) {
  const finding::CodeIndex& index = visit.application().catalogue().codes();
  results.show_if(!codes.empty(), "CODES");
  for (const finding::FoundCode& code : codes) {
    Section row = results.add("CODE");
    row.set("CODE", code.code).set("TERM", code.term).set("PATH", concept_path(code));
    row.set("SYSTEM", system_name(code.coding_system)).show_if(!code.is_active, "INACTIVE");
    if (code.matched != code.term) row.set_and_show("MATCHED", code.matched);
    const std::size_t count = finding::count_codelists_with(readable, contents, index, code);
    row.set("LISTS", count == 0 ? "in no list" : "in " + pages::counted(count, "list"));
  }
}

void add_results(const Visit& visit, finding::Readable& readable, Section& page,
                 const finding::Contents& contents, const std::string& query) {
  Section results = page.add("RESULTS");
  const auto codes =
      finding::find_codes(visit.application().site(), contents, query, results_per_page);
  const auto codelists = finding::find_readable_codelists(
      readable, contents, visit.application().catalogue().codes(), query, codes);
  const Pager pager = pager_of(visit.request(), codelists.size(), results_per_page);
  results.set("COUNT", pages::counted(codelists.size(), "codelist")).set("QUERY", query);
  results.show_if(codelists.empty(), "NOTHING");
  for (std::size_t i = pager.first(); i < pager.after(); ++i) {
    add_card(visit, results, *codelists[i].codelist);
  }
  add_pager(results, pager, {{"q", query}});
  if (pager.page > 1) return;
  add_codes(visit, readable, results, contents, codes);
  add_people(readable, results, contents, query);
}

using Shown = std::vector<const ListedCodelist*>;

// The last published first.
Shown newest_of(Shown shown) {
  std::ranges::sort(shown, std::ranges::greater{},
                    [](const ListedCodelist* codelist) { return codelist->newest.changed_at; });
  if (shown.size() > newest_count) shown.resize(newest_count);
  return shown;
}

// Codelists from which others were begun, the most often first.
void add_most_used(Section& page, const Shown& shown, const finding::Contents& contents) {
  std::vector<std::pair<std::size_t, const ListedCodelist*>> used;
  for (const ListedCodelist* codelist : shown) {
    const auto uses = contents.uses.find(codelist->id);
    if (uses != contents.uses.end()) used.emplace_back(uses->second, codelist);
  }
  std::ranges::stable_sort(used, std::ranges::greater{}, [](const auto& one) { return one.first; });
  if (used.size() > most_used_count) used.resize(most_used_count);
  page.show_if(!used.empty(), "MOST_USED");
  for (const auto& [count, codelist] : used) {
    Section row = page.add("USED");
    row.set("NAME", codelist->handle.name).set("PATH", commands::page_of(codelist->handle));
    row.set("COUNT", pages::grouped(count)).set("LISTS", pages::counted(count, "codelist"));
  }
}

void add_organisations(const Visit& visit, Section& page, const Shown& shown) {
  for (const projections::OrganisationRecord& organisation : visit.views().organisations()) {
    const Owner owner{OwnerKind::organisation, organisation.slug};
    const auto count = std::ranges::count(
        shown, owner, [](const ListedCodelist* codelist) { return codelist->handle.owner; });
    if (count == 0) continue;
    Section row = page.add("ORGANISATION");
    row.set("NAME", organisation.name).set("PATH", owner_path(owner));
    row.set("COUNT", pages::grouped(static_cast<std::uint64_t>(count)));
  }
}

// Everybody sees the same lists here: no codelist that only some may read.
http::Response start_page(const Visit& visit) {
  const std::string query(base::trim_unicode_space(visit.request().query().get("q")));
  if (const auto problem = finding::refuse_query(query)) {
    return visit.page(400, "Codelog", "The search " + *problem + ".");
  }
  const auto contents = visit.application().catalogue().now();
  if (!contents) return refused(visit, contents.error());
  projections::Views views = visit.application().views();
  views.limit_to({});
  finding::Readable readable(views);
  Shown shown;
  for (const auto& codelist : (*contents)->by_name) {
    if (readable.has(*codelist)) shown.push_back(codelist.get());
  }
  pages::Template content("home.html");
  content.set("QUERY", query).set("COUNT", pages::counted(shown.size(), "list"));
  content.show_if(query.empty(), "AUTOFOCUS");
  if (!query.empty()) {
    add_results(visit, readable, content, **contents, query);
  } else if (shown.empty()) {
    content.show("EMPTY_SITE");
  } else {
    Section newest = content.add("NEWEST");
    for (const ListedCodelist* codelist : newest_of(shown)) add_card(visit, newest, *codelist);
    add_most_used(newest, shown, **contents);
    add_organisations(visit, newest, shown);
  }
  return visit.page({.title = "Codelog",
                     .has_own_heading = true,
                     .description = "Clinical codelists for research, with every decision on "
                                    "record: search, judge, download and cite them.",
                     .canonical = query.empty() ? visit.address_of("/") : "",
                     .width = pages::Width::wide,
                     .search = std::nullopt},
                    content.expand());
}

// --- A person's or an organisation's codelists

void add_version_row(Section& place, const CodelistRecord& codelist, const VersionRecord& version) {
  Section row = place.add("VERSION");
  row.set("NAME", codelist.handle().name).set("CODELIST", commands::page_of(codelist.handle()));
  row.set("SYSTEM", system_name(codelist.coding_system));
  row.set("VERSION", commands::tag_or_hash(version));
  row.set("PATH", commands::page_of(codelist, version));
  row.set("CODES", pages::grouped(included_count(version)));
  add_badge(row, version.status);
  add_time(row, "TIME", version.updated_at);
}

std::string sort_key(const CodelistRecord& codelist) {
  return base::ascii_lower(codelist.handle().name);
}

// The published codelists of an owner, by name. People who may create for the owner also see
// unpublished ones.
http::Response owner_page(const Visit& visit, const Owner& owner, const std::string& title) {
  const bool sees_all =
      visit.visitor() && commands::can_create_for(visit.views(), visit.actor(), owner);
  auto codelists = visit.views().codelists_of(owner);
  std::ranges::sort(codelists, {}, sort_key);
  pages::Template content("owner.html");
  bool has_any = false;
  for (const CodelistRecord& codelist : codelists) {
    if (codelist.is_private && !sees_all) continue;
    const auto newest = sees_all ? visit.views().newest_version_of(codelist.id)
                                 : visit.views().newest_published_of(codelist.id);
    if (!newest) continue;
    has_any = true;
    add_version_row(content, codelist, *newest);
  }
  content.set("NAME", title).show(has_any ? "SOME" : "NONE");
  if (owner.kind == OwnerKind::organisation) {
    content.set_and_show("ORGANISATION", "/organisations/" + owner.name + "/");
    if (sees_all) content.set_and_show("ADD", "/codelist/" + owner.name + "/add/");
  }
  return visit.page(
      {.title = title, .description = "Codelists of " + title + ".", .width = pages::Width::wide},
      content.expand());
}

http::Response organisation_page(const Visit& visit) {
  const auto organisation = visit.views().organisation(visit.path("owner"));
  if (!organisation) return visit.not_found();
  return owner_page(visit, {OwnerKind::organisation, organisation->slug}, organisation->name);
}

// OpenCodelists' rule: their codelists, and those with a version that they made: every version that
// is not published, the newest first, then the newest published one.
void add_own_codelist(const Visit& visit, Section& page, const CodelistRecord& codelist) {
  const std::string& username = visit.actor().username;
  const Owner& owner = codelist.handle().owner;
  const bool is_own = owner == Owner{OwnerKind::user, username};
  const auto versions = visit.views().versions_of(codelist.id);
  const auto is_mine = [&](const VersionRecord& version) { return version.author == username; };
  if (!is_own && std::ranges::none_of(versions, is_mine)) return;
  Section place = page.add("CODELIST");
  place.set("OWNER", is_own ? "Me" : owner_name(visit.views(), owner));
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->status == VersionStatus::published) continue;
    add_version_row(place, codelist, *version);
  }
  if (const auto published = visit.views().newest_published_of(codelist.id)) {
    add_version_row(place, codelist, *published);
  }
}

http::Response own_page(const Visit& visit) {
  auto codelists = visit.views().codelists();
  std::ranges::sort(codelists, {}, sort_key);
  pages::Template content("my_codelists.html");
  content.set("USERNAME", visit.actor().username);
  for (const CodelistRecord& codelist : codelists) add_own_codelist(visit, content, codelist);
  return visit.page({.title = "My codelists", .has_own_heading = true, .width = pages::Width::wide},
                    content.expand());
}

http::Response user_page(const Visit& visit) {
  const auto user = visit.views().user(visit.path("username"));
  if (!user || user->is_erased) return visit.not_found();
  if (visit.visitor() && visit.actor().username == user->username) return own_page(visit);
  return owner_page(visit, {OwnerKind::user, user->username}, user->username);
}

}  // namespace

void add_start_pages(http::Router& router, application::Application& application) {
  add_page(router, application, {.pattern = "/", .get = start_page, .is_kept = true});
  add_page(router, application,
           {.pattern = "/codelist/{owner:slug}/", .get = organisation_page, .is_kept = true});
  add_page(router, application, {.pattern = "/users/{username:slug}/", .get = user_page});
}

}  // namespace codelog::web
