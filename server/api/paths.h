// Finds the things that a path's parameters name. Errors: not_found.
#pragma once

#include "events/base/result.h"
#include "projections/views.h"
#include "server/endpoints/endpoint.h"
#include "server/http/router.h"

namespace codelog::api {

// {owner_kind}/{owner}/{slug}: any handle that the codelist has had.
base::Result<projections::CodelistRecord> codelist_in_path(const projections::Views& views,
                                                           const http::PathParameters& path);
// {hash}: the id, even if there is no such version.
base::Result<base::VersionId> version_id_in_path(const http::PathParameters& path);
base::Result<projections::VersionRecord> version_in_path(const projections::Views& views,
                                                         const http::PathParameters& path);
// {alias}: the ready release.
base::Result<commands::ReleasePointer> release_in_path(const endpoints::ReadCall& call);
// {id}: the id of a search.
base::Result<base::SearchId> search_id_in_path(const http::PathParameters& path);

// The number in {position}; nothing if it is none.
std::optional<base::Position> position_in_path(const http::PathParameters& path);

}  // namespace codelog::api
