// Publishing a version, which closes others; withdrawing a published one, whose page stays.
#pragma once

#include "server/commands/version_names.h"
#include "server/http/router.h"
#include "server/web/visit.h"

namespace codelog::web {

// What the dialogs say and do: {{>PUBLISHING}} for a version under review. The caller has checked
// that the visitor may edit the codelist.
void add_publishing(const Visit& visit, pages::Section& place, const commands::NamedVersion& named);

// For an address of a version that is not there: 410 with the reason if it was withdrawn, otherwise
// 404.
http::Response missing_version_page(const Visit& visit, const events::Owner& owner);

// Where an administrator withdraws a version.
std::string withdraw_path(const commands::NamedVersion& named);

void add_withdrawal_pages(http::Router& router, application::Application& application);

}  // namespace codelog::web
