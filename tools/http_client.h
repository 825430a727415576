// A plain HTTP/1.1 client on one kept connection to this machine, for the bench and for tests of
// whole servers. Blocking; one thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "events/base/file.h"
#include "events/base/result.h"

namespace codelog::tools {

struct HttpRequest {
  std::string method = "GET";
  std::string target;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

struct HttpAnswer {
  int status = 0;
  std::string head;  // unchanged, including the status line
  std::string body;

  // The first field with this name (any case); empty if there is none.
  std::string_view header(std::string_view name) const;
};

class HttpClient {
 public:
  // Connects to 127.0.0.1. Errors: unavailable.
  static base::Result<HttpClient> connect(std::uint16_t port,
                                          std::chrono::seconds timeout = std::chrono::seconds(30));

  // Errors: unavailable (the connection broke or the time is over; the request may or may not have
  // been executed), corrupt (not an HTTP answer).
  base::Result<HttpAnswer> send(const HttpRequest& request);

 private:
  explicit HttpClient(base::Descriptor socket) : socket_(std::move(socket)) {}
  base::Result<void> fill();

  base::Descriptor socket_;
  std::string buffer_;
};

}  // namespace codelog::tools
