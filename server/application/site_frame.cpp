#include "server/application/site_frame.h"

#include <algorithm>

#include "server/identity/cookies.h"
#include "server/identity/form_token.h"

namespace codelog::application {
namespace {

constexpr std::chrono::seconds form_cookie_lifetime{31'449'600};  // OpenCodelists'

// As Django does: slashes stay readable.
std::string quoted(std::string_view target) {
  std::string text;
  while (!target.empty()) {
    const std::size_t end = std::min(target.find('/'), target.size());
    text += http::percent_encode(target.substr(0, end));
    if (end < target.size()) text += '/';
    target.remove_prefix(std::min(end + 1, target.size()));
  }
  return text;
}

}  // namespace

std::string theme_of(const http::Request& request) {
  const auto theme = identity::find_cookie(request, theme_cookie);
  return theme && (*theme == "light" || *theme == "dark") ? std::string(*theme) : "";
}

// "Codelog is not taking changes since 14:02 UTC (disk full). …"
std::string read_only_sentence(const commands::Site& site) {
  const auto read_only = site.read_only ? site.read_only() : std::nullopt;
  if (!read_only) return {};
  const std::string since = base::format_timestamp(read_only->since);
  const std::string day = base::format_date(read_only->since);
  const bool is_today = day == base::format_date(site.clock.now());
  return "Codelog is not taking changes since " + (is_today ? "" : pages::day_of(day) + ", ") +
         since.substr(11, 5) + " UTC (" + read_only->reason +
         "). Everything can be read and downloaded.";
}

std::string login_path(const http::Request& request) {
  return "/accounts/login/?next=" + quoted(request.target());
}

SiteFrame::SiteFrame(Application& application, const http::Request& request,
                     const projections::Views& views)
    : application_(application),
      request_(request),
      visitor_(identity::find_visitor(request, views, application.site())),
      form_token_(identity::form_token_for(request, application.site().keys, session())),
      read_only_(read_only_sentence(application.site())) {}

std::optional<base::Sha256> SiteFrame::session() const {
  return visitor_ ? std::optional(visitor_->session) : std::nullopt;
}

const std::string& SiteFrame::form_token() const {
  has_form_ = true;
  return form_token_;
}

void SiteFrame::add_form_cookie(http::Response& response, const std::string& token) const {
  response.add("Set-Cookie", identity::set_cookie(
                                 {.name = identity::form_cookie,
                                  .value = token,
                                  .lifetime = form_cookie_lifetime,
                                  .is_for_server_only = false,  // our scripts send it as a header
                                  .is_secure = application_.sign_in().is_secure()}));
}

pages::Reader SiteFrame::reader() const {
  if (visitor_) {
    return {.username = visitor_->actor.username,
            .form_token = form_token(),
            .login_path = {},
            .is_superuser = visitor_->actor.is_admin};
  }
  const bool is_about_account = request_.path() == "/" || request_.path().starts_with("/accounts/");
  return {.login_path = is_about_account ? "/accounts/login/" : login_path(request_)};
}

http::Response SiteFrame::page(pages::Frame frame, const pages::Html& content) const {
  frame.reader = reader();
  frame.read_only = read_only_;
  frame.theme = theme_of(request_);
  http::Response response = pages::page(frame, content);
  // Browsers keep a page without secrets for their way back.
  response.add("Cache-Control", has_form_ ? "no-store" : "private, no-cache");
  if (has_form_) {
    response.compression = http::Compression::never;
    if (identity::find_cookie(request_, identity::form_cookie) != form_token_) {
      add_form_cookie(response, form_token_);
    }
  }
  return response;
}

}  // namespace codelog::application
