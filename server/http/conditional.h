// Conditional and negotiated requests (RFC 9110, sections 12.5.3 and 13). Pure functions.
//
// A compressed body has other bytes, so its strong tag must differ: "abc" becomes "abc-gzip".
// Comparisons treat both as the same state of the resource.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/http/request.h"
#include "server/http/response.h"

namespace codelog::http {

std::string gzip_tag(std::string_view etag);

// True when If-None-Match names the tag (or is "*"): the client has this response already. Weak
// comparison; repeated fields are one list.
bool none_match_hits(const Request& request, std::string_view etag);

// The answer to a GET whose client has this state already: 304, with the tag of the bytes that it
// has. For a handler whose body is costly to make; otherwise the server compares the tags itself.
// Nothing if the client needs the body.
std::optional<Response> not_modified(const Request& request, std::string_view etag);

// True if an If-Match with these tags (or "*") holds; if not, the answer is 412. For writes that
// must not overwrite changes that their author has not seen. Strong comparison. An empty `etag`
// means that the resource does not exist.
bool if_match_holds(std::string_view tags, std::string_view etag);

// True if the client accepts gzip, by the q-values of Accept-Encoding. A client without
// Accept-Encoding gets plain bytes.
bool accepts_gzip(const Request& request);

}  // namespace codelog::http
