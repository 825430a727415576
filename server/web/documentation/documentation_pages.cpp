#include "server/web/documentation/documentation_pages.h"

#include "events/base/text.h"
#include "server/web/documentation/documentation.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using pages::Section;

// The list of all pages beside the text, with its search.
void add_navigation(Section& content, std::string_view query, const DocumentationPage* here) {
  Section navigation = content.include("NAVIGATION", "_docs_navigation.html");
  navigation.set("QUERY", query);
  for (const DocumentationGroup& group : documentation().groups()) {
    Section shown = navigation.add("GROUP");
    shown.set("TITLE", group.title);
    for (const DocumentationPage& page : group.pages) {
      Section row = shown.add("PAGE");
      row.set("PATH", page.path()).set("NAME", page.title).show_if(&page == here, "HERE");
    }
  }
}

void add_parts(Section& content, const DocumentationPage& page) {
  for (const pages::ArticlePart& part : page.article.parts) {
    if (part.level != 2) continue;
    content.add("PART").set("ID", part.id).set("TITLE", part.title);
  }
  content.show_if(page.article.parts.size() > 2, "PARTS");
}

http::Response documentation_page(const Visit& visit) {
  const auto [previous, page, next] = documentation().find(visit.path("page"));
  if (page == nullptr) {
    pages::Template content("docs_missing.html");
    add_navigation(content, {}, nullptr);
    return visit.page({.status = 404,
                       .title = "404 Page not found",
                       .has_own_heading = true,
                       .width = pages::Width::wide},
                      content.expand());
  }
  pages::Template content("docs.html");
  content.set("TITLE", page->article.title).set("BODY", page->article.body);
  add_navigation(content, {}, page);
  add_parts(content, *page);
  if (previous != nullptr) {
    content.add("PREVIOUS").set("PATH", previous->path()).set("NAME", previous->title);
  }
  if (next != nullptr) content.add("NEXT").set("PATH", next->path()).set("NAME", next->title);
  return visit.page({.title = page->article.title,
                     .has_own_heading = true,
                     .description = page->article.summary,
                     .canonical = visit.address_of(page->path()),
                     .width = pages::Width::wide},
                    content.expand());
}

void add_hits(Section& content, std::string_view query) {
  const auto hits = documentation().search(query);
  Section results = content.add("RESULTS");
  results.set("COUNT", pages::counted(hits.size(), "part")).set("QUERY", query);
  results.show_if(hits.empty(), "NOTHING");
  for (const DocumentationHit& hit : hits) {
    Section row = results.add("HIT");
    row.set("PAGE", hit.page->article.title).set("PATH", hit.page->path());
    if (hit.part->level > 0) row.add("PART").set("TITLE", hit.part->title);
    if (hit.part->level > 0) row.set("FRAGMENT", "#" + hit.part->id);
    row.set("BEFORE", hit.before).set("AFTER", hit.after).set_and_show("FOUND", hit.found);
  }
}

http::Response front_page(const Visit& visit) {
  const std::string query(base::trim_unicode_space(visit.request().query().get("q")));
  pages::Template content("docs_front.html");
  content.set("TITLE", documentation().front().title).set("QUERY", query);
  content.set("SUMMARY", documentation().front().summary);
  if (!query.empty()) add_hits(content, query);
  if (query.empty()) {
    Section all = content.add("ALL");
    for (const DocumentationGroup& group : documentation().groups()) {
      Section shown = all.add("GROUP");
      shown.set("TITLE", group.title);
      for (const DocumentationPage& page : group.pages) {
        Section row = shown.add("PAGE");
        row.set("PATH", page.path()).set("NAME", page.title);
        row.set("SUMMARY", page.article.summary);
      }
    }
  }
  return visit.page({.title = documentation().front().title,
                     .has_own_heading = true,
                     .description = documentation().front().summary,
                     .canonical = query.empty() ? visit.address_of("/docs/") : "",
                     .width = pages::Width::wide},
                    content.expand());
}

}  // namespace

void add_documentation_pages(http::Router& router, application::Application& application) {
  add_page(router, application, {.pattern = "/docs/", .get = front_page});
  add_page(router, application, {.pattern = "/docs/{page}/", .get = documentation_page});
}

}  // namespace codelog::web
