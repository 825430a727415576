#include "server/web/accounts/access_pages.h"

#include <string>
#include <utility>

#include "server/commands/access_commands.h"
#include "server/commands/permissions.h"
#include "server/commands/version_names.h"
#include "server/web/visit.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using events::Owner;
using events::OwnerKind;

constexpr const char* field_name = "access";
constexpr std::string_view restricted = "restricted";
constexpr std::string_view open_to_all = "open";

struct AccessText {
  std::string title;
  std::string editors;  // who reads if it is restricted
  std::string before;   // the form
  std::string after;
};

http::Response access_page(const Visit& visit, bool is_restricted, const AccessText& text,
                           const std::string& back) {
  const Form form{.action = std::string(visit.request().path()),
                  .button = "Save",
                  .fields = {{.kind = FieldKind::choice,
                              .name = field_name,
                              .label = "Who can read",
                              .value = std::string(is_restricted ? restricted : open_to_all),
                              .choices = {{std::string(open_to_all), "Everybody"},
                                          {std::string(restricted), text.editors}}}}};
  pages::Template content("access.html");
  content.set_and_show("BEFORE", text.before).set("FORM", visit.form(form));
  content.set("AFTER", text.after).set_and_show("BACK", back);
  return visit.page(text.title, content.expand());
}

// Nothing for a value that the form does not have.
std::optional<bool> chosen_in(const http::Form& form) {
  const std::string_view value = form.fields.get(field_name);
  if (value == restricted) return true;
  if (value == open_to_all) return false;
  return std::nullopt;
}

http::Response no_choice(const Visit& visit) {
  return visit.page(400, "Who can read", "access: must be open or restricted");
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
  const Owner& owner = codelist->handle().owner;
  if (!commands::can_set_access(visit.views(), visit.actor(), *codelist)) {
    return visit.no_permission(
        (owner.kind == OwnerKind::user ? owner.name
                                       : "Members of " + owner_name(visit.views(), owner)) +
            " and the site's administrators decide who can read this codelist.",
        "Who can read " + codelist->handle().name);
  }
  AccessText text{.title = "Who can read " + codelist->handle().name,
                  .editors = "Only its editors: " + owner.name + " and the collaborators",
                  .before = {},
                  .after =
                      "For everybody else a restricted codelist does not exist: not its "
                      "versions, drafts, files, searches and history, and in no list."};
  if (visit.views().is_restricted(owner)) {
    text.before = "All codelists of " + owner.name +
                  " are restricted: whatever is chosen here, only their editors can read them.";
  }
  return access_page(visit, visit.views().is_restricted(codelist->id), text,
                     commands::page_of(codelist->handle()));
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
  return access_page(visit, visit.views().is_restricted(owner),
                     {.title = title,
                      .editors = "Only the editors of each codelist",
                      .before = {},
                      .after = "This goes for all codelists of " + owner.name +
                               ", later ones too. For everybody else a restricted codelist does "
                               "not exist."},
                     {});
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
