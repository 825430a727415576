#include "server/http/response_head.h"

#include <array>
#include <charconv>
#include <cstdio>

#include "events/base/check.h"
#include "server/http/conditional.h"
#include "server/http/gzip.h"

namespace codelog::http {
namespace {

constexpr std::string_view everywhere =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n";

bool has_body(int status) { return status >= 200 && status != 204 && status != 304; }

bool is_html(const Response& response) { return response.content_type.starts_with("text/html"); }

void append_value(std::string_view value, std::string& out) {
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    out.push_back((byte < 0x20 && c != '\t') || byte == 0x7F ? ' ' : c);
  }
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
  out += name;
  out += ": ";
  append_value(value, out);
  out += "\r\n";
}

// Nothing from elsewhere, no scripts or styles in the page itself, and text becomes HTML only
// through the policies of server/web/src.
void append_page_policy(const Response& response, std::string& out) {
  out +=
      "X-Frame-Options: DENY\r\n"
      "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
      "img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
      "form-action 'self'";
  out += response.forms_lead_elsewhere ? " http: https:" : "";
  out +=
      "; frame-ancestors 'none'; require-trusted-types-for 'script'; "
      "trusted-types codelog dompurify\r\n";
}

void append_status_line(int status, std::string& out) {
  if (status == 200) {
    out += "HTTP/1.1 200 OK\r\n";
    return;
  }
  out += "HTTP/1.1 ";
  out += std::to_string(status);
  out += ' ';
  out += reason_phrase(status);
  out += "\r\n";
}

// The end of the connection is the end of a stream that is not in chunks.
void append_framing(const Response& response, const Delivery& delivery, AfterResponse after,
                    std::string& out) {
  if (response.stream) {
    if (after != AfterResponse::close_ends_body) out += "Transfer-Encoding: chunked\r\n";
    return;
  }
  out += "Content-Length: ";
  std::array<char, 24> digits{};
  const std::size_t size_bytes = body_to_send(response, delivery).size();
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), size_bytes).ptr);
  out += "\r\n";
}

// append_vary() writes Vary.
void append_handler_headers(const Response& response, std::string& out) {
  for (const Header& header : response.headers) {
    const bool frames = equals_ignoring_case(header.name, "Content-Length") ||
                        equals_ignoring_case(header.name, "Transfer-Encoding") ||
                        equals_ignoring_case(header.name, "Connection") ||
                        equals_ignoring_case(header.name, "Date");
    CODELOG_CHECK(!frames, "a handler set a header that is the server's: " + header.name);
    if (!equals_ignoring_case(header.name, "Vary")) append_field(header.name, header.value, out);
  }
}

void append_vary(const Response& response, const Delivery& delivery, std::string& out) {
  out += "Vary: origin";
  if (delivery.varies_by_encoding) out += ", Accept-Encoding";
  if (is_html(response)) out += ", Cookie";
  for (const Header& header : response.headers) {
    if (!equals_ignoring_case(header.name, "Vary")) continue;
    out += ", ";
    append_value(header.value, out);
  }
  out += "\r\n";
}

}  // namespace

Delivery plan_delivery(const Request& request, const Response& response) {
  Delivery delivery;
  if (response.compression == Compression::automatic && has_body(response.status)) {
    const bool prepared = response.shared_gzip && response.shared_body;
    delivery.varies_by_encoding =
        prepared || worth_compressing(response.content_type, response.content().size());
    delivery.gzip = delivery.varies_by_encoding && accepts_gzip(request);
  }
  const bool reads = request.method() == Method::get || request.method() == Method::head;
  if (reads && response.status == 200 && !response.etag.empty()) {
    delivery.not_modified = none_match_hits(request, response.etag);
  }
  return delivery;
}

bool needs_compression(const Response& response, const Delivery& delivery) {
  return delivery.gzip && !delivery.not_modified && !response.shared_gzip;
}

void compress(Response& response, Delivery& delivery) {
  std::string compressed = gzip(response.content());
  if (compressed.size() < response.content().size()) {
    response.shared_gzip = SharedBytes::make_once(std::move(compressed));
  } else {
    delivery.gzip = false;
  }
}

std::string_view body_to_send(const Response& response, const Delivery& delivery) {
  if (delivery.not_modified || !has_body(response.status)) return {};
  return delivery.gzip ? response.shared_gzip->bytes() : response.content();
}

int file_to_send(const Response& response, const Delivery& delivery) {
  const SharedBody& body = delivery.gzip ? response.shared_gzip : response.shared_body;
  return body && !body_to_send(response, delivery).empty() ? body->file() : -1;
}

std::string_view DateLine::at(std::time_t now) {
  if (now == formatted_) return line_;
  formatted_ = now;
  static constexpr std::array days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
                    days[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                    months[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                    utc.tm_min, utc.tm_sec);
  line_.assign(text.data(), static_cast<std::size_t>(size));
  return line_;
}

void append_head(const Request& request, const Response& response, const Delivery& delivery,
                 AfterResponse after, std::string_view date_line, std::string& out) {
  const int status = delivery.not_modified ? 304 : response.status;
  append_status_line(status, out);
  out += date_line;
  if (has_body(status)) {
    if (!response.content_type.empty()) {
      append_field("Content-Type", response.content_type, out);
    }
    append_framing(response, delivery, after, out);
    if (delivery.gzip) out += "Content-Encoding: gzip\r\n";
  }
  if (!response.etag.empty()) {
    append_field("ETag", delivery.gzip ? gzip_tag(response.etag) : response.etag, out);
  }
  out += everywhere;
  if (is_html(response)) append_page_policy(response, out);
  append_vary(response, delivery, out);
  if (request.header("Origin")) out += "Access-Control-Allow-Origin: *\r\n";
  append_field("X-Request-Id", request.request_id, out);
  append_handler_headers(response, out);
  if (after == AfterResponse::close || after == AfterResponse::close_ends_body) {
    out += "Connection: close\r\n";
  }
  if (after == AfterResponse::keep_alive_with_1_0) out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

bool is_preflight(const Request& request) {
  return request.method() == Method::options && request.header("Origin") &&
         request.header("Access-Control-Request-Method");
}

Response preflight_response() {
  Response response = html(200, "");
  response.add("Access-Control-Allow-Methods", "DELETE, GET, OPTIONS, PATCH, POST, PUT");
  response.add("Access-Control-Allow-Headers",
               "accept, authorization, content-type, idempotency-key, if-match, if-none-match, "
               "user-agent, x-csrftoken, x-requested-with");
  response.add("Access-Control-Max-Age", "86400");
  return response;
}

}  // namespace codelog::http
