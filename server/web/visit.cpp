#include "server/web/visit.h"

#include <algorithm>

#include "events/base/check.h"
#include "events/base/client_detail.h"
#include "server/accounts/passwords.h"
#include "server/accounts/secret_texts.h"
#include "server/application/pages.h"
#include "server/identity/cookies.h"
#include "server/identity/form_token.h"
#include "server/identity/permissions.h"
#include "server/web/kept_pages.h"
#include "server/web/versions/closed_versions.h"
#include "server/web/words.h"

namespace codelog::web {
namespace {

// Browsers that read pages ahead forget those of the other account.
constexpr const char* forget_read_ahead = "\"prefetchCache\", \"prerenderCache\"";
constexpr std::chrono::seconds message_lifetime{300};
constexpr std::chrono::seconds told_lifetime{31'449'600};  // a year
constexpr std::size_t message_bytes_max = 2000;
constexpr std::size_t signature_characters = 32;
constexpr char info_mark = 'i';
constexpr char problem_mark = 'p';
constexpr std::size_t form_bytes_max = 2'621'440;  // OpenCodelists'

std::string signature_of(const accounts::KeyRing& keys, std::string_view text) {
  return base::to_hex(keys.sign("message", text)).substr(0, signature_characters);
}

// A message is signed, so that nobody can put words into our pages by planting a cookie.
std::string pack_message(const accounts::KeyRing& keys, std::string_view message) {
  message = message.substr(0, message_bytes_max);
  const std::string text = accounts::encode_base64_url(message);
  return signature_of(keys, text) + text;
}

std::string open_message(const accounts::KeyRing& keys, std::string_view packed) {
  if (packed.size() <= signature_characters) return {};
  const std::string_view text = packed.substr(signature_characters);
  if (!accounts::are_equal_in_constant_time(packed.substr(0, signature_characters),
                                            signature_of(keys, text))) {
    return {};
  }
  return accounts::decode_base64_url(text).value_or("");
}

http::Response bad_form(const Visit& visit, std::string_view sentence) {
  return visit.page(400, application::error_title(400), sentence);
}

bool is_multipart(const http::Request& request) {
  return request.media_type() == "multipart/form-data";
}

base::Result<http::Form> read_form(const http::Request& request) {
  if (is_multipart(request)) return http::parse_multipart(request);
  http::Form form;
  if (request.media_type().empty() && request.body.empty()) return form;
  if (request.media_type() == "application/json") return form;  // its token is a header
  auto fields = http::parse_form(request);
  if (!fields) return fields.error();
  form.fields = std::move(*fields);
  return form;
}

http::Response to_login(const http::Request& request) {
  return http::redirect(302, application::login_path(request));
}

// One method of a page.
struct Handled {
  Page get;
  FormAction post;
  bool needs_login = false;
};

Handled handled(http::Method method, const PageRoute& route) {
  const auto permission = identity::find_permission(method, route.pattern);
  CODELOG_CHECK(permission.has_value(), "a page without a permission: " + route.pattern);
  const bool is_open = identity::allows(*permission, identity::Role::anonymous);
  return {route.get, route.post, !is_open};
}

http::Response submit(application::Application& application, const Handled& route,
                      const http::Request& request, const http::PathParameters& path) {
  const Visit visit(application, request, path);
  const auto form = read_form(request);
  const std::string_view sent =
      form ? form->fields.get(identity::form_token_field) : std::string_view();
  if (!identity::is_genuine(request, application.site().keys, visit.session(), sent,
                            application.options().base_urls)) {
    return bad_form(visit, "CSRF: CSRF Failed. The form was not able to submit.");
  }
  if (route.needs_login && !visit.visitor()) return to_login(request);
  if (!form) return bad_form(visit, base::client_detail(form.error()));
  http::Response response = route.post(visit, *form);
  if (visit.visitor()) response.user = visit.actor().username;
  return response;
}

http::Response show(application::Application& application, const Handled& route,
                    const http::Request& request, const http::PathParameters& path) {
  const Visit visit(application, request, path);
  if (route.needs_login && !visit.visitor()) return to_login(request);
  http::Response response = route.get(visit);
  if (visit.visitor()) response.user = visit.actor().username;
  return response;
}

}  // namespace

Visit::Visit(application::Application& application, const http::Request& request,
             const http::PathParameters& path)
    : application_(application),
      request_(request),
      path_(path),
      views_(application.views()),
      frame_(application, request, views_) {
  if (visitor()) {
    views_.limit_to({actor().username, actor().is_admin});
  } else {
    views_.limit_to({});
  }
}

const commands::Actor& Visit::actor() const {
  CODELOG_CHECK(visitor().has_value(), "only a visitor who is signed in acts");
  return visitor()->actor;
}

std::string Visit::address_of(std::string_view path) const {
  const auto& addresses = application_.options().base_urls;
  return (addresses.empty() ? std::string() : addresses.front()) + std::string(path);
}

http::Response Visit::page(pages::Frame frame, const pages::Html& content) const {
  // A page that is read ahead may never be seen.
  const auto waiting = request_.header("Sec-Purpose")
                           ? std::nullopt
                           : identity::find_cookie(request_, message_cookie);
  const std::string message =
      waiting ? open_message(application_.site().keys, *waiting) : std::string();
  if (!message.empty()) {
    frame.notices.push_back({message.substr(1), message.starts_with(problem_mark)});
  }
  std::string told;
  if (visitor() && !request_.header("Sec-Purpose"))
    told = add_closed_versions(*this, frame.notices);
  http::Response response = frame_.page(std::move(frame), content);
  if (!told.empty()) {
    response.add("Set-Cookie",
                 identity::set_cookie({.name = told_cookie,
                                       .value = told,
                                       .lifetime = told_lifetime,
                                       .is_secure = application_.sign_in().is_secure()}));
  }
  if (waiting) {
    response.add("Set-Cookie", identity::set_cookie({.name = message_cookie, .value = ""}));
  }
  return response;
}

http::Response Visit::page(int status, std::string_view title, std::string_view sentence) const {
  if (status >= 400) {
    return page({.status = status, .title = std::string(title)},
                pages::error_html(request_, status, sentence));
  }
  pages::Template content("sentence.html");
  content.set("SENTENCE", sentence);
  return page({.status = status, .title = std::string(title)}, content.expand());
}

http::Response Visit::form_page(std::string_view title, const Form& shown,
                                const Problems& problems) const {
  pages::Template content("form_page.html");
  content.set("PROBLEMS", problems_html(shown, problems)).set("FORM", form(shown, problems));
  return page(title, content.expand());
}

http::Response Visit::not_found() const {
  return page(404, application::error_title(404), "Please check the URL in the address bar.");
}

http::Response Visit::no_permission(std::string_view sentence, std::string_view title,
                                    const pages::Html& as_others_see_it) const {
  pages::Template content("no_permission.html");
  content.set("SENTENCE", sentence).set("CONTENT", as_others_see_it);
  return page({.status = 403, .title = std::string(title), .width = pages::Width::wide},
              content.expand());
}

http::Response Visit::invalid_link() const {
  return page(200, "Invalid link",
              "This link has been used already, or is too old. Ask for another one.");
}

http::Response Visit::redirect(std::string_view path, std::string_view message,
                               Message kind) const {
  http::Response response = http::redirect(302, path);
  response.add("Cache-Control", "no-store");
  if (message.empty()) return response;
  const char mark = kind == Message::problem ? problem_mark : info_mark;
  const std::string packed =
      pack_message(application_.site().keys, std::string(1, mark).append(message));
  response.add("Set-Cookie",
               identity::set_cookie({.name = message_cookie,
                                     .value = packed,
                                     .lifetime = message_lifetime,
                                     .is_secure = application_.sign_in().is_secure()}));
  return response;
}

void Visit::begin_session(http::Response& response, const std::string& id) const {
  response.add("Set-Cookie",
               identity::set_cookie({.name = identity::session_cookie,
                                     .value = id,
                                     .lifetime = commands::session_lifetime,
                                     .is_secure = application_.sign_in().is_secure()}));
  response.add("Clear-Site-Data", forget_read_ahead);
  const base::Sha256 digest = accounts::digest_session_id(id);
  frame_.add_form_cookie(response, identity::make_form_token(application_.site().keys, digest));
}

void Visit::end_session(http::Response& response) const {
  response.add("Set-Cookie", identity::set_cookie({.name = identity::session_cookie, .value = ""}));
  response.add("Clear-Site-Data", forget_read_ahead);
  frame_.add_form_cookie(response,
                         identity::make_form_token(application_.site().keys, std::nullopt));
}

void add_page(http::Router& router, application::Application& application, const PageRoute& route) {
  if (route.get) {
    http::Route get = {.methods = {http::Method::get},
                       .pattern = route.pattern,
                       .runs_on = route.get_may_write ? http::RunsOn::writer : http::RunsOn::worker,
                       .handler =
                           [&application, route = handled(http::Method::get, route)](
                               const http::Request& request, const http::PathParameters& path) {
                             return show(application, route, request, path);
                           },
                       .has_secret_path = route.has_secret_path};
    if (route.is_kept) keep_for_guests(get, application);
    router.add(std::move(get));
  }
  if (route.post) {
    router.add({.methods = {http::Method::post},
                .pattern = route.pattern,
                .runs_on = http::RunsOn::writer,
                .handler =
                    [&application, route = handled(http::Method::post, route)](
                        const http::Request& request, const http::PathParameters& path) {
                      return submit(application, route, request, path);
                    },
                .body_bytes_max = route.body_bytes_max.value_or(form_bytes_max),
                .has_secret_path = route.has_secret_path});
  }
}

std::string text_of(const http::Form& form, std::string_view name) {
  return std::string(form.fields.get(name));
}

std::string safe_target(std::string_view next, std::string_view otherwise) {
  const bool is_local = next.starts_with('/') && !next.starts_with("//");
  const bool is_clean = std::ranges::all_of(
      next, [](char c) { return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '\\'; });
  return std::string(is_local && is_clean ? next : otherwise);
}

http::Response refused(const Visit& visit, const base::Error& error) {
  if (error.code == base::ErrorCode::forbidden) return visit.redirect("/");
  const int status = http::http_status(error.code);
  http::Response response =
      visit.page(status, application::error_title(status), base::client_detail(error));
  note_fault(error, response);
  return response;
}

void end_own_session(const Visit& visit) {
  if (!visit.visitor()) return;
  // It may have ended meanwhile.
  (void)visit.application().sign_in().commands().end_session(visit.write(), *visit.session(),
                                                             events::SessionEnd::logged_out);
}

void add_wait(http::Response& response, std::chrono::seconds wait) {
  if (wait.count() == 0) return;
  response.status = 429;
  response.add("Retry-After", std::to_string(wait.count()));
}

void note_fault(const base::Error& error, http::Response& response) {
  // Not for a change that is or may be saved: repeating it could save it twice.
  if (error.code == base::ErrorCode::unavailable) response.add("Retry-After", "1");
  if (base::is_for_log_only(error)) response.log_detail = error.detail;
}

}  // namespace codelog::web
