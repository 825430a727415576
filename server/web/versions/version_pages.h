// The pages of versions and drafts, for people who follow a link in an answer of the APIs: they
// describe the version and link to its files. Pure reads of the views.
#pragma once

#include "server/web/visit.h"

namespace codelog::web {

// /codelist/…/SLUG/TAG-OR-HASH/: shows the version; for a draft, redirects to the builder.
http::Response version_page(const Visit& visit, events::OwnerKind owner_kind);
// /builder/HASH/: says that the version is a draft; for other versions, redirects to the version's
// page.
http::Response builder_page(const Visit& visit);

}  // namespace codelog::web
