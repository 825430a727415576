// From a Response to the bytes before its body: conditional answers, the choice of encoding, the
// headers that every response has. Internal to server/http. Pure but for DateLine, which belongs to
// one thread.
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "server/http/request.h"
#include "server/http/response.h"

namespace codelog::http {

// How a response goes out.
struct Delivery {
  bool not_modified = false;        // 304 instead, without a body
  bool gzip = false;                // the client takes it and the body is worth it
  bool varies_by_encoding = false;  // another client might get the other variant
};

Delivery plan_delivery(const Request& request, const Response& response);

// True when the delivery needs a compressed body that nobody has made yet.
bool needs_compression(const Response& response, const Delivery& delivery);
// Makes it, or gives up gzip where that would be larger.
void compress(Response& response, Delivery& delivery);

// The bytes after the head for GET; a HEAD sends none of them.
std::string_view body_to_send(const Response& response, const Delivery& delivery);
// The file that has the same bytes (SharedBytes); -1 where there is none.
int file_to_send(const Response& response, const Delivery& delivery);

enum class AfterResponse : std::uint8_t {
  keep_alive,           // what HTTP/1.1 means without a word
  keep_alive_with_1_0,  // said aloud
  close,
};

// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", formatted once a second.
class DateLine {
 public:
  std::string_view at(std::time_t now);

 private:
  std::time_t formatted_ = -1;
  std::string line_;
};

// Appends the whole head, empty line included. Control characters in values (they would start a
// header of their own) become spaces.
void append_head(const Request& request, const Response& response, const Delivery& delivery,
                 AfterResponse after, std::string_view date_line, std::string& out);

// What the server answers a preflight with, on any path.
bool is_preflight(const Request& request);
Response preflight_response();

}  // namespace codelog::http
