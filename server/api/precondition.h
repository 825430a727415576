// If-Match on versions: the state that the client has seen.
#pragma once

#include <functional>
#include <optional>

#include "server/api/endpoints.h"

namespace codelog::api {

// Returns 412 when the request's If-Match does not match the version's current state. The check
// runs before the command, so it catches changes made long ago, but not one made at the same
// moment.
std::optional<http::Response> failed_precondition(const WriteCall& call, base::VersionId id);

// Runs a command on the version in the path, unless If-Match names another state of it.
Act on_version(std::function<Result<Commit>(const WriteCall&, base::VersionId)> run);

// The position in the request's If-Match, for a write that is merged with others' later changes.
// Nothing without If-Match. Errors: invalid (not the tag of a version).
Result<std::optional<base::Position>> position_in_if_match(const http::Request& request);

// The state that the client has seen: base_position in the body, or the position in If-Match.
// Errors: invalid (beyond the log, which no client can have seen; the two differ).
Result<std::optional<base::Position>> seen_position(const WriteCall& call);

}  // namespace codelog::api
