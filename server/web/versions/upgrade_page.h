// Bringing a version to a newer release: what the release does to it, code by code; and on the page
// of the draft that was made for this, what is left to decide.
#pragma once

#include "server/web/visit.h"

namespace codelog::web {

// ?to= names the release; default: the newest. Shows only.
http::Response upgrade_page(const Visit& visit, events::OwnerKind owner_kind);
// Makes the draft, for editors.
http::Response make_upgrade(const Visit& visit, const http::Form& form,
                            events::OwnerKind owner_kind);

// "/codelist/test-org/statins/1234abcd/-/upgrade/?to=ALIAS"
std::string upgrade_path(const projections::CodelistRecord& codelist,
                         const projections::VersionRecord& version, std::string_view release);

}  // namespace codelog::web
