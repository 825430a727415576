#include "server/web/superusers/superuser_organisations.h"

#include "events/base/text.h"
#include "server/web/superusers/superuser_visit.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using projections::OrganisationRecord;

constexpr const char* organisations_path = "/superusers/organisations/";

std::string path_of(const OrganisationRecord& organisation) {
  return organisations_path + organisation.slug + "/";
}

Form new_form(const http::Parameters& typed) {
  return with_typed({.action = organisations_path,
                     .button = "Add",
                     .fields = {{.name = "name", .label = "Name"},
                                {.name = "slug",
                                 .label = "Name in addresses",
                                 .hint = "Letters, digits, hyphens; it cannot be changed later."},
                                {.name = "url", .label = "Web site", .type = "url"},
                                reason_field()}},
                    typed);
}

http::Response organisations_page(const Visit& visit, const http::Parameters& values,
                                  const Problems& problems) {
  const std::string query(base::trim_unicode_space(visit.request().query().get("q")));
  pages::Template content("superuser_organisations.html");
  const Form add = new_form(values);
  content.set("PROBLEMS", problems_html(add, problems)).set("ADD", visit.form(add, problems));
  const auto found = find_organisations(visit, query);
  content.set("QUERY", query).set("COUNT", pages::counted(found.size(), "organisation"));
  content.show(found.empty() ? "NONE" : "SOME");
  for (const OrganisationRecord& organisation : found) {
    add_organisation_row(visit, content, organisation);
  }
  return superuser_page(visit, "Organisations", content.expand());
}

http::Response add_organisation(const Visit& visit, const http::Form& form) {
  const commands::AddOrganisation command{text_of(form, "slug"), text_of(form, "name"),
                                          text_of(form, "url")};
  const auto added =
      visit.application().accounts().add_organisation(explained(visit, form), command);
  if (added) {
    return visit.redirect("/organisations/" + command.slug + "/users",
                          "Added. Add its first administrator.");
  }
  return is_mendable(added.error())
             ? organisations_page(visit, form.fields, Problems(added.error()))
             : refused(visit, added.error());
}

http::Response organisation_admin_page(const Visit& visit, const OrganisationRecord& organisation,
                                       const http::Parameters& typed, const Problems& problems) {
  pages::Template content("superuser_organisation.html");
  const Form details = with_typed(
      {.action = path_of(organisation),
       .button = "Save",
       .fields = {{.name = "name", .label = "Name", .value = organisation.name},
                  {.name = "url", .label = "Web site", .value = organisation.url, .type = "url"},
                  reason_field()}},
      typed);
  content.set("PROBLEMS", problems_html(details, problems));
  content.set("DETAILS", visit.form(details, problems));
  content.set("PATH", "/organisations/" + organisation.slug + "/");
  content.set("CODELISTS_PATH", "/superusers/codelists/?q=" + organisation.slug + "/");
  content.set("MEMBERS",
              pages::counted(visit.views().members_of(organisation.slug).size(), "member"));
  const events::Owner owner{events::OwnerKind::organisation, organisation.slug};
  content.set("CODELISTS", pages::counted(visit.views().codelist_ids_of(owner).size(), "codelist"));
  content.show(visit.views().is_restricted(owner) ? "RESTRICTED" : "OPEN");
  add_record(visit, content, events::Stream::of_organisation(organisation.slug));
  return superuser_page(visit, organisation.name, content.expand());
}

http::Response show_organisation(const Visit& visit) {
  const auto organisation = visit.views().organisation(visit.path("organisation"));
  return organisation ? organisation_admin_page(visit, *organisation, {}, {}) : visit.not_found();
}

http::Response change_organisation(const Visit& visit, const http::Form& form) {
  const auto organisation = visit.views().organisation(visit.path("organisation"));
  if (!organisation) return visit.not_found();
  const auto changed = visit.application().accounts().change_organisation(
      explained(visit, form), {organisation->slug, text_of(form, "name"), text_of(form, "url")});
  if (changed) return visit.redirect(path_of(*organisation), "Saved.");
  return is_mendable(changed.error())
             ? organisation_admin_page(visit, *organisation, form.fields, Problems(changed.error()))
             : refused(visit, changed.error());
}

}  // namespace

std::vector<OrganisationRecord> find_organisations(const Visit& visit, std::string_view text) {
  const std::string lower = base::ascii_lower(text);
  auto found = visit.views().organisations();
  std::erase_if(found, [&](const OrganisationRecord& organisation) {
    const std::string names = base::ascii_lower(organisation.slug + "\n" + organisation.name);
    return names.find(lower) == std::string::npos;
  });
  return found;
}

void add_organisation_row(const Visit& visit, pages::Section& place,
                          const OrganisationRecord& organisation) {
  const events::Owner owner{events::OwnerKind::organisation, organisation.slug};
  pages::Section row = place.add("ORGANISATION");
  row.set("PATH", path_of(organisation)).set("NAME", organisation.name);
  row.set("SLUG", organisation.slug);
  row.set("MEMBERS", pages::grouped(visit.views().members_of(organisation.slug).size()));
  row.set("CODELISTS", pages::grouped(visit.views().codelist_ids_of(owner).size()));
}

void add_superuser_organisations(http::Router& router, application::Application& application) {
  add_page(
      router, application,
      {.pattern = organisations_path,
       .get = for_superusers([](const Visit& visit) { return organisations_page(visit, {}, {}); }),
       .post = for_superusers(add_organisation)});
  add_page(router, application,
           {.pattern = std::string(organisations_path) + "{organisation:slug}/",
            .get = for_superusers(show_organisation),
            .post = for_superusers(change_organisation)});
}

}  // namespace codelog::web
