// What the parameters of a path name. Errors: not_found.
#pragma once

#include "events/base/result.h"
#include "projections/views.h"
#include "server/http/router.h"

namespace codelog::api {

// {owner_kind}/{owner}/{slug}, by any handle that the codelist has had.
base::Result<projections::CodelistRecord> codelist_in_path(const projections::Views& views,
                                                           const http::PathParameters& path);
// {hash}, whether there is such a version or not.
base::Result<base::VersionId> version_id_in_path(const http::PathParameters& path);
base::Result<projections::VersionRecord> version_in_path(const projections::Views& views,
                                                         const http::PathParameters& path);
// {id}, of a search.
base::Result<base::SearchId> search_id_in_path(const http::PathParameters& path);

}  // namespace codelog::api
