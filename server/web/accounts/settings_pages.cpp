#include "server/web/accounts/settings_pages.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "events/base/client_detail.h"
#include "server/web/accounts/browser_name.h"
#include "server/web/accounts/single_sign_on_pages.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using pages::Html;
using projections::SessionRecord;
using projections::TokenRecord;
using projections::UserRecord;

constexpr const char* settings_path = "/accounts/settings/";
constexpr std::size_t id_characters = 16;
constexpr std::int64_t day_us = 24LL * 60 * 60 * 1'000'000;
constexpr int token_days_max = 3650;

std::string id_of(const base::Sha256& digest) {
  return base::to_hex(digest).substr(0, id_characters);
}

// The user's own token or session with this id: others' are out of reach.
template <class Record>
std::optional<base::Sha256> find_own(const std::vector<Record>& own, std::string_view id) {
  const auto found =
      std::ranges::find_if(own, [&](const Record& record) { return id_of(record.digest) == id; });
  return found == own.end() ? std::nullopt : std::optional(found->digest);
}

UserRecord user_of(const Visit& visit) {
  auto user = visit.views().user(visit.actor().username);
  CODELOG_CHECK(user.has_value(), "a visitor is a user");
  return std::move(*user);
}

std::string minute_of(base::Timestamp time) {
  std::string text = base::format_timestamp(time).substr(0, 16);
  text[10] = ' ';
  return text + " UTC";
}

Html button_form(const Visit& visit, const std::string& action, std::string button,
                 std::string label = {}) {
  return visit.form({.action = action,
                     .button = std::move(button),
                     .is_inline = true,
                     .button_label = std::move(label)});
}

// "Firefox on Linux, from 192.0.2.1"
std::string origin_of(const Visit& visit, const SessionRecord& session) {
  const auto client =
      visit.application().site().keys.open_sealed(visit.actor().username, session.client);
  if (!client) return "unknown";
  const auto json = nlohmann::json::parse(*client, nullptr, false);
  if (!json.is_object()) return "unknown";
  return browser_name(json.value("user_agent", "")) + ", from " + json.value("address", "");
}

std::string last_use_of(const Visit& visit, const base::Sha256& digest) {
  const accounts::LastUses* uses = visit.application().site().last_uses;
  const auto time = uses == nullptr ? std::nullopt : uses->of(digest);
  return time ? minute_of(*time) : "not yet";
}

void add_sessions(const Visit& visit, const UserRecord& user, pages::Section& page) {
  const base::Timestamp now = visit.application().site().clock.now();
  for (const SessionRecord& session : user.sessions) {
    if (session.expires_at <= now) continue;
    pages::Section row = page.add("SESSION");
    row.set("ORIGIN", origin_of(visit, session));
    row.set("BEGAN", minute_of(session.started_at)).set("ENDS", minute_of(session.expires_at));
    row.set("LAST_USED", last_use_of(visit, session.digest));
    if (session.digest == visit.session()) {
      row.show("THIS");
      continue;
    }
    const std::string path = settings_path + ("sessions/" + id_of(session.digest)) + "/end/";
    row.set("END",
            button_form(visit, path, "End", "End the session of " + minute_of(session.started_at)));
  }
  page.set("END_OTHERS", button_form(visit, std::string(settings_path) + "sessions/end-others/",
                                     "End all others"));
}

void add_tokens(const Visit& visit, const UserRecord& user, pages::Section& page) {
  page.show(user.tokens.empty() ? "NO_TOKENS" : "TOKENS");
  for (const TokenRecord& token : user.tokens) {
    pages::Section row = page.add("TOKEN");
    const std::string name = token.is_replaceable ? "from the operators" : token.name;
    row.set("NAME", name).set("SCOPE", events::to_string(token.scope));
    row.set("MADE", minute_of(token.created_at));
    row.set("LAST_USED", last_use_of(visit, token.digest));
    row.set("ENDS", token.expires_at ? minute_of(*token.expires_at) : "never");
    const std::string path = settings_path + ("tokens/" + id_of(token.digest)) + "/revoke/";
    row.set("REVOKE", button_form(visit, path, "Revoke", "Revoke the token " + name));
  }
}

Form name_form(const accounts::PersonalData& known) {
  return {
      .action = std::string(settings_path) + "name/",
      .button = "Change name",
      .fields = {{.name = "name", .label = "Name", .value = known.name, .autocomplete = "name"}}};
}

Form email_form(const accounts::PersonalData& known) {
  return {.action = std::string(settings_path) + "email/",
          .button = "Change address",
          .fields = {{.name = "email",
                      .label = "E-mail address",
                      .value = known.email,
                      .type = "email",
                      .autocomplete = "email"}}};
}

Form token_form() {
  return {.action = std::string(settings_path) + "tokens/",
          .button = "Make a token",
          .fields = {{.name = "token_name", .label = "What the token is for"},
                     {.kind = FieldKind::choice,
                      .name = "scope",
                      .label = "It may",
                      .choices = {{"write", "read and write"}, {"read", "only read"}}},
                     {.name = "days",
                      .label = "Days until it ends (empty: never)",
                      .type = "number",
                      .is_required = false}}};
}

http::Response settings_page(const Visit& visit, const Problems& problems) {
  const UserRecord user = user_of(visit);
  const auto data = commands::open_personal_data(visit.application().site().keys, user);
  const accounts::PersonalData known = data ? *data : accounts::PersonalData{};
  pages::Template content("settings.html");
  const Form name = name_form(known);
  const Form email = email_form(known);
  const Form token = token_form();
  // Each field is in one of the forms.
  Form all = name;
  for (const Form* form : {&email, &token}) {
    all.fields.insert(all.fields.end(), form->fields.begin(), form->fields.end());
  }
  content.set("PROBLEMS", problems_html(all, data ? problems : Problems(data.error())));
  content.set("NAME_FORM", visit.form(name, problems));
  content.set("EMAIL_FORM", visit.form(email, problems));
  content.set("TOKEN_FORM", visit.form(token, problems));
  const bool has_password = !data || !known.password_hash.empty();
  content.show_if(has_password, "PASSWORD");
  const pages::Html elsewhere = single_sign_on_settings(visit, user, has_password);
  content.set("SINGLE_SIGN_ON", elsewhere);
  add_sessions(visit, user, content);
  add_tokens(visit, user, content);
  return visit.page({.title = "Settings", .forms_lead_elsewhere = !elsewhere.empty()},
                    content.expand());
}

http::Response outcome(const Visit& visit, const base::Result<commands::Commit>& commit,
                       std::string_view message) {
  if (commit) return visit.redirect(settings_path, message);
  if (http::http_status(commit.error().code) < 500) {
    return settings_page(visit, Problems(commit.error()));
  }
  return refused(visit, commit.error());
}

commands::SignInCommands& commands_of(const Visit& visit) {
  return visit.application().sign_in().commands();
}

http::Response change_email(const Visit& visit, const http::Form& form) {
  const std::string email(form.fields.get("email"));
  std::chrono::seconds wait{0};
  const auto sent = visit.application().sign_in().send_email_link(
      visit.request(), visit.actor().username, email, wait);
  if (!sent) {
    if (http::http_status(sent.error().code) >= 500) return refused(visit, sent.error());
    http::Response response = settings_page(visit, Problems(sent.error()));
    add_wait(response, wait);
    return response;
  }
  return visit.redirect(settings_path, "A mail with a link is on its way to " + email +
                                           ". The address is yours once you have followed it.");
}

std::optional<identity::SignIn::EmailChange> open_link(const Visit& visit) {
  return visit.application().sign_in().open_email_link(std::string(visit.path("user")),
                                                       std::string(visit.path("token")));
}

// A mail program may look at the link by itself, so only the button confirms.
http::Response show_email_link(const Visit& visit) {
  const auto change = open_link(visit);
  if (!change) return visit.invalid_link();
  return visit.form_page(
      "Confirm your e-mail address",
      {.action = std::string(visit.request().path()),
       .button = "Confirm",
       .sentence = change->username + " is to have the address " + change->email + "."});
}

http::Response confirm_email(const Visit& visit, const http::Form&) {
  const auto change = open_link(visit);
  if (!change) return visit.invalid_link();
  const commands::Write write{{.username = change->username}, std::nullopt};
  const auto changed = commands_of(visit).change_email(write, change->email);
  if (changed) return visit.redirect("/", "Your e-mail address is " + change->email + " now.");
  return visit.page(http::http_status(changed.error().code), "Confirm your e-mail address",
                    base::client_detail(changed.error()));
}

http::Response end_session(const Visit& visit, const http::Form&) {
  const auto session = find_own(user_of(visit).sessions, visit.path("id"));
  if (!session) return visit.not_found();
  return outcome(
      visit, commands_of(visit).end_session(visit.write(), *session, events::SessionEnd::revoked),
      "The session has ended.");
}

http::Response end_other_sessions(const Visit& visit, const http::Form&) {
  return outcome(visit, commands_of(visit).end_sessions_except(visit.write(), visit.session()),
                 "Your other sessions have ended.");
}

base::Result<commands::SignInCommands::AddToken> token_of(const Visit& visit,
                                                          const http::Form& form) {
  commands::SignInCommands::AddToken command;
  command.name = form.fields.get("token_name");
  const std::string_view scope = form.fields.get("scope");
  if (scope != "read" && scope != "write") {
    return base::field_error(base::ErrorCode::invalid, "scope", "must be read or write");
  }
  if (scope == "read") command.scope = events::TokenScope::read;
  const std::string_view days_text = form.fields.get("days");
  if (days_text.empty()) return command;
  int days = 0;
  const auto [end, error] =
      std::from_chars(days_text.data(), days_text.data() + days_text.size(), days);
  if (error != std::errc() || end != days_text.data() + days_text.size() || days < 1 ||
      days > token_days_max) {
    return base::field_error(base::ErrorCode::invalid, "days",
                             "must be a number from 1 to " + std::to_string(token_days_max));
  }
  command.expires_at =
      base::Timestamp{visit.application().site().clock.now().unix_us + days * day_us};
  return command;
}

http::Response make_token(const Visit& visit, const http::Form& form) {
  const auto command = token_of(visit, form);
  if (!command) return settings_page(visit, Problems(command.error()));
  const auto made = commands_of(visit).add_token(visit.write(), *command);
  if (!made) return outcome(visit, made.error(), {});
  pages::Template content("token.html");
  content.set("TOKEN", made->token);
  return visit.page("Your new token", content.expand());
}

http::Response revoke_token(const Visit& visit, const http::Form&) {
  const auto token = find_own(user_of(visit).tokens, visit.path("id"));
  if (!token) return visit.not_found();
  return outcome(visit, commands_of(visit).revoke_token(visit.write(), *token),
                 "The token is revoked.");
}

}  // namespace

void add_settings_pages(http::Router& router, application::Application& application) {
  const std::string base = settings_path;
  const auto action = [&](const std::string& rest, FormAction post) {
    add_page(router, application, {.pattern = base + rest, .post = std::move(post)});
  };
  add_page(router, application,
           {.pattern = base, .get = [](const Visit& visit) { return settings_page(visit, {}); }});
  action("name/", [](const Visit& visit, const http::Form& form) {
    const std::string name(form.fields.get("name"));
    return outcome(visit, commands_of(visit).change_name(visit.write(), name),
                   "Your name is changed.");
  });
  action("email/", change_email);
  action("sessions/end-others/", end_other_sessions);
  action("sessions/{id}/end/", end_session);
  action("tokens/", make_token);
  action("tokens/{id}/revoke/", revoke_token);
  add_page(router, application, {.pattern = "/accounts/tokens/", .get = [](const Visit& visit) {
                                   return visit.redirect(std::string(settings_path) + "#tokens");
                                 }});
  add_page(router, application,
           {.pattern = "/accounts/email/{user}/{token}/",
            .get = show_email_link,
            .post = confirm_email,
            .has_secret_path = true});
}

}  // namespace codelog::web
