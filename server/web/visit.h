// The parts that pages share: who asks, the frame with its navigation, messages that show once, and
// forms.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/application/application.h"
#include "server/application/site_frame.h"
#include "server/http/multipart.h"
#include "server/http/router.h"
#include "server/pages/frame.h"
#include "server/web/form.h"

namespace codelog::web {

enum class Message : std::uint8_t { info, problem };

// One request of a browser. Its views are those of one moment.
class Visit {
 public:
  Visit(application::Application& application, const http::Request& request,
        const http::PathParameters& path);

  application::Application& application() const { return application_; }
  const http::Request& request() const { return request_; }
  std::string_view path(std::string_view name) const { return path_[name]; }
  const projections::Views& views() const { return views_; }
  const std::optional<identity::Visitor>& visitor() const { return frame_.visitor(); }
  // Of somebody who is signed in (checked).
  const commands::Actor& actor() const;
  commands::Write write() const { return {actor(), std::nullopt}; }
  std::optional<base::Sha256> session() const { return frame_.session(); }

  // The text of the hidden field that each form needs.
  const std::string& form_token() const { return frame_.form_token(); }
  // Its button is off while no changes are taken.
  pages::Html form(const Form& shown, const Problems& problems = {}) const {
    return form_html(shown, form_token(), problems, !read_only().empty());
  }
  // The sentence that says why no changes are taken now; empty: they are.
  const std::string& read_only() const { return frame_.read_only(); }

  // A page with the site's navigation and the messages that wait for this visitor.
  http::Response page(pages::Frame frame, const pages::Html& content) const;
  http::Response page(std::string_view title, const pages::Html& content) const {
    return page({.title = std::string(title)}, content);
  }
  // A page with one sentence; that of an error also has the request's id.
  http::Response page(int status, std::string_view title, std::string_view sentence) const;
  // A page with a form, its problems, and a sentence before it.
  http::Response form_page(std::string_view title, const Form& shown,
                           const Problems& problems = {}) const;
  // The address of a path, with the site's name.
  std::string address_of(std::string_view path) const;
  http::Response not_found() const;
  // The page as others see it, with a sentence that says who may do more.
  http::Response no_permission(std::string_view sentence, std::string_view title,
                               const pages::Html& as_others_see_it = {}) const;
  // For a link in a mail that does not hold, or no longer.
  http::Response invalid_link() const;
  // 302, with a message that the next page shows.
  http::Response redirect(std::string_view path, std::string_view message = {},
                          Message kind = Message::info) const;
  // Adds the cookies of a session that begins, with a new form token; or of none.
  void begin_session(http::Response& response, const std::string& id) const;
  void end_session(http::Response& response) const;

 private:
  application::Application& application_;
  const http::Request& request_;
  const http::PathParameters& path_;
  projections::Views views_;  // without what the visitor may not read
  const application::SiteFrame frame_;
};

using Page = std::function<http::Response(const Visit&)>;
using FormAction = std::function<http::Response(const Visit&, const http::Form&)>;

struct PageRoute {
  std::string pattern;
  Page get = {};  // 405 without
  // 405 without. For JSON, which scripts of the page send, the form is empty.
  FormAction post = {};
  std::optional<std::size_t> body_bytes_max = {};
  bool get_may_write = false;
  bool has_secret_path = false;  // a link in a mail
  // Guests get a kept page (kept_pages.h). Not for pages that show drafts.
  bool is_kept = false;
};

// Adds the routes of a page and its form, which the table of permissions must have (checked). A
// form is refused with 400 unless it is genuine (identity/form_token.h); then whoever is not signed
// in, where the table asks for it, is sent to the sign-in page. The application must outlive the
// router.
void add_page(http::Router& router, application::Application& application, const PageRoute& route);

// The field's last value; empty without one.
std::string text_of(const http::Form& form, std::string_view name);

// A target of the own site, for use after signing in; `otherwise` if it is none.
std::string safe_target(std::string_view next, std::string_view otherwise);

// The answer to a form that a command refused for a reason that no field can mend: to the start
// page without the permission, as in OpenCodelists; otherwise a page with the error's status.
http::Response refused(const Visit& visit, const base::Error& error);

// For a sign-in: a new session takes the place of the one that the browser has.
void end_own_session(const Visit& visit);

// For an answer that shows the error: its headers, and the server's log, as http::problem has them.
void note_fault(const base::Error& error, http::Response& response);

// 429 with the time to wait, if there is one.
void add_wait(http::Response& response, std::chrono::seconds wait);

}  // namespace codelog::web
