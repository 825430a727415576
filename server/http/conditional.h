// Conditional and negotiated requests (RFC 9110, sections 12.5.3 and 13). Pure functions.
//
// A compressed body is other bytes, so a strong tag must differ: "abc" becomes "abc-gzip". Whoever
// compares takes both for the same state of the resource.
#pragma once

#include <string>
#include <string_view>

#include "server/http/request.h"

namespace codelog::http {

std::string gzip_tag(std::string_view etag);

// True when If-None-Match names the tag (or "*"): the client has this already. Weak comparison.
bool none_match_hits(const Request& request, std::string_view etag);

// Whether an If-Match with these tags (or "*") holds, for writes that must not overwrite what their
// author has not seen; otherwise the answer is 412. Strong comparison. `etag` "" is a resource that
// does not exist.
bool if_match_holds(std::string_view tags, std::string_view etag);

// Whether the client takes gzip, by the q-values of Accept-Encoding; a client that does not say
// gets plain bytes.
bool accepts_gzip(const Request& request);

}  // namespace codelog::http
