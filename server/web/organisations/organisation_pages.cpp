#include "server/web/organisations/organisation_pages.h"

#include <algorithm>

#include "events/base/client_detail.h"
#include "events/base/text.h"
#include "server/application/names.h"
#include "server/commands/version_names.h"
#include "server/web/superusers/superuser_visit.h"
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
          .button = "Remove " + username,
          .fields = {{.kind = FieldKind::hidden, .name = "username", .value = username},
                     reason_field()},
          .sentence = username + " can then no longer change the organisation's codelists. What " +
                      username + " has made stays.",
          .is_destructive = true};
}

std::string remove_path(const std::string& slug, const std::string& username) {
  return members_path(slug) + "/remove?username=" + username;
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
  row.set("REMOVE", remove_path(slug, member.username));
}

// Usernames and roles.
void add_members(const Visit& visit, pages::Section& place, const std::string& slug) {
  for (const MemberRecord& member : visit.views().members_of(slug)) {
    pages::Section row = place.add("MEMBER");
    row.set("USERNAME", member.username).set("PATH", "/users/" + member.username + "/");
    row.show_if(member.is_admin, "ADMIN");
  }
}

// The slug of an organisation that the visitor administers.
std::optional<std::string> administered(const Visit& visit) {
  std::string slug(visit.path("organisation"));
  const auto member = visit.views().member(slug, visit.actor().username);
  const bool may = visit.actor().is_admin || (member && member->is_admin);
  return may && visit.views().organisation(slug) ? std::optional(std::move(slug)) : std::nullopt;
}

http::Response members_page(const Visit& visit, const std::string& slug, const Problems& problems,
                            const http::Parameters& typed = {}) {
  pages::Template content("members.html");
  const Form add = with_typed(
      {.action = members_path(slug),
       .button = "Add",
       .fields = {{.name = member_field, .label = "Username or e-mail address"}, reason_field()}},
      typed);
  content.set("PROBLEMS", problems_html(add, problems)).set("ADD", visit.form(add, problems));
  content.set("ORGANISATION", organisation_path(slug));
  for (const MemberRecord& member : visit.views().members_of(slug)) {
    add_member_row(visit, slug, member, content);
  }
  return visit.page({.title = "Members of " + visit.views().organisation(slug)->name,
                     .width = pages::Width::wide},
                    content.expand());
}

bool is_clients(const base::Error& error) {
  return error.code == base::ErrorCode::conflict || error.code == base::ErrorCode::not_found;
}

http::Response failed(const Visit& visit, const std::string& slug, const base::Error& error) {
  return is_clients(error) ? members_page(visit, slug, Problems(error)) : refused(visit, error);
}

// Those who may change the members: "ivy and max", or the site's administrators.
std::string administrators_of(const Visit& visit, const std::string& slug) {
  std::string names;
  std::size_t count = 0;
  for (const MemberRecord& member : visit.views().members_of(slug)) {
    if (!member.is_admin) continue;
    names += (count++ == 0 ? "" : " and ") + shown_name(visit.views(), member.username);
  }
  return count == 0 ? "The administrators of this site" : names;
}

// Members see who the others are, without addresses; strangers see who could tell them.
http::Response members_for_others(const Visit& visit, const std::string& slug) {
  const auto organisation = visit.views().organisation(slug);
  const bool is_member = visit.views().member(slug, visit.actor().username).has_value();
  const std::string who = administrators_of(visit, slug);
  pages::Template content("member_list.html");
  if (is_member) add_members(visit, content, slug);
  content.show_if(is_member, "MEMBERS");
  content.set("ORGANISATION", organisation_path(slug));
  return visit.no_permission(is_member
                                 ? "You are a member of " + organisation->name + ". " + who +
                                       " can add and remove members, and change who administers it."
                                 : "Only members of " + organisation->name +
                                       " see who its members are. " + who + " can add you.",
                             "Members of " + organisation->name, content.expand());
}

using MemberAction =
    std::function<http::Response(const Visit&, const http::Form&, const std::string& slug)>;

// For a form that others send, OpenCodelists' answer: to the list.
http::Response on_organisation(const Visit& visit, const http::Form& form,
                               const MemberAction& action) {
  if (!visit.views().organisation(visit.path("organisation"))) return visit.not_found();
  const auto slug = administered(visit);
  const bool is_read = visit.request().method() != http::Method::post;
  if (!slug && is_read) return members_for_others(visit, std::string(visit.path("organisation")));
  if (!slug) return visit.redirect("/organisations/");
  return action(visit, form, *slug);
}

// By exact username, then by e-mail address.
std::optional<std::string> find_user(const Visit& visit, const std::string& text) {
  if (const auto user = visit.views().user(text); user && !user->is_erased) return text;
  for (const projections::UserRecord& user : visit.views().users()) {
    if (user.is_erased) continue;
    const auto data = commands::open_personal_data(visit.application().site().keys, user);
    if (data && base::ascii_lower(data->email) == base::ascii_lower(text)) return user.username;
  }
  return std::nullopt;
}

http::Response add_member(const Visit& visit, const http::Form& form, const std::string& slug) {
  const std::string wanted(base::trim_unicode_space(form.fields.get(member_field)));
  const auto username = find_user(visit, wanted);
  if (!username) {
    return members_page(visit, slug, Problems(member_field, "User " + wanted + " does not exist"),
                        form.fields);
  }
  using Membership = commands::AccountCommands::Membership;
  const auto added = visit.application().accounts().set_member(
      explained(visit, form), slug, *username, false, Membership::must_be_new);
  if (!added && is_clients(added.error())) {
    return members_page(visit, slug, Problems(member_field, base::client_detail(added.error())),
                        form.fields);
  }
  if (!added) return refused(visit, added.error());
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
      explained(visit, form), slug, username, role == "admin", Membership::must_exist);
  if (!changed) return failed(visit, slug, changed.error());
  return visit.redirect(
      members_path(slug),
      username + (role == "admin" ? " is an administrator now." : " is a member now."));
}

http::Response ask_to_remove(const Visit& visit, const http::Form&, const std::string& slug) {
  const std::string username(visit.request().query().get("username"));
  if (!visit.views().member(slug, username)) return visit.redirect(members_path(slug));
  return visit.form_page("Remove " + username + " from " + visit.views().organisation(slug)->name,
                         remove_form(slug, username));
}

http::Response remove_member(const Visit& visit, const http::Form& form, const std::string& slug) {
  const std::string username(form.fields.get("username"));
  const auto removed =
      visit.application().accounts().remove_member(explained(visit, form), slug, username);
  if (!removed) return failed(visit, slug, removed.error());
  return visit.redirect(members_path(slug), username + " is no longer a member.");
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
  act(
      members + "/remove",
      [](const Visit& visit) { return on_organisation(visit, {}, ask_to_remove); }, remove_member);
}

}  // namespace codelog::web
