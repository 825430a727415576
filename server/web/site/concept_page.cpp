#include "server/web/site/concept_page.h"

#include <algorithm>

#include "coding_systems/base/release_comparison.h"
#include "coding_systems/base/typed_code.h"
#include "events/base/text.h"
#include "server/commands/open_mappings.h"
#include "server/http/urlencoded.h"
#include "server/web/codelists/listed_card.h"
#include "server/web/pager.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using coding_systems::Node;
using coding_systems::Release;
using pages::Section;

constexpr std::size_t lists_per_page = 15;
constexpr std::size_t relatives_max = 100;

void add_concept(Section& place, std::string_view section, const Release& release, Node node) {
  Section row = place.add(section);
  row.set("CODE", release.code(node)).set("TERM", commands::shown_term(release, node));
  row.set("PATH", concept_path(release.alias(), release.code(node)));
  row.show_if(!release.is_active(node), "INACTIVE");
}

// By term.
void add_relatives(Section& page, std::string_view section, const Release& release,
                   std::span<const Node> nodes) {
  if (nodes.empty()) return;
  std::vector<Node> sorted(nodes.begin(), nodes.end());
  std::ranges::sort(sorted, {}, [&](Node node) {
    return base::ascii_lower(commands::shown_term(release, node));
  });
  Section shown = page.add(section);
  shown.set("COUNT", pages::grouped(sorted.size()));
  for (std::size_t i = 0; i < std::min(sorted.size(), relatives_max); ++i) {
    add_concept(shown, "RELATIVE", release, sorted[i]);
  }
  if (sorted.size() > relatives_max) {
    shown.set_and_show("MORE", pages::grouped(sorted.size() - relatives_max));
  }
}

// The codes of the release that take the place of an inactive one.
void add_successors(Section& page, const std::shared_ptr<const Release>& release, Node node,
                    const coding_systems::FindSuccessors& find_more) {
  const coding_systems::ReleaseComparison releases(nullptr, release);
  bool has_any = false;
  for (const auto& successor : releases.successors_of(release->code(node), find_more)) {
    const auto next = release->find(successor.code);
    if (!next) continue;
    has_any = true;
    Section row = page.add("SUCCESSOR");
    row.set("RELATION", base::ascii_lower(successor.relation));
    add_concept(row, "CONCEPT", *release, *next);
  }
  page.show_if(!has_any, "NO_SUCCESSOR");
}

void add_description(Section& page, const Release& release, Node node) {
  const std::string_view term = commands::shown_term(release, node);
  const auto name = release.name(node);
  if (name && *name != term) page.set_and_show("FULL_NAME", *name);
  auto synonyms = release.synonyms(node);
  std::erase(synonyms, term);
  if (!synonyms.empty()) {
    Section section = page.add("SYNONYMS");
    for (const std::string_view synonym : synonyms) section.add("SYNONYM").set("TEXT", synonym);
  }
  for (const std::string& type : release.type_titles(node)) page.add("TYPE").set("TITLE", type);
  for (const auto& detail : release.details(node)) {
    page.add("DETAIL").set("NAME", detail.name).set("VALUE", detail.value);
  }
}

void add_codelists(const Visit& visit, Section& page, const Release& release, Node node) {
  finding::Catalogue& catalogue = visit.application().catalogue();
  const auto contents = catalogue.now();
  if (!contents) {
    page.show("NOT_YET");
    return;
  }
  finding::Readable readable(visit.views());
  const auto found = finding::readable_codelists_with(readable, **contents, catalogue.codes(),
                                                      release.system().id, release.code(node));
  const Pager pager = pager_of(visit.request(), found.size(), lists_per_page);
  Section lists = page.add("LISTS");
  if (!found.empty()) page.set_and_show("TOTAL", pages::grouped(found.size()));
  lists.show_if(found.empty(), "NONE").show_if(!catalogue.codes().is_whole(), "NOT_WHOLE");
  for (std::size_t i = pager.first(); i < pager.after(); ++i) add_card(visit, lists, *found[i]);
  add_pager(lists, pager, {}, "#codelists");
}

// In the newest release of the system, if that is another one and has the code.
void add_newest(const Visit& visit, Section& page, const Release& release, Node node) {
  const auto contents = visit.application().catalogue().now();
  if (!contents) return;
  for (const projections::ReleaseRecord& newest : (*contents)->newest_releases) {
    if (newest.coding_system != release.system().id || newest.alias == release.alias()) continue;
    const auto open = visit.application().site().open_release(newest.coding_system, newest.alias);
    if (!open || !(*open)->find(release.code(node))) continue;
    page.add("NEWEST")
        .set("NAME", newest.name)
        .set("PATH", concept_path(newest.alias, release.code(node)));
  }
}

}  // namespace

http::Response concept_page(const Visit& visit) {
  const auto record = visit.views().release(visit.path("alias"));
  if (!record || !commands::has_release_file(visit.views(), record->coding_system, record->alias)) {
    return visit.not_found();
  }
  const auto opened = visit.application().site().open_release(record->coding_system, record->alias);
  if (!opened) return refused(visit, opened.error());
  const Release& release = **opened;
  const auto node = coding_systems::find_typed_code(release, visit.path("code"));
  if (!node) return visit.not_found();
  const std::string code(release.code(*node));
  const std::string term(commands::shown_term(release, *node));
  pages::Template content("concept.html");
  content.set("TERM", term).set("CODE", code);
  content.set("RELEASE", system_name(record->coding_system) + " " + record->name);
  content.set("RELEASE_PATH", "/releases/" + record->alias + "/");
  content.set("DATA", "/api/v2/releases/" + record->alias + "/codes/" + http::percent_encode(code));
  if (release.is_active(*node)) {
    content.show("ACTIVE");
  } else {
    const commands::Site& site = visit.application().site();
    const auto find_more =
        commands::successors_beside(site.mappings, visit.views(), record->coding_system);
    if (!find_more) return refused(visit, find_more.error());
    Section inactive = content.add("INACTIVE_CODE");
    add_successors(inactive, *opened, *node, *find_more);
  }
  add_description(content, release, *node);
  add_relatives(content, "PARENTS", release, release.hierarchy().parents(*node));
  add_relatives(content, "CHILDREN", release, release.hierarchy().children(*node));
  add_codelists(visit, content, release, *node);
  add_newest(visit, content, release, *node);
  return visit.page(
      {.title = term + " " + code,
       .has_own_heading = true,
       .description = term + ", " + code + " in " + system_name(record->coding_system) +
                      ": what it is, and which codelists include it.",
       .canonical = visit.address_of(concept_path(record->alias, code)),
       .width = pages::Width::wide},
      content.expand());
}

}  // namespace codelog::web
