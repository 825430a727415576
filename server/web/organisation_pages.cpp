#include "server/web/organisation_pages.h"

#include <algorithm>

#include "events/base/text.h"
#include "server/application/names.h"
#include "server/application/pages.h"
#include "server/commands/version_names.h"
#include "server/web/form_fields.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using application::escape_html;
using projections::MemberRecord;

// OpenCodelists' spelling.
constexpr const char* member_field = "user_idenitfier";

std::string members_path(const std::string& slug) { return "/organisations/" + slug + "/users"; }

http::Response show_organisations(const Visit& visit) {
  std::string text;
  for (const std::string& slug : visit.views().organisations_of(visit.actor().username)) {
    const auto organisation = visit.views().organisation(slug);
    const auto member = visit.views().member(slug, visit.actor().username);
    if (!organisation || !member) continue;
    text += "<li>" + link("/codelist/" + slug + "/", organisation->name);
    if (member->is_admin) text += " – " + link(members_path(slug), "Members");
    text += "</li>\n";
  }
  if (text.empty()) text = "<p>You are not a member of an organisation.</p>\n";
  return visit.page(200, "My organisations",
                    text.starts_with("<li>") ? "<ul>\n" + text + "</ul>\n" : text);
}

std::string remove_form(const Visit& visit, const std::string& slug, const std::string& username) {
  return form(
      {.action = members_path(slug) + "/remove",
       .token_field = visit.form_token_field(),
       .button = "Remove"},
      "<input type=\"hidden\" name=\"username\" value=\"" + escape_html(username) + "\">\n");
}

std::string role_form(const Visit& visit, const std::string& slug, const MemberRecord& member) {
  return form({.action = members_path(slug) + "/role",
               .token_field = visit.form_token_field(),
               .button = member.is_admin ? "Make a member" : "Make an administrator"},
              "<input type=\"hidden\" name=\"username\" value=\"" + escape_html(member.username) +
                  "\">\n<input type=\"hidden\" name=\"role\" value=\"" +
                  (member.is_admin ? "member" : "admin") + "\">\n");
}

std::string member_row(const Visit& visit, const std::string& slug, const MemberRecord& member) {
  const auto user = visit.views().user(member.username);
  std::string name;
  std::string email;
  if (user) {
    const auto data = commands::open_personal_data(visit.application().site().keys, *user);
    if (data) {
      name = data->name;
      email = data->email;
    }
  }
  return "<tr><td>" + escape_html(member.username) + "</td><td>" + escape_html(name) + "</td><td>" +
         escape_html(email) + "</td><td>" + (member.is_admin ? "administrator" : "member") +
         role_form(visit, slug, member) + remove_form(visit, slug, member.username) +
         "</td></tr>\n";
}

// The slug of an organisation that the visitor administers.
std::optional<std::string> administered(const Visit& visit) {
  std::string slug(visit.path("organisation"));
  const auto member = visit.views().member(slug, visit.actor().username);
  const bool may = visit.actor().is_admin || (member && member->is_admin);
  return may && visit.views().organisation(slug) ? std::optional(std::move(slug)) : std::nullopt;
}

http::Response members_page(const Visit& visit, const std::string& slug,
                            const std::string& problem) {
  std::string text = problem +
                     "<table>\n<tr><th>Username</th><th>Name</th><th>E-mail</th>"
                     "<th>Role</th></tr>\n";
  for (const MemberRecord& member : visit.views().members_of(slug)) {
    text += member_row(visit, slug, member);
  }
  text +=
      "</table>\n" +
      form({.action = members_path(slug), .token_field = visit.form_token_field(), .button = "Add"},
           text_field({.name = member_field, .label = "Username or e-mail address"}));
  return visit.page(200, "Members of " + visit.views().organisation(slug)->name, text);
}

http::Response failed(const Visit& visit, const std::string& slug, const base::Error& error) {
  const bool is_clients =
      error.code == base::ErrorCode::conflict || error.code == base::ErrorCode::not_found;
  return is_clients ? members_page(visit, slug, alert(error)) : refused(visit, error);
}

using MemberAction =
    std::function<http::Response(const Visit&, const http::Form&, const std::string& slug)>;

// OpenCodelists' answers: 404 for an organisation that does not exist, else to the list.
http::Response on_organisation(const Visit& visit, const http::Form& form,
                               const MemberAction& action) {
  if (!visit.views().organisation(visit.path("organisation"))) return visit.not_found();
  const auto slug = administered(visit);
  if (!slug) return visit.redirect("/organisations/");
  return action(visit, form, *slug);
}

// By exact username, then by exact e-mail address.
std::optional<std::string> find_user(const Visit& visit, const std::string& text) {
  if (const auto user = visit.views().user(text); user && !user->is_erased) return text;
  for (const projections::UserRecord& user : visit.views().users()) {
    if (user.is_erased) continue;
    const auto data = commands::open_personal_data(visit.application().site().keys, user);
    if (data && data->email == text) return user.username;
  }
  return std::nullopt;
}

http::Response add_member(const Visit& visit, const http::Form& form, const std::string& slug) {
  const std::string wanted(base::trim_unicode_space(form.fields.get(member_field)));
  const auto username = find_user(visit, wanted);
  if (!username) {
    return members_page(visit, slug, alert("User " + wanted + " does not exist"));
  }
  using Membership = commands::AccountCommands::Membership;
  const auto added = visit.application().accounts().set_member(visit.write(), slug, *username,
                                                               false, Membership::must_be_new);
  if (!added) return failed(visit, slug, added.error());
  return visit.redirect(members_path(slug), *username + " is a member now.");
}

http::Response set_role(const Visit& visit, const http::Form& form, const std::string& slug) {
  const std::string username(form.fields.get("username"));
  const std::string_view role = form.fields.get("role");
  if (role != "admin" && role != "member") {
    return members_page(visit, slug, alert("role: must be admin or member"));
  }
  using Membership = commands::AccountCommands::Membership;
  const auto changed = visit.application().accounts().set_member(
      visit.write(), slug, username, role == "admin", Membership::must_exist);
  if (!changed) return failed(visit, slug, changed.error());
  return visit.redirect(
      members_path(slug),
      username + (role == "admin" ? " is an administrator now." : " is a member now."));
}

http::Response remove_member(const Visit& visit, const http::Form& form, const std::string& slug) {
  const std::string username(form.fields.get("username"));
  const auto removed = visit.application().accounts().remove_member(visit.write(), slug, username);
  if (!removed) return failed(visit, slug, removed.error());
  return visit.redirect(members_path(slug), username + " is no longer a member.");
}

http::Response show_all_codelists(const Visit& visit) {
  if (!visit.actor().is_admin) {
    return visit.page(403, "403 Permission denied",
                      "<p>Only administrators of the site may see this page.</p>\n");
  }
  std::string text = "<ul>\n";
  for (const projections::CodelistRecord& codelist : visit.views().codelists()) {
    text += "<li>" + escape_html(application::full_slug(codelist.handle())) + ": " +
            escape_html(codelist.handle().name) + "\n<ul>\n";
    for (const projections::VersionRecord& version : visit.views().versions_of(codelist.id)) {
      text += "<li>" + link(commands::page_of(codelist, version), commands::tag_or_hash(version)) +
              " – " + std::string(events::to_string(version.status)) + "</li>\n";
    }
    text += "</ul></li>\n";
  }
  return visit.page(200, "All codelists", text + "</ul>\n");
}

}  // namespace

void add_organisation_pages(http::Router& router, application::Application& application) {
  add_page(router, application, {.pattern = "/organisations/", .get = show_organisations});
  const std::string members = "/organisations/{organisation:slug}/users";
  const auto act = [&](const std::string& pattern, Page show, MemberAction action) {
    add_page(router, application,
             {.pattern = pattern,
              .get = std::move(show),
              .post = [action = std::move(action)](const Visit& visit, const http::Form& form) {
                return on_organisation(visit, form, action);
              }});
  };
  act(
      members,
      [](const Visit& visit) {
        return on_organisation(visit, {},
                               [](const Visit& same, const http::Form&, const std::string& slug) {
                                 return members_page(same, slug, {});
                               });
      },
      add_member);
  act(members + "/role", {}, set_role);
  act(members + "/remove", {}, remove_member);
  add_page(router, application, {.pattern = "/superusers/", .get = show_all_codelists});
}

}  // namespace codelog::web
