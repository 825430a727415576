#include "server/web/accounts/account_pages.h"

#include "events/base/client_detail.h"
#include "server/accounts/passwords.h"
#include "server/web/accounts/settings_pages.h"
#include "server/web/accounts/single_sign_on_pages.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using base::ErrorCode;
using Fields = http::Parameters;

Field password_field(std::string name, std::string label,
                     std::string autocomplete = "new-password") {
  return {.name = std::move(name),
          .label = std::move(label),
          .type = "password",
          .autocomplete = std::move(autocomplete)};
}

Field account_field(std::string username) {
  return {.kind = FieldKind::account, .name = {}, .value = std::move(username)};
}

Field email_field(std::string_view value = {}) {
  return {.name = "email",
          .label = "E-mail address",
          .value = std::string(value),
          .type = "email",
          .autocomplete = "email"};
}

// Faults that are not the visitor's.
bool is_our_fault(const base::Error& error) { return http::http_status(error.code) >= 500; }

Problems different_passwords(std::string field) {
  return {std::move(field), "The two password fields didn't match."};
}

// --- Signing in and out

http::Response login_form(const Visit& visit, std::string_view username, std::string_view next,
                          const Problems& problems) {
  const Form form{
      .action = "/accounts/login/",
      .button = "Log in",
      .fields = {{.name = "username",
                  .label = "Username",
                  .value = std::string(username),
                  .autocomplete = "username"},
                 password_field("password", "Password", "current-password"),
                 {.kind = FieldKind::hidden, .name = "next", .value = std::string(next)}}};
  pages::Template content("form_page.html");
  content.set("PROBLEMS", problems_html(form, problems)).set("FORM", visit.form(form, problems));
  const pages::Html elsewhere = single_sign_on_button(visit, next);
  content.set("MORE", elsewhere);
  if (problems.empty() && !next.empty()) {
    content.set_and_show("INTRODUCTION", "Please log in to continue.");
  }
  content.add("AFTER")
      .set("PATH", "/accounts/password_reset/")
      .set("TEXT", "Forgotten your password?");
  content.add("AFTER").set("PATH", "/accounts/register/").set("TEXT", "Register");
  return visit.page({.title = "Log in", .forms_lead_elsewhere = !elsewhere.empty()},
                    content.expand());
}

http::Response show_login(const Visit& visit) {
  const std::string_view next = visit.request().query().get("next");
  if (visit.visitor()) return visit.redirect(safe_target(next, "/"));
  return login_form(visit, {}, safe_target(next, ""), {});
}

http::Response log_in(const Visit& visit, const http::Form& form) {
  const std::string next = safe_target(form.fields.get("next"), "");
  const std::string username = text_of(form, "username");
  std::chrono::seconds wait{0};
  const auto session = visit.application().sign_in().log_in(visit.request(), username,
                                                            text_of(form, "password"), wait);
  if (!session) {
    if (is_our_fault(session.error())) return refused(visit, session.error());
    http::Response response = login_form(visit, username, next, Problems(session.error().detail));
    add_wait(response, wait);
    return response;
  }
  end_own_session(visit);
  http::Response response = visit.redirect(next.empty() ? "/" : next);
  visit.begin_session(response, session->id);
  response.user = session->username;
  return response;
}

http::Response log_out(const Visit& visit, const http::Form&) {
  http::Response response = visit.redirect("/");
  if (visit.visitor()) {
    const auto ended = visit.application().sign_in().commands().end_session(
        visit.write(), *visit.session(), events::SessionEnd::logged_out);
    if (!ended && is_our_fault(ended.error())) return refused(visit, ended.error());
  }
  visit.end_session(response);
  return response;
}

// --- Registering

http::Response register_form(const Visit& visit, const Fields& values, const Problems& problems) {
  const auto value_of = [&](std::string_view field) { return std::string(values.get(field)); };
  const Form form{
      .action = "/accounts/register/",
      .button = "Register",
      .fields = {
          {.name = "username",
           .label = "Username",
           .value = value_of("username"),
           .autocomplete = "username"},
          {.name = "name", .label = "Name", .value = value_of("name"), .autocomplete = "name"},
          email_field(values.get("email")),
          password_field("password1", "Password"),
          password_field("password2", "The same password again")}};
  return visit.form_page("Register", form, problems);
}

http::Response show_register(const Visit& visit) {
  if (visit.visitor()) return visit.redirect("/", "You are already signed in!");
  return register_form(visit, {}, {});
}

http::Response register_user(const Visit& visit, const http::Form& form) {
  if (visit.visitor()) return visit.redirect("/", "You are already signed in!");
  const std::string password = text_of(form, "password1");
  if (password != form.fields.get("password2")) {
    return register_form(visit, form.fields, different_passwords("password2"));
  }
  const commands::AddUser command{.username = text_of(form, "username"),
                                  .name = text_of(form, "name"),
                                  .email = text_of(form, "email"),
                                  .password = password};
  std::chrono::seconds wait{0};
  const auto session = visit.application().sign_in().sign_up(visit.request(), command, wait);
  if (!session) {
    if (is_our_fault(session.error())) return refused(visit, session.error());
    http::Response response = register_form(visit, form.fields, Problems(session.error()));
    add_wait(response, wait);
    return response;
  }
  http::Response response = visit.redirect("/");
  visit.begin_session(response, session->id);
  response.user = session->username;
  return response;
}

// --- Passwords

http::Response change_form(const Visit& visit, const Problems& problems) {
  const Form form{.action = "/accounts/password_change/",
                  .button = "Change password",
                  .fields = {account_field(visit.actor().username),
                             password_field("old_password", "Old password", "current-password"),
                             password_field("new_password1", "New password"),
                             password_field("new_password2", "The same new password again")}};
  return visit.form_page("Change password", form, problems);
}

http::Response change_password(const Visit& visit, const http::Form& form) {
  const std::string password = text_of(form, "new_password1");
  if (password != form.fields.get("new_password2")) {
    return change_form(visit, different_passwords("new_password2"));
  }
  std::chrono::seconds wait{0};
  const auto changed = visit.application().sign_in().change_password(
      visit.request(), visit.write(), {text_of(form, "old_password"), password, visit.session()},
      wait);
  if (changed) return visit.redirect("/accounts/password_change/done/");
  if (is_our_fault(changed.error())) return refused(visit, changed.error());
  http::Response response = change_form(visit, Problems(changed.error()));
  add_wait(response, wait);
  return response;
}

Form reset_request() {
  return {.action = "/accounts/password_reset/",
          .button = "Send the link",
          .fields = {email_field()},
          .sentence = "You get a mail with a link to choose a new password."};
}

http::Response show_reset_request(const Visit& visit) {
  return visit.form_page("Reset your password", reset_request());
}

http::Response request_reset(const Visit& visit, const http::Form& form) {
  std::chrono::seconds wait{0};
  const auto sent =
      visit.application().sign_in().send_reset_links(visit.request(), text_of(form, "email"), wait);
  if (sent) return visit.redirect("/accounts/password_reset/done/");
  http::Response response =
      visit.form_page("Reset your password", reset_request(), Problems(sent.error()));
  add_wait(response, wait);
  return response;
}

http::Response show_text(const Visit& visit, std::string_view title, std::string_view sentence) {
  return visit.page(200, title, sentence);
}

http::Response reset_form(const Visit& visit, const std::string& username,
                          const Problems& problems) {
  const Form form{
      .action = std::string(visit.request().path()),
      .button = "Set password",
      .fields = {account_field(username), password_field("new_password1", "New password"),
                 password_field("new_password2", "The same new password again")}};
  return visit.form_page("Choose a new password", form, problems);
}

std::optional<identity::SignIn::Reset> open_reset(const Visit& visit) {
  return visit.application().sign_in().open_reset_link(std::string(visit.path("user")),
                                                       std::string(visit.path("token")));
}

http::Response show_reset(const Visit& visit) {
  const auto link = open_reset(visit);
  return link ? reset_form(visit, link->username, {}) : visit.invalid_link();
}

http::Response reset_password(const Visit& visit, const http::Form& form) {
  const auto link = open_reset(visit);
  if (!link) return visit.invalid_link();
  const std::string password = text_of(form, "new_password1");
  if (password != form.fields.get("new_password2")) {
    return reset_form(visit, link->username, different_passwords("new_password2"));
  }
  const auto reset = visit.application().sign_in().commands().reset_password(
      link->username, link->password_hash, password);
  if (reset) return visit.redirect("/accounts/reset/done/");
  if (is_our_fault(reset.error())) return refused(visit, reset.error());
  if (reset.error().code == ErrorCode::conflict) return visit.invalid_link();
  return reset_form(visit, link->username, Problems(reset.error()));
}

}  // namespace

void add_account_pages(http::Router& router, application::Application& application) {
  const auto open = [&](const char* pattern, Page get, FormAction post = {}) {
    add_page(router, application,
             {.pattern = pattern, .get = std::move(get), .post = std::move(post)});
  };
  open("/accounts/login/", show_login, log_in);
  open("/accounts/logout/", {}, log_out);
  open("/accounts/register/", show_register, register_user);
  open("/accounts/password_reset/", show_reset_request, request_reset);
  open("/accounts/password_reset/done/", [](const Visit& visit) {
    return show_text(visit, "Look at your mail",
                     "If an account has this e-mail address, a mail with a link is on its way.");
  });
  open("/accounts/reset/done/", [](const Visit& visit) {
    return show_text(visit, "Password set", "Your new password is set. You can log in with it.");
  });
  add_page(router, application,
           {.pattern = "/accounts/reset/{user}/{token}/",
            .get = show_reset,
            .post = reset_password,
            .has_secret_path = true});
  add_page(router, application,
           {.pattern = "/accounts/password_change/",
            .get = [](const Visit& visit) { return change_form(visit, {}); },
            .post = change_password});
  add_page(router, application,
           {.pattern = "/accounts/password_change/done/", .get = [](const Visit& visit) {
              return show_text(visit, "Password changed",
                               "Your password was changed. Your other "
                               "sessions have ended.");
            }});
  add_settings_pages(router, application);
  add_single_sign_on_pages(router, application);
}

}  // namespace codelog::web
