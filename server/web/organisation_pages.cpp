#include "server/web/organisation_pages.h"

#include <algorithm>

#include "events/base/text.h"
#include "server/application/names.h"
#include "server/commands/version_names.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using projections::MemberRecord;

// OpenCodelists' spelling.
constexpr const char* member_field = "user_idenitfier";

std::string organisation_path(const std::string& slug) { return "/organisations/" + slug + "/"; }

std::string members_path(const std::string& slug) { return "/organisations/" + slug + "/users"; }

http::Response show_organisations(const Visit& visit) {
  pages::Template content("my_organisations.html");
  bool has_any = false;
  for (const std::string& slug : visit.views().organisations_of(visit.actor().username)) {
    const auto organisation = visit.views().organisation(slug);
    const auto member = visit.views().member(slug, visit.actor().username);
    if (!organisation || !member) continue;
    has_any = true;
    pages::Section row = content.add("ORGANISATION");
    row.set("NAME", organisation->name).set("PATH", organisation_path(slug));
    if (member->is_admin) row.set_and_show("MEMBERS", members_path(slug));
  }
  content.show(has_any ? "SOME" : "NONE");
  return visit.page("My organisations", content.expand());
}

Form remove_form(const std::string& slug, const std::string& username) {
  return {.action = members_path(slug) + "/remove",
          .button = "Remove",
          .fields = {{.kind = FieldKind::hidden, .name = "username", .value = username}},
          .is_inline = true,
          .button_label = "Remove " + username,
          .is_destructive = true};
}

Form role_form(const std::string& slug, const MemberRecord& member) {
  const std::string button = member.is_admin ? "Make a member" : "Make an administrator";
  return {.action = members_path(slug) + "/role",
          .button = button,
          .fields = {{.kind = FieldKind::hidden, .name = "username", .value = member.username},
                     {.kind = FieldKind::hidden,
                      .name = "role",
                      .value = member.is_admin ? "member" : "admin"}},
          .is_inline = true,
          .button_label = button + ": " + member.username};
}

void add_member_row(const Visit& visit, const std::string& slug, const MemberRecord& member,
                    pages::Section& page) {
  pages::Section row = page.add("MEMBER");
  row.set("USERNAME", member.username);
  if (const auto user = visit.views().user(member.username)) {
    const auto data = commands::open_personal_data(visit.application().site().keys, *user);
    if (data) row.set("NAME", data->name).set("EMAIL", data->email);
  }
  row.set("ROLE", member.is_admin ? "administrator" : "member");
  row.set("SET_ROLE", visit.form(role_form(slug, member)));
  row.set("REMOVE", visit.form(remove_form(slug, member.username)));
}

// The slug of an organisation that the visitor administers.
std::optional<std::string> administered(const Visit& visit) {
  std::string slug(visit.path("organisation"));
  const auto member = visit.views().member(slug, visit.actor().username);
  const bool may = visit.actor().is_admin || (member && member->is_admin);
  return may && visit.views().organisation(slug) ? std::optional(std::move(slug)) : std::nullopt;
}

http::Response members_page(const Visit& visit, const std::string& slug, const Problems& problems) {
  pages::Template content("members.html");
  const Form add{.action = members_path(slug),
                 .button = "Add",
                 .fields = {{.name = member_field, .label = "Username or e-mail address"}}};
  content.set("PROBLEMS", problems_html(add, problems)).set("ADD", visit.form(add, problems));
  content.set("ORGANISATION", organisation_path(slug));
  for (const MemberRecord& member : visit.views().members_of(slug)) {
    add_member_row(visit, slug, member, content);
  }
  return visit.page({.title = "Members of " + visit.views().organisation(slug)->name,
                     .width = pages::Width::wide},
                    content.expand());
}

http::Response failed(const Visit& visit, const std::string& slug, const base::Error& error) {
  const bool is_clients =
      error.code == base::ErrorCode::conflict || error.code == base::ErrorCode::not_found;
  return is_clients ? members_page(visit, slug, Problems(error)) : refused(visit, error);
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
    return members_page(visit, slug, Problems("User " + wanted + " does not exist"));
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
    return members_page(visit, slug, Problems("role: must be admin or member"));
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
                      "Only administrators of the site may see this page.");
  }
  pages::Template content("superusers.html");
  for (const projections::CodelistRecord& codelist : visit.views().codelists()) {
    pages::Section row = content.add("CODELIST");
    row.set("SLUG", application::full_slug(codelist.handle())).set("NAME", codelist.handle().name);
    row.set("PATH", commands::page_of(codelist.handle()));
    for (const projections::VersionRecord& version : visit.views().versions_of(codelist.id)) {
      row.add("VERSION")
          .set("PATH", commands::page_of(codelist, version))
          .set("VERSION", commands::tag_or_hash(version))
          .set("STATUS", status_words(version.status));
    }
  }
  return visit.page({.title = "All codelists", .width = pages::Width::wide}, content.expand());
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
