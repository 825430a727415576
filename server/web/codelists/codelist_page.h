// /codelist/OWNER/SLUG/-/: a codelist with all its versions. "-" is the tag of no version that
// matters, so the address is free.
#pragma once

#include "server/web/visit.h"

namespace codelog::web {

// 404 for a codelist without a version that the visitor sees in lists.
http::Response codelist_page(const Visit& visit, events::OwnerKind owner_kind);

}  // namespace codelog::web
