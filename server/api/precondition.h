// If-Match on versions: what the client has seen.
#pragma once

#include <optional>

#include "server/api/endpoint.h"

namespace codelog::api {

// 412 when the request has an If-Match that the version as it is does not fit. A look before the
// command, so it keeps out what was seen long ago, not what happens in the same moment.
std::optional<http::Response> failed_precondition(const WriteCall& call, base::VersionId id);

// The position in the request's If-Match, for a write that is merged with what others did since.
// Nothing without one. Errors: invalid (no tag of a version).
Result<std::optional<base::Position>> position_in_if_match(const http::Request& request);

}  // namespace codelog::api
