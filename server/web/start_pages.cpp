#include "server/web/start_pages.h"

#include <algorithm>
#include <set>

#include "events/base/text.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/web/codelist_index.h"
#include "server/web/pager.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::Owner;
using events::OwnerKind;
using events::VersionStatus;
using pages::Section;
using projections::CodelistRecord;
using projections::VersionRecord;

constexpr std::size_t results_per_page = 15;  // as in OpenCodelists
constexpr std::size_t newest_count = 12;
constexpr std::size_t people_count_max = 8;
constexpr std::size_t description_bytes_max = 300;

// --- The home page

std::string excerpt_of(const CodelistRecord& codelist) {
  const std::string_view all = codelist.description ? *codelist.description : std::string_view();
  const std::string_view cut = base::utf8_prefix(all, description_bytes_max);
  return cut.size() < all.size() ? std::string(cut) + "…" : std::string(cut);
}

void add_card(Section& place, const IndexedCodelist& codelist) {
  const auto& handle = codelist.record.handle();
  Section card = place.include("CARD", "_card.html");
  card.set("NAME", handle.name).set("PATH", commands::page_of(handle));
  card.set("OWNER", codelist.owner_name).set("OWNER_PATH", owner_path(handle.owner));
  card.set("SYSTEM", system_name(codelist.record.coding_system));
  card.set_and_show("EXCERPT", excerpt_of(codelist.record));
  card.set("VERSION", commands::tag_or_hash(codelist.newest));
  const std::uint64_t codes_count = included_count(codelist.newest);
  if (codes_count > 0) card.set_and_show("CODES", pages::counted(codes_count, "code"));
  const std::size_t signoffs_count = codelist.record.signoffs.size();
  if (signoffs_count > 0) card.set_and_show("SIGNOFFS", pages::counted(signoffs_count, "sign-off"));
  add_time(card, "TIME", codelist.newest.updated_at);
  add_strip(card, codelist.newest.counts);
}

// Organisations and people with published codelists whose name has all words.
void add_people(Section& page, const CodelistIndex::Codelists& codelists, std::string_view query) {
  const std::vector<std::string> words = words_of_query(query);
  std::set<std::pair<std::string, std::string>> found;  // name and path
  for (const IndexedCodelist& codelist : codelists) {
    const Owner& owner = codelist.record.handle().owner;
    const std::string text = base::ascii_lower(codelist.owner_name + " " + owner.name);
    const auto has = [&](const std::string& word) { return text.find(word) != std::string::npos; };
    if (std::ranges::all_of(words, has)) found.emplace(codelist.owner_name, owner_path(owner));
  }
  std::size_t shown = 0;
  for (const auto& [name, path] : found) {
    if (++shown > people_count_max) break;
    if (shown == 1) page.show("PEOPLE");
    page.add("PERSON").set("NAME", name).set("PATH", path);
  }
}

void add_results(const Visit& visit, Section& page, const CodelistIndex::Codelists& codelists,
                 const std::string& query) {
  Section results = page.add("RESULTS");
  const auto found = find_codelists(codelists, query);
  const Pager pager = pager_of(visit.request(), found.size(), results_per_page);
  results.set("COUNT", pages::counted(found.size(), "codelist")).set("QUERY", query);
  results.show_if(found.empty(), "NOTHING");
  for (std::size_t i = pager.first(); i < pager.after(); ++i) add_card(results, *found[i]);
  add_pager(results, pager, {{"q", query}});
  add_people(results, codelists, query);
}

void add_organisations(const Visit& visit, Section& page,
                       const CodelistIndex::Codelists& codelists) {
  for (const projections::OrganisationRecord& organisation : visit.views().organisations()) {
    const Owner owner{OwnerKind::organisation, organisation.slug};
    const auto count = std::ranges::count(codelists, owner, [](const IndexedCodelist& codelist) {
      return codelist.record.handle().owner;
    });
    if (count == 0) continue;
    Section row = page.add("ORGANISATION");
    row.set("NAME", organisation.name).set("PATH", owner_path(owner));
    row.set("COUNT", pages::grouped(static_cast<std::uint64_t>(count)));
  }
}

http::Response start_page(const Visit& visit, CodelistIndex& index) {
  // Everybody sees the same lists here: no codelist that only some may read.
  projections::Views views = visit.application().views();
  views.limit_to({});
  const auto codelists = index.at(views);
  pages::Template content("home.html");
  const std::string query(base::trim_unicode_space(visit.request().query().get("q")));
  content.set("QUERY", query).set("COUNT", pages::counted(codelists->size(), "codelist"));
  content.show_if(query.empty(), "AUTOFOCUS");
  if (!query.empty()) {
    add_results(visit, content, *codelists, query);
  } else if (codelists->empty()) {
    content.show("EMPTY_SITE");
  } else {
    Section newest = content.add("NEWEST");
    for (const IndexedCodelist* codelist : newest_codelists(*codelists, newest_count)) {
      add_card(newest, *codelist);
    }
    add_organisations(visit, newest, *codelists);
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

// The published version that lists show.
std::optional<VersionRecord> newest_published(const Visit& visit, const CodelistRecord& codelist) {
  const auto versions = visit.views().versions_of(codelist.id);
  const auto newest = std::find_if(versions.rbegin(), versions.rend(), [](const auto& version) {
    return version.status == VersionStatus::published;
  });
  return newest == versions.rend() ? std::nullopt : std::optional(*newest);
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
    const auto newest =
        sees_all ? visit.views().newest_version_of(codelist.id) : newest_published(visit, codelist);
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
  if (const auto published = newest_published(visit, codelist)) {
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
  // Shared by the copies of the handler.
  const auto index = std::make_shared<CodelistIndex>();
  add_page(router, application,
           {.pattern = "/",
            .get = [index](const Visit& visit) { return start_page(visit, *index); },
            .is_kept = true});
  add_page(router, application,
           {.pattern = "/codelist/{owner:slug}/", .get = organisation_page, .is_kept = true});
  add_page(router, application, {.pattern = "/users/{username:slug}/", .get = user_page});
}

}  // namespace codelog::web
