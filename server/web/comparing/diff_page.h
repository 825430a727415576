// The page that compares two versions, at OpenCodelists' address. Pure.
#pragma once

#include "server/web/visit.h"

namespace codelog::web {

// The path's `other` is a hash or a tag (files::find_other_version). The draft's page for a draft
// on the left.
http::Response diff_page(const Visit& visit, events::OwnerKind owner_kind);

}  // namespace codelog::web
