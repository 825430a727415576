// The codes of the version in the path, now or as of the moment that the request names.
#pragma once

#include <functional>
#include <string_view>

#include "server/api/endpoints.h"
#include "server/trees/trees.h"

namespace codelog::api {

struct CodesThen {
  const Views& views;  // of that moment
  const projections::VersionRecord& version;
  const trees::VersionCodes& codes;
};

// `form` tells answers to the same address apart, as in answer_as_of(). Errors: not_found (no such
// version), those of trees::read_codes(), and of `answer`.
Result<http::Response> answer_from_codes(
    const ReadCall& call, std::string_view form,
    const std::function<Result<http::Response>(const CodesThen&)>& answer);

// The codes as of the moment that the request names. Errors: as above.
Result<http::Response> answer_from_past_codes(
    const ReadCall& call, base::VersionId id, std::string_view form,
    const std::function<Result<http::Response>(const CodesThen&)>& answer);

// The name of the reader; empty for somebody who is not signed in.
std::string reader_of(const ReadCall& call);
// For an answer that depends on the reader.
void mark_personal(http::Response& response);

}  // namespace codelog::api
