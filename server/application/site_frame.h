// The frame of the site's pages for one request: who reads, the theme, and why nothing can be
// changed now, if so.
//
// A page that a signed-in person sees, or that has a form, is never stored by caches between, and
// never compressed: its length could reveal the form's token. Others' pages may be compressed.
#pragma once

#include <optional>
#include <string>

#include "server/application/application.h"
#include "server/pages/frame.h"

namespace codelog::application {

inline constexpr std::string_view theme_cookie = "theme";  // src/components/theme.ts writes it

// "light" or "dark" if the browser says which; else empty.
std::string theme_of(const http::Request& request);

// The sentence that says since when and why no changes are taken; empty: they are.
std::string read_only_sentence(const commands::Site& site);

// "/accounts/login/?next=…", back to the request's page.
std::string login_path(const http::Request& request);

class SiteFrame {
 public:
  SiteFrame(Application& application, const http::Request& request,
            const projections::Views& views);

  // Who is signed in.
  const std::optional<identity::Visitor>& visitor() const { return visitor_; }
  std::optional<base::Sha256> session() const;
  // The text of the hidden field that each form needs. The page being made contains it from now on.
  const std::string& form_token() const;
  const std::string& read_only() const { return read_only_; }

  http::Response page(pages::Frame frame, const pages::Html& content) const;
  void add_form_cookie(http::Response& response, const std::string& token) const;

 private:
  pages::Reader reader() const;

  Application& application_;
  const http::Request& request_;
  const std::optional<identity::Visitor> visitor_;
  const std::string form_token_;
  const std::string read_only_;
  mutable bool has_form_ = false;
};

}  // namespace codelog::application
