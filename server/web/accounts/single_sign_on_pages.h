// /accounts/oidc/…: signing in through the site's issuer of OpenID Connect, if it has one. Without
// one, the addresses exist and answer 404.
#pragma once

#include <string>
#include <string_view>

#include "server/application/application.h"
#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

// The application must outlive the router.
void add_single_sign_on_pages(http::Router& router, application::Application& application);

// The button of the log-in page; empty without an issuer. `next` is where to go afterwards.
pages::Html single_sign_on_button(const Visit& visit, std::string_view next);

// The part of a person's settings; empty without an issuer and links to earlier ones.
pages::Html single_sign_on_settings(const Visit& visit, const projections::UserRecord& user,
                                    bool has_password);

}  // namespace codelog::web
