// /accounts/…: registering, signing in and out, passwords, and a person's own settings. The forms
// have OpenCodelists' addresses and fields, so that scripts which fill them in go on working;
// /accounts/settings/ with its forms, and /accounts/email/, are Codelog's own.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// The application must outlive the router.
void add_account_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
