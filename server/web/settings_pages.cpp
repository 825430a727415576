#include "server/web/settings_pages.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "server/application/pages.h"
#include "server/web/form_fields.h"
#include "server/web/single_sign_on_pages.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using application::escape_html;
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

std::string cell(std::string_view text) { return "<td>" + escape_html(text) + "</td>"; }

std::string button_form(const Visit& visit, const std::string& action, std::string_view button) {
  return form({.action = action, .token_field = visit.form_token_field(), .button = button}, {});
}

// "Mozilla/5.0 … from 192.0.2.1"
std::string origin_of(const Visit& visit, const SessionRecord& session) {
  const auto client =
      visit.application().site().keys.open_sealed(visit.actor().username, session.client);
  if (!client) return "unknown";
  const auto json = nlohmann::json::parse(*client, nullptr, false);
  if (!json.is_object()) return "unknown";
  return json.value("user_agent", "") + " from " + json.value("address", "");
}

std::string last_use_of(const Visit& visit, const base::Sha256& digest) {
  const accounts::LastUses* uses = visit.application().site().last_uses;
  const auto time = uses == nullptr ? std::nullopt : uses->of(digest);
  return time ? minute_of(*time) : "not yet";
}

std::string sessions_table(const Visit& visit, const UserRecord& user) {
  std::string text =
      "<table>\n<tr><th>Session</th><th>Began</th><th>Last used</th>"
      "<th>Ends</th><th></th></tr>\n";
  const base::Timestamp now = visit.application().site().clock.now();
  for (const SessionRecord& session : user.sessions) {
    if (session.expires_at <= now) continue;
    text += "<tr>" + cell(origin_of(visit, session)) + cell(minute_of(session.started_at)) +
            cell(last_use_of(visit, session.digest)) + cell(minute_of(session.expires_at)) + "<td>";
    text +=
        session.digest == visit.session()
            ? std::string("this one")
            : button_form(visit, settings_path + ("sessions/" + id_of(session.digest)) + "/end/",
                          "End");
    text += "</td></tr>\n";
  }
  text += "</table>\n";
  return text +
         button_form(visit, std::string(settings_path) + "sessions/end-others/", "End all others");
}

std::string tokens_table(const Visit& visit, const UserRecord& user) {
  if (user.tokens.empty()) return "<p>You have no API tokens.</p>\n";
  std::string text =
      "<table>\n<tr><th>Token</th><th>May</th><th>Made</th><th>Last used</th>"
      "<th>Ends</th><th></th></tr>\n";
  for (const TokenRecord& token : user.tokens) {
    text += "<tr>" + cell(token.is_replaceable ? "from the operators" : token.name) +
            cell(events::to_string(token.scope)) + cell(minute_of(token.created_at)) +
            cell(last_use_of(visit, token.digest)) +
            cell(token.expires_at ? minute_of(*token.expires_at) : "never") + "<td>" +
            button_form(visit, settings_path + ("tokens/" + id_of(token.digest)) + "/revoke/",
                        "Revoke") +
            "</td></tr>\n";
  }
  return text + "</table>\n";
}

http::Response settings_page(const Visit& visit, const std::string& notice) {
  const UserRecord user = user_of(visit);
  const auto data = commands::open_personal_data(visit.application().site().keys, user);
  std::string text = notice;
  if (!data) text += alert(data.error());
  const accounts::PersonalData known = data ? *data : accounts::PersonalData{};
  const std::string token = visit.form_token_field();
  const std::string base = settings_path;
  text += "<h2>About you</h2>\n";
  text += form(
      {.action = base + "name/", .token_field = token, .button = "Change name"},
      text_field({.name = "name", .label = "Name", .value = known.name, .autocomplete = "name"}));
  text += form({.action = base + "email/", .token_field = token, .button = "Change address"},
               text_field({.name = "email",
                           .label = "E-mail address",
                           .value = known.email,
                           .type = "email",
                           .autocomplete = "email"}));
  const bool has_password = !data || !known.password_hash.empty();
  if (has_password) {
    text += "<p><a href=\"/accounts/password_change/\">Change password</a></p>\n";
  }
  text += single_sign_on_settings(visit, user, has_password);
  text += "<h2>Sessions</h2>\n" + sessions_table(visit, user);
  text += "<h2>API tokens</h2>\n" + tokens_table(visit, user);
  const std::pair<std::string, std::string> scopes[] = {{"write", "read and write"},
                                                        {"read", "only read"}};
  text += form({.action = base + "tokens/", .token_field = token, .button = "Make a token"},
               text_field({.name = "token_name", .label = "What the token is for"}) +
                   select_field({.name = "scope", .label = "It may"}, scopes) +
                   text_field({.name = "days",
                               .label = "Days until it ends (empty: never)",
                               .type = "number",
                               .is_required = false}));
  return visit.page(200, "Settings", text);
}

http::Response outcome(const Visit& visit, const base::Result<commands::Commit>& commit,
                       std::string_view message) {
  if (commit) return visit.redirect(settings_path, message);
  if (http::http_status(commit.error().code) < 500) {
    return settings_page(visit, alert(commit.error()));
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
    http::Response response = settings_page(visit, alert(sent.error()));
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
  const std::string fields = "<p>" + escape_html(change->username) + " is to have the address " +
                             escape_html(change->email) + ".</p>\n";
  return visit.page(200, "Confirm your e-mail address",
                    form({.action = visit.request().path(),
                          .token_field = visit.form_token_field(),
                          .button = "Confirm"},
                         fields));
}

http::Response confirm_email(const Visit& visit, const http::Form&) {
  const auto change = open_link(visit);
  if (!change) return visit.invalid_link();
  const commands::Write write{{.username = change->username}, std::nullopt};
  const auto changed = commands_of(visit).change_email(write, change->email);
  if (changed) return visit.redirect("/", "Your e-mail address is " + change->email + " now.");
  return visit.page(http::http_status(changed.error().code), "Confirm your e-mail address",
                    alert(changed.error()));
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
  if (!command) return settings_page(visit, alert(command.error()));
  const auto made = commands_of(visit).add_token(visit.write(), *command);
  if (!made) return outcome(visit, made.error(), {});
  return visit.page(200, "Your new token",
                    "<p>Copy it now. It is shown only once:</p>\n<p><code>" +
                        escape_html(made->token) +
                        "</code></p>\n<p><a href=\"/accounts/settings/\">Settings</a></p>\n");
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
  add_page(router, application,
           {.pattern = "/accounts/email/{user}/{token}/",
            .get = show_email_link,
            .post = confirm_email,
            .has_secret_path = true});
}

}  // namespace codelog::web
