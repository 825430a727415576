// Past views: one codelist with its versions, at a position or at a time.
//
// Replays the codelist's own commits and the reports on releases in memory (projections/past.h).
// Any client may ask for this, so only few replays run at a time (long_reads.h). Answers for
// positions are cached, because the past up to a commit never changes.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "projections/past.h"
#include "server/api/endpoints.h"

namespace codelog::api {

// A position, a time (RFC 3339) or a day (its beginning). Errors: invalid, naming "as_of": none of
// these forms, or after the end of the log, where views may still change.
Result<projections::Moment> parse_moment(const commands::Site& site, std::string_view text);

struct PastOfCodelist {
  base::CodelistId codelist;
  projections::Moment moment;
  std::optional<base::VersionId> contents_of;  // the version whose codes are needed
};
// The codelist as it was. Call with a place for a long read. Errors: those of views_as_of.
Result<std::unique_ptr<projections::Store>> past_of(const commands::Site& site, const Views& views,
                                                    const PastOfCodelist& past);

// Answers from the views at the request's `as_of`. projections/past.h defines the past of a time.
// `version` is the version whose codes the answer shows, if any. Errors: those of parse_moment and
// `answer`; unavailable (too many such requests at once).
Result<http::Response> answer_as_of(
    const ReadCall& call, base::CodelistId codelist, std::optional<base::VersionId> version,
    const std::function<Result<http::Response>(const Views&)>& answer);

}  // namespace codelog::api
