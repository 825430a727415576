// The views as they were: one codelist with its versions, at a position or at a time.
//
// Replays the codelist's own commits in memory, and the reports on releases (projections/past.h).
// Anybody may ask for that, so only few replays run at a time, and the answers to positions are
// kept: the past up to a commit never changes.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "projections/past.h"
#include "server/api/endpoint.h"

namespace codelog::api {

// Answers from the views as `as_of` in the request's query has them. `as_of` is a position, a time
// (RFC 3339) or a day (its beginning); projections/past.h says what belongs to the past of a time.
// `version` is the one whose codes the answer shows, if any. Errors: those of `answer`; invalid
// (none of these, or after the end of the log, whose views may still change); unavailable (too many
// such requests at once).
Result<http::Response> answer_as_of(
    const ReadCall& call, base::CodelistId codelist, std::optional<base::VersionId> version,
    const std::function<Result<http::Response>(const Views&)>& answer);

}  // namespace codelog::api
