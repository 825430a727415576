// The digests of a version's contents, as the API shows them: recorded, or derived for versions
// that were finished before contents were recorded.
#pragma once

#include "server/api/endpoints.h"

namespace codelog::api {

// For a version of these views, which have its contents; they may be of the past. A digest that
// cannot be told any more is zeros. A draft has none.
events::VersionContent shown_content(Application& application, const Views& views,
                                     const projections::CodelistRecord& codelist,
                                     const projections::VersionRecord& version);
// Of the newest finished version, whose contents the views may lack. Zeros: there is none, or it
// cannot be told.
base::Sha256 newest_digest(Application& application, const Views& views,
                           const projections::CodelistRecord& codelist);

}  // namespace codelog::api
