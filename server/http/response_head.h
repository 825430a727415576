// Turns a Response into the bytes before its body: conditional answers, the choice of encoding, the
// headers of every response. Internal to server/http. Pure, except DateLine, which belongs to one
// thread.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "server/http/request.h"
#include "server/http/response.h"

namespace codelog::http {

// How a response is sent.
struct Delivery {
  bool not_modified = false;        // send 304 without a body
  bool gzip = false;                // the client accepts gzip and the body is worth it
  bool varies_by_encoding = false;  // another client might get the other variant
};

Delivery plan_delivery(const Request& request, const Response& response);

// True if the delivery needs a compressed body that does not exist yet.
bool needs_compression(const Response& response, const Delivery& delivery);
// Compresses the body, or gives up gzip if the result would be larger.
void compress(Response& response, Delivery& delivery);

// The bytes after the head for GET; a HEAD sends none of them.
std::string_view body_to_send(const Response& response, const Delivery& delivery);
// The file with the same bytes (SharedBytes); -1 if there is none.
int file_to_send(const Response& response, const Delivery& delivery);

enum class AfterResponse : std::uint8_t {
  keep_alive,           // the default of HTTP/1.1; needs no header
  keep_alive_with_1_0,  // needs an explicit header
  close,
  close_ends_body,  // a stream to a client of HTTP/1.0, which knows no chunks
};

// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", formatted once a second.
class DateLine {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t formatted_ = -1;
  std::string line_;
};

// Appends the whole head, including the empty line. Control characters in values become spaces,
// since they could start another header.
void append_head(const Request& request, const Response& response, const Delivery& delivery,
                 AfterResponse after, std::string_view date_line, std::string& out);

// True for a CORS preflight, which the server answers on any path.
bool is_preflight(const Request& request);
Response preflight_response();

}  // namespace codelog::http
