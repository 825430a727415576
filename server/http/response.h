// What a handler answers. The server adds what every response has (Date, Content-Length, the
// security and CORS headers, X-Request-Id), answers conditional requests from `etag`, and
// compresses; see response_head.h.
//
// Values; no thread of their own.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "server/http/request.h"
#include "server/http/shared_body.h"

namespace codelog::http {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

enum class Compression {
  automatic,  // gzip above 1 KiB when the type compresses well and the client takes it
  never,      // of pages that mix secrets with what a request says (a length would tell them apart)
};

struct Response {
  int status = 200;
  std::string content_type;
  // Anything but what frames the message (Content-Length, Transfer-Encoding, Connection, Date:
  // checked). A Vary here is joined with the server's.
  std::vector<Header> headers;
  std::string body;
  SharedBody shared_body;  // instead of `body`, without copying it
  SharedBody shared_gzip;  // the same bytes as `shared_body`, compressed by gzip(); optional
  std::string etag;        // a strong tag with its quotes, of the uncompressed body; "" for none
  Compression compression = Compression::automatic;
  // For the log only.
  std::string user;
  std::string log_detail;

  std::string_view content() const {
    return shared_body ? shared_body->bytes() : std::string_view(body);
  }
  Response& add(std::string name, std::string value);
};

// The body of several responses, with everything about it that is worth computing once.
struct CachedBody {
  SharedBody body;
  SharedBody gzip;  // empty when compression does not pay
  std::string content_type;
  std::string etag;
};

CachedBody make_cached_body(std::string content_type, std::string bytes);
Response cached(const CachedBody& body);

// A body with a media type; "" for both is an empty response.
Response content(int status, std::string_view content_type, std::string body);
Response json(int status, const nlohmann::json& value);
Response json_text(int status, std::string text);  // already serialised
Response html(int status, std::string page);
// As a download, e.g. "org-slug-tag.csv"; text/csv exactly, as OpenCodelists.
Response csv(std::string text, std::string_view filename);
// 301, 302, 303, 307 or 308, with an empty HTML body. Bytes of `location` that no URL has are
// escaped.
Response redirect(int status, std::string_view location);

// The one table of which ErrorCode is which HTTP status.
int http_status(base::ErrorCode code);
std::string_view reason_phrase(int status);

// application/problem+json (RFC 9457): title, status, detail (base::client_detail), errors,
// request_id. A detail that clients may not read goes to the log.
Response problem(const Request& request, const base::Error& error);
Response problem(const Request& request, int status, std::string_view detail);

// A strong entity tag, with its quotes: 128 bits of the SHA-256.
std::string content_tag(std::string_view bytes);

}  // namespace codelog::http
