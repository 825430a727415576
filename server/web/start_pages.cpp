#include "server/web/start_pages.h"

#include <algorithm>

#include "server/application/pages.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/web/form_fields.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using application::escape_html;
using events::Owner;
using events::OwnerKind;
using events::VersionStatus;
using projections::CodelistRecord;

http::Response start_page(const Visit& visit) {
  std::string text =
      "<p>Codelists for research: built, reviewed and published, with their whole "
      "history.</p>\n<ul>\n";
  for (const projections::OrganisationRecord& organisation : visit.views().organisations()) {
    text += "<li>" + link("/codelist/" + organisation.slug + "/", organisation.name) + "</li>\n";
  }
  text += "</ul>\n<p>";
  if (visit.visitor()) {
    const std::string own = "/users/" + visit.actor().username + "/";
    text += link(own, "My codelists") + " – " + link("/organisations/", "My organisations") + " – ";
  }
  text += link("/conversions/", "Convert codes") + " – " +
          link("/coding-systems/latest-releases", "Latest releases") + "</p>\n";
  return visit.page(200, "Codelog", text);
}

std::string row_of(const Visit& visit, const CodelistRecord& codelist, bool sees_all) {
  const auto versions = visit.views().versions_of(codelist.id);
  const auto newest = std::find_if(versions.rbegin(), versions.rend(), [&](const auto& version) {
    return sees_all || version.status == VersionStatus::published;
  });
  if (newest == versions.rend()) return {};
  return "<tr><td>" + link(commands::page_of(codelist, *newest), codelist.handle().name) +
         "</td><td>" + escape_html(codelist.coding_system) + "</td><td>" +
         std::string(events::to_string(newest->status)) + "</td></tr>\n";
}

// By name. People who may create for the owner also see unpublished ones.
http::Response owner_page(const Visit& visit, const Owner& owner, std::string_view title) {
  const bool sees_all =
      visit.visitor() && commands::can_create_for(visit.views(), visit.actor(), owner);
  auto codelists = visit.views().codelists_of(owner);
  std::ranges::sort(codelists, {},
                    [](const CodelistRecord& codelist) { return codelist.handle().name; });
  std::string rows;
  for (const CodelistRecord& codelist : codelists) {
    if (!codelist.is_private || sees_all) rows += row_of(visit, codelist, sees_all);
  }
  std::string text = rows.empty()
                         ? "<p>" + escape_html(title) + " has not published any codelists.</p>\n"
                         : "<table>\n<tr><th>Name</th><th>Coding system</th>"
                           "<th>Status</th></tr>\n" +
                               rows + "</table>\n";
  const bool is_own = owner == Owner{OwnerKind::user, sees_all ? visit.actor().username : ""};
  if (is_own) {
    text += "<p>" + link("/users/" + owner.name + "/new-codelist/", "Create a codelist") + "</p>\n";
  }
  return visit.page(200, title, text);
}

http::Response organisation_page(const Visit& visit) {
  const auto organisation = visit.views().organisation(visit.path("owner"));
  if (!organisation) return visit.not_found();
  return owner_page(visit, {OwnerKind::organisation, organisation->slug}, organisation->name);
}

http::Response user_page(const Visit& visit) {
  const auto user = visit.views().user(visit.path("username"));
  if (!user || user->is_erased) return visit.not_found();
  return owner_page(visit, {OwnerKind::user, user->username}, user->username);
}

}  // namespace

void add_start_pages(http::Router& router, application::Application& application) {
  add_page(router, application, {.pattern = "/", .get = start_page});
  add_page(router, application, {.pattern = "/codelist/{owner:slug}/", .get = organisation_page});
  add_page(router, application, {.pattern = "/users/{username:slug}/", .get = user_page});
}

}  // namespace codelog::web
