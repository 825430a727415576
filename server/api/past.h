// Answers from the past: one codelist with its versions, at a position or at a time.
//
// Costs what the codelist's size then costs (projections/past.h). Any client may ask for this, so
// only few run at a time (long_reads.h). Answers for positions are cached, because the past up to a
// commit never changes.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "projections/past.h"
#include "server/api/endpoints.h"
#include "server/commands/moment.h"

namespace codelog::api {

using commands::parse_moment;

// Answers from the views at the request's `as_of`. projections/past.h defines the past of a time.
// `version` is the version whose codes the answer shows, if any. `form` tells answers to the same
// address apart (octets, JSON). Errors: those of parse_moment and `answer`; unavailable (too many
// such requests at once).
Result<http::Response> answer_as_of(
    const ReadCall& call, base::CodelistId codelist, std::optional<base::VersionId> version,
    const std::function<Result<http::Response>(const Views&)>& answer, std::string_view form = "");

}  // namespace codelog::api
