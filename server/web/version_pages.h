// The pages of codelists and versions, for people who follow a link in an answer of the APIs: they
// describe the version and link to its files. Pure reads of the views.
#pragma once

#include "server/application/application.h"
#include "server/http/router.h"

namespace codelog::web {

// /codelist/…/SLUG/TAG-OR-HASH/: shows the version; for a draft, redirects to the builder.
http::Response version_page(const application::Application& application, const events::Owner& owner,
                            std::string_view slug, std::string_view tag_or_hash);
// /builder/HASH/: says that the version is a draft; for other versions, redirects to the version's
// page.
http::Response builder_page(const application::Application& application, std::string_view hash);

}  // namespace codelog::web
