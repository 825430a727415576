// A handler's answer. The server adds the headers of every response (Date, Content-Length, security
// and CORS headers, X-Request-Id), answers conditional requests from `etag`, and compresses; see
// response_head.h.
//
// Values; no threads.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/result.h"
#include "server/http/body_stream.h"
#include "server/http/request.h"
#include "server/http/shared_body.h"

namespace codelog::http {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

enum class Compression {
  automatic,  // gzip above 1 KiB if the type compresses well and the client accepts it
  never,      // for pages that mix secrets with request data (the length would reveal them)
};

struct Response {
  int status = 200;
  std::string content_type;
  // Any headers except those that frame the message (Content-Length, Transfer-Encoding, Connection,
  // Date: checked). The server joins a Vary here with its own.
  std::vector<Header> headers;
  std::string body;
  SharedBody shared_body;  // replaces `body`, without copying
  SharedBody shared_gzip;  // `shared_body` compressed by gzip(); optional
  // Replaces both: the body comes piece by piece, with neither length nor compression.
  std::shared_ptr<BodyStream> stream;
  std::string etag;  // a strong tag of the uncompressed body, with quotes; "" for none
  Compression compression = Compression::automatic;
  // A page with a form whose answer redirects to another site, which browsers must be told.
  bool forms_lead_elsewhere = false;
  // For the log only.
  std::string user;
  std::string log_detail;

  std::string_view content() const {
    return shared_body ? shared_body->bytes() : std::string_view(body);
  }
  Response& add(std::string name, std::string value);
};

// A body for several responses, with its derived data computed once.
struct CachedBody {
  SharedBody body;
  SharedBody gzip;  // empty if compression does not pay
  std::string content_type;
  std::string etag;
};

CachedBody make_cached_body(std::string content_type, std::string bytes);
Response cached(const CachedBody& body);

// A body that comes piece by piece.
Response streamed(std::string_view content_type, std::shared_ptr<BodyStream> stream);
// A body with a media type; two empty texts make an empty response.
Response content(int status, std::string_view content_type, std::string body);
Response json(int status, const nlohmann::json& value);
Response json_text(int status, std::string text);  // already serialised
Response html(int status, std::string page);
// A download named e.g. "org-slug-tag.csv"; exactly text/csv, as in OpenCodelists.
Response csv(std::string text, std::string_view filename);
// 301, 302, 303, 307 or 308, with an empty HTML body. Escapes bytes of `location` that URLs do not
// allow.
Response redirect(int status, std::string_view location);

// The only table from ErrorCode to HTTP status.
int http_status(base::ErrorCode code);
std::string_view reason_phrase(int status);

// application/problem+json (RFC 9457): title, status, detail (base::client_detail), errors,
// request_id. A detail that clients may not read goes to the log.
Response problem(const Request& request, const base::Error& error);
Response problem(const Request& request, int status, std::string_view detail);

// A strong entity tag, with its quotes: 128 bits of the SHA-256.
std::string content_tag(std::string_view bytes);

}  // namespace codelog::http
