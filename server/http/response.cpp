#include "server/http/response.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "events/base/check.h"
#include "events/base/client_detail.h"
#include "events/base/digest.h"
#include "server/http/gzip.h"

namespace codelog::http {
namespace {

constexpr std::string_view html_type = "text/html; charset=utf-8";
constexpr std::string_view json_type = "application/json";
constexpr std::string_view problem_type = "application/problem+json";

// Must not throw, whatever text a title or a handler's message has.
std::string dump(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool is_url_byte(char c) {
  return c > ' ' && c < 0x7F && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

std::string escape_url(std::string_view url) {
  std::string out;
  out.reserve(url.size());
  for (const char& c : url) {
    if (is_url_byte(c)) {
      out.push_back(c);
    } else {
      out += percent_encode({&c, 1});
    }
  }
  return out;
}

Response make_problem(const Request& request, int status, std::string_view detail,
                      const std::vector<base::FieldError>& fields) {
  nlohmann::json body = {{"title", std::string(reason_phrase(status))}, {"status", status}};
  if (!detail.empty()) body["detail"] = std::string(detail);
  if (!fields.empty()) {
    nlohmann::json errors = nlohmann::json::array();
    for (const base::FieldError& field : fields) {
      errors.push_back({{"field", field.field}, {"detail", field.detail}});
    }
    body["errors"] = std::move(errors);
  }
  body["request_id"] = request.request_id;
  return content(status, problem_type, dump(body));
}

}  // namespace

Response& Response::add(std::string name, std::string value) {
  headers.push_back({std::move(name), std::move(value)});
  return *this;
}

CachedBody make_cached_body(std::string content_type, std::string bytes) {
  CachedBody cached;
  cached.etag = content_tag(bytes);
  if (worth_compressing(content_type, bytes.size())) {
    std::string compressed = gzip(bytes);
    if (compressed.size() < bytes.size()) {
      cached.gzip = SharedBytes::make(std::move(compressed));
    }
  }
  cached.content_type = std::move(content_type);
  cached.body = SharedBytes::make(std::move(bytes));
  return cached;
}

Response with_shared_body(Response response) {
  if (response.shared_body) return response;
  Response shared =
      cached(make_cached_body(std::move(response.content_type), std::move(response.body)));
  if (!response.etag.empty()) shared.etag = std::move(response.etag);
  shared.headers = std::move(response.headers);
  return shared;
}

Response cached(const CachedBody& body) {
  Response response;
  response.content_type = body.content_type;
  response.shared_body = body.body;
  response.shared_gzip = body.gzip;
  response.etag = body.etag;
  return response;
}

Response streamed(std::string_view content_type, std::shared_ptr<BodyStream> stream) {
  Response response;
  response.content_type = content_type;
  response.stream = std::move(stream);
  response.compression = Compression::never;
  return response;
}

Response content(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = content_type;
  response.body = std::move(body);
  return response;
}

Response json(int status, const nlohmann::json& value) {
  return content(status, json_type, dump(value));
}

Response json_text(int status, std::string text) {
  return content(status, json_type, std::move(text));
}

Response html(int status, std::string page) { return content(status, html_type, std::move(page)); }

Response csv(std::string text, std::string_view filename) {
  std::string plain;
  bool ascii = true;
  for (const char c : filename) {
    const bool is_ascii = c >= ' ' && c < 0x7F;
    ascii = ascii && is_ascii;
    if (c == '"' || c == '\\') plain.push_back('\\');
    plain.push_back(is_ascii ? c : '_');
  }
  std::string disposition = "attachment; filename=\"" + plain + "\"";
  if (!ascii) disposition += "; filename*=UTF-8''" + percent_encode(filename);
  Response response = content(200, "text/csv", std::move(text));
  response.add("Content-Disposition", std::move(disposition));
  return response;
}

Response redirect(int status, std::string_view location) {
  Response response = html(status, "");
  response.add("Location", escape_url(location));
  return response;
}

int http_status(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::invalid:
      return 400;
    case base::ErrorCode::unauthenticated:
      return 401;
    case base::ErrorCode::forbidden:
      return 403;
    case base::ErrorCode::not_found:
      return 404;
    case base::ErrorCode::conflict:
      return 409;
    case base::ErrorCode::too_large:
      return 413;
    case base::ErrorCode::unprocessable:
      return 422;
    case base::ErrorCode::corrupt:
    case base::ErrorCode::io:
      return 500;
    case base::ErrorCode::too_many:
      return 429;
    case base::ErrorCode::unavailable:
    case base::ErrorCode::not_shown:
    case base::ErrorCode::unconfirmed:
      return 503;
  }
  return 500;
}

std::string_view reason_phrase(int status) {
  struct Phrase {
    int status;
    std::string_view text;
  };
  static constexpr Phrase phrases[] = {
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
  };
  const auto found =
      std::find_if(std::begin(phrases), std::end(phrases),
                   [status](const Phrase& phrase) { return phrase.status == status; });
  return found == std::end(phrases) ? std::string_view("Status") : found->text;
}

Response problem(const Request& request, const base::Error& error) {
  const bool is_for_log_only = base::is_for_log_only(error);
  const std::vector<base::FieldError> none;
  Response response = make_problem(request, http_status(error.code), base::client_detail(error),
                                   is_for_log_only ? none : error.fields);
  // Not for a change that is or may be saved: without an Idempotency-Key, a repeated request could
  // save it twice.
  if (error.code == base::ErrorCode::unavailable) response.add("Retry-After", "1");
  if (is_for_log_only) {
    response.log_detail = std::string(base::to_string(error.code)) + ": " + error.detail;
  }
  return response;
}

Response problem(const Request& request, int status, std::string_view detail) {
  return make_problem(request, status, detail, {});
}

std::string content_tag(std::string_view bytes) {
  const base::Sha256 digest = base::sha256(bytes);
  return "\"" + base::to_hex(std::span(digest).first(16)) + "\"";
}

}  // namespace codelog::http
