#include "server/web/access_pages.h"

#include <string>
#include <utility>

#include "server/application/names.h"
#include "server/application/pages.h"
#include "server/commands/access_commands.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/web/form_fields.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using application::escape_html;
using events::Owner;
using events::OwnerKind;

constexpr const char* field_name = "access";
constexpr std::string_view restricted = "restricted";
constexpr std::string_view open_to_all = "open";

std::string access_form(const Visit& visit, bool is_restricted, const std::string& editors) {
  const std::pair<std::string, std::string> choices[] = {{std::string(open_to_all), "Everybody"},
                                                         {std::string(restricted), editors}};
  return form(
      {.action = visit.request().path(), .token_field = visit.form_token_field(), .button = "Save"},
      select_field({.name = field_name,
                    .label = "Who can read",
                    .chosen = is_restricted ? restricted : open_to_all},
                   choices));
}

// Nothing for a value that the form does not have.
std::optional<bool> chosen_in(const http::Form& form) {
  const std::string_view value = form.fields.get(field_name);
  if (value == restricted) return true;
  if (value == open_to_all) return false;
  return std::nullopt;
}

http::Response no_choice(const Visit& visit) {
  return visit.page(400, "Who can read", alert("access: must be open or restricted"));
}

http::Response saved(const Visit& visit, const base::Result<events::Commit>& commit) {
  if (!commit) return refused(visit, commit.error());
  return visit.redirect(visit.request().path(), "Saved.");
}

// --- A codelist ---

std::optional<projections::CodelistRecord> codelist_of(const Visit& visit, OwnerKind kind) {
  return visit.views().find_codelist({kind, std::string(visit.path("owner"))}, visit.path("slug"));
}

http::Response codelist_access(const Visit& visit, OwnerKind kind) {
  const auto codelist = codelist_of(visit, kind);
  if (!codelist) return visit.not_found();
  if (!commands::can_set_access(visit.views(), visit.actor(), *codelist))
    return visit.redirect("/");
  const Owner& owner = codelist->handle().owner;
  std::string text;
  if (visit.views().is_restricted(owner)) {
    text += "<p>All codelists of " + escape_html(owner.name) +
            " are restricted: whatever is chosen here, only their editors can read them.</p>\n";
  }
  text += access_form(visit, visit.views().is_restricted(codelist->id),
                      "Only its editors: " + owner.name + " and the collaborators");
  text +=
      "<p>For everybody else a restricted codelist does not exist: not its versions, drafts, "
      "files, searches and history, and in no list.</p>\n";
  text += "<p>" + link(commands::page_of(codelist->handle()), "Back to the codelist") + "</p>\n";
  return visit.page(200, "Who can read " + codelist->handle().name, text);
}

http::Response set_codelist_access(const Visit& visit, const http::Form& form, OwnerKind kind) {
  const auto codelist = codelist_of(visit, kind);
  if (!codelist) return visit.not_found();
  const auto chosen = chosen_in(form);
  if (!chosen) return no_choice(visit);
  return saved(visit, visit.application().access().set_codelist_access(visit.write(), codelist->id,
                                                                       *chosen));
}

// --- An owner ---

http::Response owner_access(const Visit& visit, const Owner& owner, const std::string& title) {
  return visit.page(
      200, title,
      access_form(visit, visit.views().is_restricted(owner), "Only the editors of each codelist") +
          "<p>This goes for all codelists of " + escape_html(owner.name) +
          ", later ones too. For everybody else a restricted codelist does not exist.</p>\n");
}

http::Response set_owner_access(const Visit& visit, const http::Form& form, const Owner& owner) {
  const auto chosen = chosen_in(form);
  if (!chosen) return no_choice(visit);
  return saved(visit, visit.application().access().set_owner_access(visit.write(), owner, *chosen));
}

Owner own_account(const Visit& visit) { return {OwnerKind::user, visit.actor().username}; }

Owner organisation_in(const Visit& visit) {
  return {OwnerKind::organisation, std::string(visit.path("organisation"))};
}

http::Response organisation_access(const Visit& visit) {
  const Owner owner = organisation_in(visit);
  const auto organisation = visit.views().organisation(owner.name);
  if (!organisation) return visit.not_found();
  if (!commands::can_set_access(visit.views(), visit.actor(), owner)) {
    return visit.redirect("/organisations/");
  }
  return owner_access(visit, owner, "Who can read the codelists of " + organisation->name);
}

http::Response set_organisation_access(const Visit& visit, const http::Form& form) {
  const Owner owner = organisation_in(visit);
  if (!visit.views().organisation(owner.name)) return visit.not_found();
  if (!commands::can_set_access(visit.views(), visit.actor(), owner)) {
    return visit.redirect("/organisations/");
  }
  return set_owner_access(visit, form, owner);
}

}  // namespace

void add_access_pages(http::Router& router, application::Application& application) {
  const std::pair<OwnerKind, std::string> codelists[] = {
      {OwnerKind::organisation, "/codelist/{owner:slug}/{slug:slug}/-/access/"},
      {OwnerKind::user, "/codelist/user/{owner:slug}/{slug:slug}/-/access/"}};
  for (const auto& [kind, pattern] : codelists) {
    add_page(router, application,
             {.pattern = pattern,
              .get = [kind = kind](const Visit& visit) { return codelist_access(visit, kind); },
              .post =
                  [kind = kind](const Visit& visit, const http::Form& form) {
                    return set_codelist_access(visit, form, kind);
                  }});
  }
  add_page(router, application,
           {.pattern = "/organisations/{organisation:slug}/access/",
            .get = organisation_access,
            .post = set_organisation_access});
  add_page(router, application,
           {.pattern = "/accounts/settings/access/",
            .get =
                [](const Visit& visit) {
                  return owner_access(visit, own_account(visit), "Who can read your codelists");
                },
            .post =
                [](const Visit& visit, const http::Form& form) {
                  return set_owner_access(visit, form, own_account(visit));
                }});
}

}  // namespace codelog::web
