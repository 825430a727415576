#include "server/web/accounts/single_sign_on_pages.h"

#include <algorithm>

#include "events/base/client_detail.h"
#include "server/commands/validation.h"
#include "server/identity/cookies.h"
#include "server/identity/single_sign_on.h"

namespace codelog::web {
namespace {

using base::ErrorCode;
using identity::SingleSignOn;
using projections::IdentityRecord;

constexpr const char* sign_in_action = "/accounts/oidc/login/";
constexpr const char* register_action = "/accounts/oidc/register/";
constexpr const char* connect_action = "/accounts/settings/oidc/connect/";
constexpr const char* disconnect_action = "/accounts/settings/oidc/disconnect/";
constexpr const char* own_settings = "/accounts/settings/";

void add_cookie(const Visit& visit, http::Response& response, std::string_view name,
                std::string_view value) {
  const bool is_set = !value.empty();
  response.add(
      "Set-Cookie",
      identity::set_cookie({.name = name,
                            .value = value,
                            .lifetime = is_set ? std::chrono::seconds(identity::sign_on_lifetime)
                                               : std::chrono::seconds(0),
                            .is_secure = visit.application().sign_in().is_secure()}));
}

// A page without a sign-in, in words; the reason for the operators goes to the log.
http::Response stopped(const Visit& visit, int status, std::string_view sentence,
                       const std::string& log_detail = {}) {
  pages::Template content("not_logged_in.html");
  content.set("SENTENCE", sentence);
  http::Response response =
      visit.page({.status = status, .title = "You are not logged in"}, content.expand());
  response.log_detail = log_detail;
  add_cookie(visit, response, identity::sign_on_cookie, {});
  return response;
}

http::Response stopped(const Visit& visit, const SingleSignOn& sign_on, const base::Error& error,
                       std::chrono::seconds wait = std::chrono::seconds(0)) {
  if (error.code == ErrorCode::too_many) {
    http::Response response =
        stopped(visit, 429, "Too many attempts have been made. Try again later.");
    add_wait(response, wait);
    return response;
  }
  if (error.code == ErrorCode::unavailable) {
    http::Response response =
        stopped(visit, 503,
                sign_on.name() +
                    " cannot log you in at this moment. Try again in a minute, or log "
                    "in with your password.",
                error.detail);
    response.add("Retry-After", "10");
    return response;
  }
  return stopped(visit, 400,
                 sign_on.name() +
                     " did not confirm who you are. Please log in again; if that "
                     "does not help, tell the administrators of this site.",
                 error.detail);
}

// Faults of the site itself, and refusals in the command's words.
http::Response refused_sign_in(const Visit& visit, const base::Error& error) {
  if (http::http_status(error.code) >= 500) return refused(visit, error);
  const bool is_deactivated = error.code == ErrorCode::unauthenticated;
  return stopped(
      visit, is_deactivated ? 403 : http::http_status(error.code),
      base::client_detail(error) + (is_deactivated ? " Ask the administrators of this site." : ""));
}

// --- Leaving for the issuer

http::Response depart(const Visit& visit, SingleSignOn& sign_on, SingleSignOn::Purpose purpose,
                      std::string_view next) {
  const auto departure = sign_on.depart(purpose, next, visit.session());
  if (!departure) return stopped(visit, sign_on, departure.error());
  http::Response response = visit.redirect(departure->address);
  add_cookie(visit, response, identity::sign_on_cookie, departure->cookie);
  return response;
}

http::Response leave_to_log_in(const Visit& visit, const http::Form& form) {
  SingleSignOn* const sign_on = visit.application().single_sign_on();
  if (sign_on == nullptr) return visit.not_found();
  return depart(visit, *sign_on, SingleSignOn::Purpose::log_in,
                safe_target(form.fields.get("next"), ""));
}

http::Response leave_to_connect(const Visit& visit, const http::Form&) {
  SingleSignOn* const sign_on = visit.application().single_sign_on();
  if (sign_on == nullptr) {
    return visit.redirect(own_settings, "This site has no other way to log in.", Message::problem);
  }
  return depart(visit, *sign_on, SingleSignOn::Purpose::connect, own_settings);
}

http::Response disconnect(const Visit& visit, const http::Form& form) {
  const auto ended =
      visit.application().identities().unlink(visit.write(), text_of(form, "issuer"));
  if (ended) return visit.redirect(own_settings, "The account is disconnected.");
  if (http::http_status(ended.error().code) >= 500) return refused(visit, ended.error());
  return visit.redirect(own_settings, ended.error().detail, Message::problem);
}

// --- Returning from the issuer

// The issuer's word for a fault (RFC 6749, 4.1.2.1), in ours.
http::Response told_error(const Visit& visit, const SingleSignOn& sign_on, std::string_view word) {
  const std::string detail =
      "the issuer answers with the error " + std::string(word.substr(0, 100));
  if (word == "access_denied") {
    return stopped(visit, 400,
                   "You, or " + sign_on.name() +
                       ", did not agree to log in to this site. You can "
                       "try again, or log in with your password.",
                   detail);
  }
  if (word == "temporarily_unavailable" || word == "server_error") {
    return stopped(visit, sign_on, {ErrorCode::unavailable, detail, {}});
  }
  return stopped(visit, sign_on, {ErrorCode::unauthenticated, detail, {}});
}

http::Response begin_session(const Visit& visit, const commands::NewSession& session,
                             std::string_view next) {
  end_own_session(visit);
  http::Response response = visit.redirect(safe_target(next, "/"));
  visit.begin_session(response, session.id);
  add_cookie(visit, response, identity::sign_on_cookie, {});
  add_cookie(visit, response, identity::newcomer_cookie, {});
  response.user = session.username;
  return response;
}

http::Response connect(const Visit& visit, SingleSignOn& sign_on, const oidc::Person& person) {
  const auto linked =
      visit.application().identities().link(visit.write(), sign_on.identity_of(person));
  if (!linked && http::http_status(linked.error().code) >= 500) {
    return refused(visit, linked.error());
  }
  http::Response response =
      linked ? visit.redirect(own_settings, "You can log in with " + sign_on.name() + " now.")
             : visit.redirect(own_settings, "Not connected: " + linked.error().detail + ".",
                              Message::problem);
  add_cookie(visit, response, identity::sign_on_cookie, {});
  return response;
}

// An address that somebody here has is never enough to let anybody in: the issuer, or whoever has
// the address now, could take over the account.
http::Response receive_newcomer(const Visit& visit, SingleSignOn& sign_on,
                                oidc::SignedOn& signed_on, std::string_view next) {
  const std::string& issuer = sign_on.name();
  const std::string how_to_connect =
      " If you have an account here, log in with your password once and connect " + issuer +
      " on your settings page.";
  if (!sign_on.allows_registration() || visit.application().is_site_restricted()) {
    return stopped(visit, 403,
                   "No account of this site is connected with your account at " + issuer + "." +
                       how_to_connect + " Otherwise ask the administrators of this site for one.");
  }
  const bool is_known = !signed_on.person.email.empty() && signed_on.person.is_email_verified;
  const auto details = is_known ? base::Result<void>() : sign_on.add_details(signed_on);
  if (!details) return stopped(visit, sign_on, details.error());
  const oidc::Person& person = signed_on.person;
  if (!person.is_email_verified || !commands::check_email(person.email)) {
    return stopped(visit, 403,
                   issuer +
                       " does not confirm an e-mail address of yours, which a new account "
                       "needs. Register with a password instead, or ask the administrators "
                       "of this site.");
  }
  const auto& keys = visit.application().site().keys;
  if (!commands::check_email_free(visit.views(), keys, person.email)) {
    return stopped(visit, 409,
                   "Your e-mail address " + person.email +
                       " belongs to an account of this site, "
                       "which is not connected with " +
                       issuer + "." + how_to_connect);
  }
  const bool is_name_usable =
      static_cast<bool>(commands::check_line("name", person.name, commands::name_characters_max));
  const SingleSignOn::Newcomer newcomer{
      sign_on.identity_of(person), person.email, is_name_usable ? person.name : std::string(),
      identity::proposed_username(person.preferred_username), std::string(next)};
  http::Response response = visit.redirect(register_action);
  add_cookie(visit, response, identity::newcomer_cookie, sign_on.pack(newcomer));
  add_cookie(visit, response, identity::sign_on_cookie, {});
  return response;
}

http::Response come_back(const Visit& visit) {
  SingleSignOn* const sign_on = visit.application().single_sign_on();
  if (sign_on == nullptr) return visit.not_found();
  const auto returned = sign_on->take_return(visit.request(), visit.session());
  if (!returned) {
    return stopped(visit, 400,
                   "This log-in was not begun in this browser, was finished already, or took "
                   "longer than ten minutes. Please log in again.");
  }
  const std::string_view told = visit.request().query().get("error");
  if (!told.empty()) return told_error(visit, *sign_on, told);
  std::chrono::seconds wait{0};
  auto signed_on = sign_on->redeem(visit.request(), *returned, wait);
  if (!signed_on) return stopped(visit, *sign_on, signed_on.error(), wait);
  sign_on->succeeded(visit.request());
  if (returned->purpose == SingleSignOn::Purpose::connect) {
    return connect(visit, *sign_on, signed_on->person);
  }
  const auto session = visit.application().identities().log_in(
      sign_on->identity_of(signed_on->person), identity::client_of(visit.request()));
  if (session) return begin_session(visit, *session, returned->next);
  if (session.error().code == ErrorCode::not_found) {
    return receive_newcomer(visit, *sign_on, *signed_on, returned->next);
  }
  return refused_sign_in(visit, session.error());
}

// --- Newcomers

http::Response newcomer_form(const Visit& visit, const SingleSignOn& sign_on,
                             const SingleSignOn::Newcomer& newcomer, const Problems& problems) {
  return visit.form_page(
      "Register",
      {.action = register_action,
       .button = "Register",
       .fields =
           {{.name = "username",
             .label = "Username",
             .value = newcomer.username,
             .autocomplete = "username"},
            {.name = "name", .label = "Name", .value = newcomer.name, .autocomplete = "name"}},
       .sentence = "You have no account here yet. Choose a username; it cannot be changed later. "
                   "Your e-mail address is " +
                   newcomer.email + ", says " + sign_on.name() + "."},
      problems);
}

// Nothing if the visitor may not register; then `answer` says why.
std::optional<SingleSignOn::Newcomer> newcomer_of(const Visit& visit, http::Response& answer) {
  SingleSignOn* const sign_on = visit.application().single_sign_on();
  if (sign_on == nullptr || !sign_on->allows_registration()) {
    answer = visit.not_found();
    return std::nullopt;
  }
  auto newcomer = sign_on->find_newcomer(visit.request());
  if (!newcomer) {
    answer = visit.redirect("/accounts/login/",
                            "Registering took longer than ten minutes. Please log in again.",
                            Message::problem);
  }
  return newcomer;
}

http::Response show_newcomer(const Visit& visit) {
  http::Response answer;
  const auto newcomer = newcomer_of(visit, answer);
  if (!newcomer) return answer;
  return newcomer_form(visit, *visit.application().single_sign_on(), *newcomer, {});
}

http::Response register_newcomer(const Visit& visit, const http::Form& form) {
  http::Response answer;
  auto newcomer = newcomer_of(visit, answer);
  if (!newcomer) return answer;
  SingleSignOn& sign_on = *visit.application().single_sign_on();
  newcomer->username = text_of(form, "username");
  newcomer->name = text_of(form, "name");
  const auto session = visit.application().identities().sign_up(
      {.username = newcomer->username,
       .name = newcomer->name,
       .email = newcomer->email,
       .password = {}},
      newcomer->identity, identity::client_of(visit.request()));
  if (session) return begin_session(visit, *session, newcomer->next);
  if (http::http_status(session.error().code) >= 500) return refused(visit, session.error());
  return newcomer_form(visit, sign_on, *newcomer, Problems(session.error()));
}

}  // namespace

void add_single_sign_on_pages(http::Router& router, application::Application& application) {
  const auto action = [&](const char* pattern, FormAction post) {
    add_page(router, application, {.pattern = pattern, .post = std::move(post)});
  };
  action(sign_in_action, leave_to_log_in);
  action(connect_action, leave_to_connect);
  action(disconnect_action, disconnect);
  add_page(router, application,
           {.pattern = std::string(identity::sign_on_return_path),
            .get = come_back,
            .get_may_write = true});
  add_page(router, application,
           {.pattern = register_action, .get = show_newcomer, .post = register_newcomer});
}

pages::Html single_sign_on_button(const Visit& visit, std::string_view next) {
  const SingleSignOn* const sign_on = visit.application().single_sign_on();
  if (sign_on == nullptr) return {};
  return visit.form(
      {.action = sign_in_action,
       .button = "Log in with " + sign_on->name(),
       .fields = {{.kind = FieldKind::hidden, .name = "next", .value = std::string(next)}}});
}

pages::Html single_sign_on_settings(const Visit& visit, const projections::UserRecord& user,
                                    bool has_password) {
  const SingleSignOn* const sign_on = visit.application().single_sign_on();
  if (sign_on == nullptr && user.identities.empty()) return {};
  pages::Template content("single_sign_on.html");
  for (const IdentityRecord& identity : user.identities) {
    const bool is_current = sign_on != nullptr && identity.issuer == sign_on->issuer();
    const std::string name = is_current ? sign_on->name() : identity.issuer;
    pages::Section row = content.add("IDENTITY");
    row.set("NAME", name).set("SINCE", base::format_date(identity.linked_at));
    const Field issuer{.kind = FieldKind::hidden, .name = "issuer", .value = identity.issuer};
    row.set("DISCONNECT", visit.form({.action = disconnect_action,
                                      .button = "Disconnect",
                                      .fields = {issuer},
                                      .is_inline = true,
                                      .button_label = "Disconnect " + name}));
  }
  const bool is_connected =
      sign_on != nullptr && std::ranges::find(user.identities, sign_on->issuer(),
                                              &IdentityRecord::issuer) != user.identities.end();
  if (sign_on != nullptr && !is_connected) {
    content.set("CONNECT",
                visit.form({.action = connect_action, .button = "Connect " + sign_on->name()}));
  }
  content.show_if(!has_password, "NO_PASSWORD");
  return content.expand();
}

}  // namespace codelog::web
