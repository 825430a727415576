// What stands at the addresses of codelists and versions, for those who follow a link in an answer
// of the APIs: what the version is, and where its files are. Pure reads of the views.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// /codelist/…/SLUG/: a redirect to the newest published version.
http::Response codelist_page(const application::Application& application,
                             const events::Owner& owner, std::string_view slug);
// /codelist/…/SLUG/TAG-OR-HASH/: the version; of a draft, a redirect to the builder.
http::Response version_page(const application::Application& application, const events::Owner& owner,
                            std::string_view slug, std::string_view tag_or_hash);
// /builder/HASH/: that it is a draft; of other versions, a redirect to the version's page.
http::Response builder_page(const application::Application& application, std::string_view hash);

}  // namespace codelog::web
