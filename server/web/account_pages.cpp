#include "server/web/account_pages.h"

#include "events/base/client_detail.h"
#include "server/accounts/passwords.h"
#include "server/application/pages.h"
#include "server/web/form_fields.h"
#include "server/web/settings_pages.h"
#include "server/web/single_sign_on_pages.h"
#include "server/web/visit.h"

namespace codelog::web {
namespace {

using base::ErrorCode;
using Fields = http::Parameters;

FormFrame frame(const std::string& action, const std::string& token, std::string_view button) {
  return {.action = action, .token_field = token, .button = button};
}

std::string password_field(std::string_view name, std::string_view label,
                           std::string_view autocomplete = "new-password") {
  return text_field(
      {.name = name, .label = label, .type = "password", .autocomplete = autocomplete});
}

// Faults that are not the visitor's.
bool is_our_fault(const base::Error& error) { return http::http_status(error.code) >= 500; }

// --- Signing in and out

http::Response login_form(const Visit& visit, std::string_view username, std::string_view next,
                          const std::string& problem) {
  std::string fields = text_field({.name = "username",
                                   .label = "Username",
                                   .value = username,
                                   .autocomplete = "username"}) +
                       password_field("password", "Password", "current-password") +
                       "<input type=\"hidden\" name=\"next\" value=\"" +
                       application::escape_html(next) + "\">\n";
  std::string text = problem;
  if (problem.empty() && !next.empty()) text = "<p>Please log in to continue.</p>\n";
  text += form(frame("/accounts/login/", visit.form_token_field(), "Log in"), fields);
  text += "<p><a href=\"/accounts/password_reset/\">Forgotten your password?</a></p>\n";
  text += single_sign_on_button(visit, next);
  return visit.page(200, "Log in", text);
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
    http::Response response = login_form(visit, username, next, alert(session.error().detail));
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

http::Response register_form(const Visit& visit, const Fields& values, const std::string& problem) {
  const std::string fields =
      text_field({.name = "username",
                  .label = "Username",
                  .value = values.get("username"),
                  .autocomplete = "username"}) +
      text_field(
          {.name = "name", .label = "Name", .value = values.get("name"), .autocomplete = "name"}) +
      text_field({.name = "email",
                  .label = "E-mail address",
                  .value = values.get("email"),
                  .type = "email",
                  .autocomplete = "email"}) +
      password_field("password1", "Password") +
      password_field("password2", "The same password again");
  return visit.page(
      200, "Register",
      problem + form(frame("/accounts/register/", visit.form_token_field(), "Register"), fields));
}

http::Response show_register(const Visit& visit) {
  if (visit.visitor()) return visit.redirect("/", "You are already signed in!");
  return register_form(visit, {}, {});
}

http::Response register_user(const Visit& visit, const http::Form& form) {
  if (visit.visitor()) return visit.redirect("/", "You are already signed in!");
  const std::string password = text_of(form, "password1");
  if (password != form.fields.get("password2")) {
    return register_form(visit, form.fields, alert("The two password fields didn't match."));
  }
  const commands::AddUser command{.username = text_of(form, "username"),
                                  .name = text_of(form, "name"),
                                  .email = text_of(form, "email"),
                                  .password = password};
  std::chrono::seconds wait{0};
  const auto session = visit.application().sign_in().sign_up(visit.request(), command, wait);
  if (!session) {
    if (is_our_fault(session.error())) return refused(visit, session.error());
    http::Response response = register_form(visit, form.fields, alert(session.error()));
    add_wait(response, wait);
    return response;
  }
  http::Response response = visit.redirect("/");
  visit.begin_session(response, session->id);
  response.user = session->username;
  return response;
}

// --- Passwords

http::Response change_form(const Visit& visit, const std::string& problem) {
  const std::string fields = password_field("old_password", "Old password", "current-password") +
                             password_field("new_password1", "New password") +
                             password_field("new_password2", "The same new password again");
  return visit.page(200, "Change password",
                    problem + form(frame("/accounts/password_change/", visit.form_token_field(),
                                         "Change password"),
                                   fields));
}

http::Response change_password(const Visit& visit, const http::Form& form) {
  const std::string password = text_of(form, "new_password1");
  if (password != form.fields.get("new_password2")) {
    return change_form(visit, alert("The two password fields didn't match."));
  }
  std::chrono::seconds wait{0};
  const auto changed = visit.application().sign_in().change_password(
      visit.request(), visit.write(), {text_of(form, "old_password"), password, visit.session()},
      wait);
  if (changed) return visit.redirect("/accounts/password_change/done/");
  if (is_our_fault(changed.error())) return refused(visit, changed.error());
  http::Response response = change_form(visit, alert(changed.error()));
  add_wait(response, wait);
  return response;
}

http::Response show_reset_request(const Visit& visit) {
  const std::string fields = text_field(
      {.name = "email", .label = "E-mail address", .type = "email", .autocomplete = "email"});
  return visit.page(
      200, "Reset your password",
      "<p>You get a mail with a link to choose a new password.</p>\n" +
          form(frame("/accounts/password_reset/", visit.form_token_field(), "Send the link"),
               fields));
}

http::Response request_reset(const Visit& visit, const http::Form& form) {
  std::chrono::seconds wait{0};
  const auto sent =
      visit.application().sign_in().send_reset_links(visit.request(), text_of(form, "email"), wait);
  if (sent) return visit.redirect("/accounts/password_reset/done/");
  http::Response response = visit.page(429, "Reset your password", alert(sent.error()));
  add_wait(response, wait);
  return response;
}

http::Response show_text(const Visit& visit, std::string_view title, std::string_view sentence) {
  return visit.page(200, title, "<p>" + application::escape_html(sentence) + "</p>\n");
}

http::Response reset_form(const Visit& visit, const std::string& problem) {
  const std::string fields = password_field("new_password1", "New password") +
                             password_field("new_password2", "The same new password again");
  return visit.page(
      200, "Choose a new password",
      problem +
          form(frame(visit.request().path(), visit.form_token_field(), "Set password"), fields));
}

std::optional<identity::SignIn::Reset> open_reset(const Visit& visit) {
  return visit.application().sign_in().open_reset_link(std::string(visit.path("user")),
                                                       std::string(visit.path("token")));
}

http::Response show_reset(const Visit& visit) {
  return open_reset(visit) ? reset_form(visit, {}) : visit.invalid_link();
}

http::Response reset_password(const Visit& visit, const http::Form& form) {
  const auto link = open_reset(visit);
  if (!link) return visit.invalid_link();
  const std::string password = text_of(form, "new_password1");
  if (password != form.fields.get("new_password2")) {
    return reset_form(visit, alert("The two password fields didn't match."));
  }
  const auto reset = visit.application().sign_in().commands().reset_password(
      link->username, link->password_hash, password);
  if (reset) return visit.redirect("/accounts/reset/done/");
  if (is_our_fault(reset.error())) return refused(visit, reset.error());
  if (reset.error().code == ErrorCode::conflict) return visit.invalid_link();
  return reset_form(visit, alert(reset.error()));
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
