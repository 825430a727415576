#include "server/web/superusers/superuser_users.h"

#include <algorithm>
#include <array>

#include "events/base/text.h"
#include "server/commands/spam_users.h"
#include "server/web/pager.h"
#include "server/web/superusers/superuser_visit.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

using projections::UserRecord;

constexpr const char* users_path = "/superusers/users/";
constexpr std::size_t people_per_page = 50;
constexpr std::size_t found_max = 2000;

std::string path_of(const std::string& username) { return users_path + username + "/"; }

std::string state_of(const UserRecord& user) {
  if (user.is_erased) return "erased";
  if (!user.is_active) return "deactivated";
  return user.is_admin ? "administrator" : "";
}

bool has_text(const std::string& text, std::string_view lower) {
  return base::ascii_lower(text).find(lower) != std::string::npos;
}

Form add_form(const http::Parameters& typed) {
  return with_typed({.action = users_path,
                     .button = "Add",
                     .fields = {{.name = "username", .label = "Username"},
                                {.name = "name", .label = "Name"},
                                {.name = "email", .label = "E-mail address", .type = "email"},
                                reason_field()}},
                    typed);
}

// Also says why, for those who look like spammers.
void add_spam(const Visit& visit, pages::Section& content) {
  pages::Section spam = content.add("SPAM");
  const auto found = commands::find_spam_users(visit.application().site(), visit.views());
  spam.show(found.empty() ? "NONE" : "SOME");
  for (const commands::SpamUser& user : found) {
    std::string reasons;
    for (const std::string& reason : user.reasons)
      reasons += (reasons.empty() ? "" : "; ") + reason;
    spam.add("USER")
        .set("PATH", path_of(user.username) + "erase/")
        .set("USERNAME", user.username)
        .set("NAME", user.name)
        .set("EMAIL", user.email)
        .set("REASONS", reasons);
  }
}

void add_list(const Visit& visit, pages::Section& content, const std::string& query) {
  pages::Section list = content.add("LIST");
  std::vector<FoundUser> found;
  std::size_t all_count = 0;
  if (query.empty()) {
    auto users = visit.views().users();
    all_count = users.size();
    const Pager pager = pager_of(visit.request(), users.size(), people_per_page);
    for (std::size_t i = pager.first(); i < pager.after(); ++i) {
      found.push_back({users[i], personal_data_of(visit, users[i])});
    }
    add_pager(list, pager, {});
  } else {
    found = find_users(visit, query, found_max);
    all_count = found.size();
    const Pager pager = pager_of(visit.request(), found.size(), people_per_page);
    add_pager(list, pager, {{"q", query}});
    found = {found.begin() + static_cast<std::ptrdiff_t>(pager.first()),
             found.begin() + static_cast<std::ptrdiff_t>(pager.after())};
  }
  list.set("COUNT", all_count == 1 ? "1 person" : pages::grouped(all_count) + " people");
  list.show(found.empty() ? "NONE" : "SOME");
  for (const FoundUser& user : found) add_user_row(list, user);
}

http::Response users_page(const Visit& visit, const http::Parameters& values,
                          const Problems& problems) {
  const std::string query(base::trim_unicode_space(visit.request().query().get("q")));
  const bool is_spam = visit.request().query().get("show") == "spam";
  pages::Template content("superuser_users.html");
  content.set("QUERY", query);
  const Form add = add_form(values);
  content.set("PROBLEMS", problems_html(add, problems)).set("ADD", visit.form(add, problems));
  is_spam ? add_spam(visit, content) : add_list(visit, content, query);
  content.show(is_spam ? "SHOWS_SPAM" : "SHOWS_ALL");
  return superuser_page(visit, "People", content.expand());
}

http::Response add_user(const Visit& visit, const http::Form& form) {
  const commands::AddUser command{.username = text_of(form, "username"),
                                  .name = text_of(form, "name"),
                                  .email = text_of(form, "email"),
                                  .password = std::nullopt};
  const auto added = visit.application().accounts().add_user(explained(visit, form), command);
  if (added) {
    return visit.redirect(path_of(command.username), "Added. Make a link, with which " +
                                                         command.username + " can set a password.");
  }
  return is_mendable(added.error()) ? users_page(visit, form.fields, Problems(added.error()))
                                    : refused(visit, added.error());
}

// --- One person

void add_memberships(const Visit& visit, pages::Section& content, const UserRecord& user) {
  for (const std::string& slug : visit.views().organisations_of(user.username)) {
    const auto organisation = visit.views().organisation(slug);
    const auto member = visit.views().member(slug, user.username);
    if (!organisation || !member) continue;
    content.add("ORGANISATION")
        .set("NAME", organisation->name)
        .set("PATH", "/organisations/" + slug + "/users")
        .set("ROLE", member->is_admin ? "administrator" : "member");
  }
}

http::Response show_user(const Visit& visit) {
  const auto user = visit.views().user(visit.path("username"));
  if (!user) return visit.not_found();
  const accounts::PersonalData data = personal_data_of(visit, *user);
  pages::Template content("superuser_user.html");
  content.set("USERNAME", user->username).set("PATH", path_of(user->username));
  content.set_and_show("NAME", data.name).set_and_show("EMAIL", data.email);
  content.set_and_show("STATE", state_of(*user));
  content.set("TOKENS", pages::grouped(user->tokens.size()));
  content.set("SESSIONS", pages::grouped(user->sessions.size()));
  if (user->last_login_at) {
    add_time(content, "LAST_LOGIN", *user->last_login_at);
    content.show("LOGIN");
  } else {
    content.show("NO_LOGIN");
  }
  const auto codelists = visit.views().codelists_of({events::OwnerKind::user, user->username});
  content.set("CODELISTS", pages::counted(codelists.size(), "codelist"));
  if (!user->is_erased) {
    pages::Section may = content.add("ACTIONS");
    may.show(user->is_admin ? "IS_ADMIN" : "IS_NO_ADMIN");
    may.show(user->is_active ? "IS_ACTIVE" : "IS_INACTIVE");
    may.set("PATH", path_of(user->username)).set("USERNAME", user->username);
  }
  add_memberships(visit, content, *user);
  add_record(visit, content, events::Stream::of_user(user->username), user->username);
  return superuser_page(visit, user->username, content.expand());
}

// --- What can be done with a person

using Outcome = base::Result<commands::Commit>;

struct UserAction {
  std::string_view name;   // in the address
  std::string_view title;  // before the username
  Form (*form)(const Visit& visit, const UserRecord& user);
  Outcome (*act)(const Visit& visit, const http::Form& form, const UserRecord& user);
};

// Where an administrator would take away the own rights by mistake.
bool is_own_account(const Visit& visit, const UserRecord& user) {
  return user.username == visit.actor().username;
}

// Not the opposite of what is: another administrator may have done the same meanwhile.
constexpr const char* wanted_field = "wanted";

Field wanted(bool is_wanted) {
  return {.kind = FieldKind::hidden, .name = wanted_field, .value = is_wanted ? "yes" : "no"};
}

base::Result<bool> wanted_in(const http::Form& form) {
  const std::string_view value = form.fields.get(wanted_field);
  if (value == "yes" || value == "no") return value == "yes";
  return base::field_error(base::ErrorCode::invalid, wanted_field, "must be yes or no");
}

Form details_form(const Visit& visit, const UserRecord& user) {
  const accounts::PersonalData data = personal_data_of(visit, user);
  return {
      .action = {},
      .button = "Save",
      .fields = {{.name = "name", .label = "Name", .value = data.name},
                 {.name = "email", .label = "E-mail address", .value = data.email, .type = "email"},
                 reason_field()}};
}

Form rights_form(const Visit&, const UserRecord& user) {
  return {.action = {},
          .button = user.is_admin ? "Take the rights away" : "Make an administrator",
          .fields = {wanted(!user.is_admin), reason_field()},
          .sentence = user.is_admin
                          ? "The person keeps the account and its codelists, and no longer sees "
                            "these pages."
                          : "Administrators of the site read everything, also what is restricted, "
                            "and may deactivate and erase people, and withdraw versions.",
          .is_destructive = user.is_admin};
}

Form activation_form(const Visit&, const UserRecord& user) {
  return {.action = {},
          .button = user.is_active ? "Deactivate" : "Reactivate",
          .fields = {wanted(!user.is_active), reason_field()},
          .sentence = user.is_active
                          ? "Nobody can log in with this account, and its sessions end. Everything "
                            "that the person has made stays. You can reactivate it at any time."
                          : "The person can log in again, and their tokens work again.",
          .is_destructive = user.is_active};
}

Form link_form(const Visit&, const UserRecord&) {
  return {.action = {},
          .button = "Make the link",
          .fields = {reason_field()},
          .sentence =
              "You get a link to pass on to the person, who sets a new password with it. It "
              "works once, for three days. All their sessions, tokens and links to other "
              "accounts end when it is used."};
}

Form erase_form(const Visit&, const UserRecord& user) {
  return {.action = {},
          .button = "Erase",
          .fields = {{.name = "username", .label = "Type the username " + user.username},
                     reason_field()},
          .sentence =
              "The key of this person's name, e-mail address and password is destroyed: "
              "nobody can read them any more, and nobody can bring them back. The username "
              "and the codelists stay.",
          .is_destructive = true};
}

Outcome change_details(const Visit& visit, const http::Form& form, const UserRecord& user) {
  commands::ChangeUser command;
  command.name = text_of(form, "name");
  command.email = text_of(form, "email");
  return visit.application().accounts().change_details(explained(visit, form), user.username,
                                                       command);
}

Outcome change_rights(const Visit& visit, const http::Form& form, const UserRecord& user) {
  const auto is_wanted = wanted_in(form);
  if (!is_wanted) return is_wanted.error();
  commands::ChangeUser command;
  command.is_admin = *is_wanted;
  return visit.application().accounts().change_details(explained(visit, form), user.username,
                                                       command);
}

Outcome change_activation(const Visit& visit, const http::Form& form, const UserRecord& user) {
  const auto is_wanted = wanted_in(form);
  if (!is_wanted) return is_wanted.error();
  return visit.application().accounts().set_active(explained(visit, form), user.username,
                                                   *is_wanted);
}

Outcome note_link(const Visit& visit, const http::Form& form, const UserRecord& user) {
  return visit.application().accounts().note_reset_link(explained(visit, form), user.username);
}

Outcome erase(const Visit& visit, const http::Form& form, const UserRecord& user) {
  if (base::trim_unicode_space(form.fields.get("username")) != user.username) {
    return base::field_error(base::ErrorCode::invalid, "username", "must be " + user.username);
  }
  return visit.application().accounts().erase_user(explained(visit, form), user.username);
}

constexpr std::string_view link_action = "reset-link";
constexpr std::array<UserAction, 5> user_actions = {
    UserAction{"details", "Change ", details_form, change_details},
    UserAction{"rights", "Rights of ", rights_form, change_rights},
    UserAction{"activation", "Account of ", activation_form, change_activation},
    UserAction{link_action, "A link for ", link_form, note_link},
    UserAction{"erase", "Erase ", erase_form, erase}};

http::Response action_page(const Visit& visit, const UserAction& action, const UserRecord& user,
                           const http::Parameters& typed, const Problems& problems) {
  Form form = with_typed(action.form(visit, user), typed);
  form.action = path_of(user.username) + std::string(action.name) + "/";
  return superuser_form(visit, std::string(action.title) + user.username, form, problems,
                        path_of(user.username));
}

http::Response show_link(const Visit& visit, const std::string& username) {
  const auto link = visit.application().sign_in().make_reset_link(username);
  if (!link) return refused(visit, link.error());
  pages::Template content("superuser_link.html");
  content.set("LINK", *link).set("BACK", path_of(username)).set("USERNAME", username);
  return superuser_page(visit, "A link for " + username, content.expand());
}

// What has become of the person.
std::string words_after(const UserAction& action, const UserRecord& user) {
  if (user.is_erased) return " is erased: name, e-mail address and password can no longer be read.";
  if (action.act == change_rights) {
    return user.is_admin ? " is an administrator of the site now."
                         : " is not an administrator of the site.";
  }
  if (action.act == change_activation) return user.is_active ? " is active." : " is deactivated.";
  return " is changed.";
}

http::Response act_on_user(const Visit& visit, const http::Form& form, const UserAction& action,
                           const UserRecord& user) {
  const Outcome done = action.act(visit, form, user);
  if (!done && !is_mendable(done.error())) return refused(visit, done.error());
  if (!done) return action_page(visit, action, user, form.fields, Problems(done.error()));
  if (action.name == link_action) return show_link(visit, user.username);
  const auto now = visit.application().views().user(user.username);
  return visit.redirect(path_of(user.username),
                        user.username + words_after(action, now.value_or(user)));
}

// Runs `act` for an action of the address on a person who is there, unless it is about the own
// account and would shut its administrator out.
http::Response on_action(
    const Visit& visit,
    const std::function<http::Response(const UserAction&, const UserRecord&)>& act) {
  const auto* const action =
      std::ranges::find(user_actions, visit.path("action"), &UserAction::name);
  const auto user = visit.views().user(visit.path("username"));
  if (action == user_actions.end() || !user) return visit.not_found();
  if (user->is_erased) return visit.redirect(path_of(user->username), "This person is erased.");
  if (is_own_account(visit, *user) && action->name != "details") {
    return visit.redirect(path_of(user->username),
                          "Another administrator must do this with your account.",
                          Message::problem);
  }
  return act(*action, *user);
}

}  // namespace

std::vector<FoundUser> find_users(const Visit& visit, std::string_view text,
                                  std::size_t count_max) {
  const std::string lower = base::ascii_lower(text);
  std::vector<FoundUser> found;
  for (UserRecord& user : visit.views().users()) {
    if (found.size() == count_max) break;
    FoundUser row{std::move(user), {}};
    row.data = personal_data_of(visit, row.record);
    if (!has_text(row.record.username, lower) && !has_text(row.data.name, lower) &&
        !has_text(row.data.email, lower)) {
      continue;
    }
    found.push_back(std::move(row));
  }
  return found;
}

void add_user_row(pages::Section& place, const FoundUser& user) {
  pages::Section row = place.add("USER");
  row.set("PATH", path_of(user.record.username)).set("USERNAME", user.record.username);
  row.set("NAME", user.data.name).set("EMAIL", user.data.email);
  row.set_and_show("STATE", state_of(user.record));
  if (user.record.last_login_at) add_time(row, "TIME", *user.record.last_login_at);
}

void add_superuser_users(http::Router& router, application::Application& application) {
  add_page(router, application,
           {.pattern = users_path,
            .get = for_superusers([](const Visit& visit) { return users_page(visit, {}, {}); }),
            .post = for_superusers(add_user)});
  const std::string one = std::string(users_path) + "{username:slug}/";
  add_page(router, application, {.pattern = one, .get = for_superusers(show_user)});
  add_page(router, application,
           {.pattern = one + "{action}/",
            .get = for_superusers([](const Visit& visit) {
              return on_action(visit, [&](const UserAction& action, const UserRecord& user) {
                return action_page(visit, action, user, {}, {});
              });
            }),
            .post = for_superusers([](const Visit& visit, const http::Form& form) {
              return on_action(visit, [&](const UserAction& action, const UserRecord& user) {
                return act_on_user(visit, form, action, user);
              });
            })});
}

}  // namespace codelog::web
