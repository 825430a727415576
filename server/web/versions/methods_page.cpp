#include "server/web/versions/methods_page.h"

#include "events/base/client_detail.h"
#include "server/files/downloads.h"
#include "server/pages/markdown.h"
#include "server/web/codelists/history_page.h"
#include "server/web/versions/methods.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using commands::NamedVersion;
using events::OwnerKind;
using pages::grouped;
using pages::Section;

void add_act(Section& place, std::string_view name, const std::optional<MethodsAct>& act) {
  if (!act) return;
  Section shown = place.add(name);
  shown.set("DAY", day_of(act->time)).set("PERSON", act->person);
  shown.set("POSITION", position_words(act->position));
}

void add_facts_of(Section& page, const Methods& methods) {
  page.set("NAME", methods.name).set("VERSION", methods.version).set("STATUS", methods.status);
  page.set("METHODS_OWNER", methods.owner).set("ADDRESS", methods.address);
  page.set("SYSTEM", methods.system).set("RELEASE", methods.release);
  page.set("ALIAS", methods.release_alias).set_and_show("RELEASE_DAY", methods.release_day);
  page.set("ORIGIN", methods.origin).set("TODAY", methods.today);
  if (!methods.is_table) {
    Section counts = page.add("COUNTS");
    counts.set("INCLUDED", grouped(methods.included_count));
    counts.set("EXCLUDED", grouped(methods.excluded_count));
    counts.set("DECIDED", grouped(methods.decided_count));
    if (methods.undecided_count > 0) counts.set_and_show("OPEN", grouped(methods.undecided_count));
  }
  page.set_and_show("DESCRIPTION", methods.description);
  if (!methods.methodology.empty()) {
    page.add("METHODOLOGY").set("HTML", pages::markdown(methods.methodology));
  }
  for (const events::Reference& reference : methods.references) {
    page.add("REFERENCE").set("TEXT", reference.text).set("URL", reference.url);
  }
  page.show_if(!methods.references.empty(), "REFERENCES");
}

void add_searches_of(Section& page, const Methods& methods) {
  if (methods.searches.empty()) return;
  Section searches = page.add("SEARCHES");
  for (const MethodsSearch& search : methods.searches) {
    Section row = searches.add("SEARCH");
    row.set("TEXT", search.text).set("MODE", search.mode);
    row.set_and_show("FILTERS", search.filters);
    row.set("FOUND", grouped(search.found_count)).set("INCLUDED", grouped(search.included_count));
    add_act(row, "ACT", search.act);
  }
}

void add_decision_rows(Section& table, const std::vector<MethodsDecision>& decisions) {
  for (const MethodsDecision& decision : decisions) {
    Section row = table.add("DECISION");
    add_mark(row, decision.status);
    row.set("CODE", decision.code).set("TERM", decision.term);
    row.set("DEPTH", std::to_string(std::min<std::size_t>(decision.depth, 6)));
    row.set_and_show("REASON", decision.reason);
    add_act(row, "ACT", decision.act);
    row.show_if(decision.is_from_source, "FROM_SOURCE");
  }
}

void add_decisions_of(Section& page, const Methods& methods) {
  if (methods.decisions.empty() && methods.other_decisions.empty()) return;
  Section decisions = page.add("DECISIONS");
  if (!methods.decisions.empty()) {
    Section table = decisions.include("TABLE", "_decisions.html");
    add_decision_rows(table, methods.decisions);
  }
  if (!methods.other_decisions.empty()) {
    Section others = decisions.add("OTHERS");
    Section table = others.include("TABLE", "_decisions.html");
    add_decision_rows(table, methods.other_decisions);
  }
  if (methods.decisions_left_out_count > 0) {
    decisions.set_and_show("LEFT", grouped(methods.decisions_left_out_count));
  }
  decisions.show_if(!methods.is_complete, "INCOMPLETE");
}

void add_people_of(Section& page, const Methods& methods) {
  for (const MethodsPerson& person : methods.people) {
    page.add("PERSON")
        .set("WHO", person.name)
        .set("DECISIONS_MADE", person.decisions)
        .set("SEARCHES_MADE", person.searches)
        .set("DAYS", person.days);
  }
  add_act(page, "CREATED", methods.created);
  add_act(page, "SAVED", methods.saved);
  add_act(page, "PUBLISHED", methods.published);
  for (const std::string& words : methods.signed_off) page.add("SIGNED").set("WORDS", words);
}

void add_difference_of(Section& page, const Methods& methods) {
  if (!methods.difference) return;
  const MethodsDifference& difference = *methods.difference;
  Section shown = page.add("DIFFERENCE");
  shown.set("BEFORE", difference.version).set("PATH", difference.path);
  shown.set("ADDED", grouped(difference.added_count));
  shown.set("REMOVED", grouped(difference.removed_count));
  const auto list = [&](const char* name, const std::vector<MethodsChange>& changes) {
    for (const MethodsChange& change : changes) {
      shown.add(name).set("CODE", change.code).set("TERM", change.term);
    }
  };
  list("PLUS", difference.added);
  list("MINUS", difference.removed);
  shown.show_if(difference.added_count > difference.added.size() ||
                    difference.removed_count > difference.removed.size(),
                "CUT");
}

std::optional<NamedVersion> version_in_path(const Visit& visit, OwnerKind kind) {
  return commands::find_version(visit.views(), {kind, std::string(visit.path("owner"))},
                                visit.path("slug"), visit.path("version"));
}

http::Response cannot_tell(const Visit& visit, const base::Error& error) {
  http::Response response =
      visit.page(http::http_status(error.code), "Methods appendix", base::client_detail(error));
  note_fault(error, response);
  return response;
}

http::Response methods_page(const Visit& visit, OwnerKind kind) {
  const auto named = version_in_path(visit, kind);
  if (!named) return visit.not_found();
  const auto methods = methods_of(visit, *named);
  if (!methods) return cannot_tell(visit, methods.error());
  const projections::Handle& handle = named->codelist.handle();
  pages::Template content("methods.html");
  content.set("OWNER", owner_name(visit.views(), handle.owner));
  content.set("OWNER_PATH", owner_path(handle.owner));
  content.set("OVERVIEW", commands::page_of(handle) + "-/");
  content.set("VERSION_PATH", commands::page_of(named->codelist, named->version));
  content.set("HISTORY", history_path(handle));
  add_facts_of(content, *methods);
  add_searches_of(content, *methods);
  add_decisions_of(content, *methods);
  add_people_of(content, *methods);
  add_difference_of(content, *methods);
  content.set("HASH", methods->hash).set("LOG", methods->log_id);
  content.set("POSITION", methods->position);
  content.set_and_show("CONTENT_DIGEST", methods->content_digest);
  content.set_and_show("DOWNLOAD_DIGEST", methods->download_digest);
  content.set_and_show("RELEASE_DIGEST", methods->release_digest);
  return visit.page({.title = "Methods: " + methods->name + " " + methods->version,
                     .has_own_heading = true,
                     .description = "How " + methods->name + " was made.",
                     .canonical = visit.address_of(
                         commands::page_of(named->codelist, named->version) + "-/methods/"),
                     .width = pages::Width::wide},
                    content.expand());
}

http::Response decisions_file(const Visit& visit, OwnerKind kind) {
  const auto named = version_in_path(visit, kind);
  if (!named) return visit.not_found();
  const auto methods = methods_of(visit, *named, SIZE_MAX);
  if (!methods) return cannot_tell(visit, methods.error());
  http::Response response =
      http::csv(decisions_csv(*methods),
                files::download_name(named->codelist, named->version) + "-decisions.csv");
  response.add("Cache-Control", "private, no-cache");
  return response;
}

http::Response methods_file(const Visit& visit, OwnerKind kind) {
  const auto named = version_in_path(visit, kind);
  if (!named) return visit.not_found();
  const auto methods = methods_of(visit, *named);
  if (!methods) return cannot_tell(visit, methods.error());
  http::Response response =
      http::content(200, "text/markdown; charset=utf-8", methods_markdown(*methods));
  response.add("Content-Disposition", "attachment; filename=\"" +
                                          files::download_name(named->codelist, named->version) +
                                          "-methods.md\"");
  response.add("Cache-Control", "private, no-cache");
  return response;
}

}  // namespace

void add_methods_pages(http::Router& router, application::Application& application) {
  const std::pair<OwnerKind, std::string> versions[] = {
      {OwnerKind::organisation, "/codelist/{owner:slug}/{slug:slug}/{version}/-/"},
      {OwnerKind::user, "/codelist/user/{owner:slug}/{slug:slug}/{version}/-/"}};
  for (const auto& [kind, pattern] : versions) {
    add_page(router, application,
             {.pattern = pattern + "methods/",
              .get = [kind = kind](const Visit& visit) { return methods_page(visit, kind); }});
    add_page(router, application,
             {.pattern = pattern + "methods/methods.md",
              .get = [kind = kind](const Visit& visit) { return methods_file(visit, kind); }});
    add_page(router, application,
             {.pattern = pattern + "decisions.csv",
              .get = [kind = kind](const Visit& visit) { return decisions_file(visit, kind); }});
  }
}

}  // namespace codelog::web
