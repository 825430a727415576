// Requests to other hosts over HTTP and HTTPS: a publisher's archives, another site's API.
// Blocking, with libcurl. Follows redirects of GET, never from https to http.
//
// Addresses may hold a publisher's key, so no error names one: the caller says what was asked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "events/base/result.h"

namespace codelog::tools {

struct WebRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers = {};  // "Content-Type: application/json"
  std::string body = {};
};

struct WebAnswer {
  int status = 0;
  std::string body;
};

// Bytes received, and all bytes (0: unknown). Returns false to stop.
using WebProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

// Any status is an answer. Errors: unavailable (no connection, no answer in time, an answer of more
// than `body_bytes_max`).
base::Result<WebAnswer> fetch(const WebRequest& request, std::size_t body_bytes_max);

// Writes the answer's body to a new file; a file that is there is replaced. Errors: unavailable (as
// above; a status other than 200; stopped), io. After an error, there is no file.
base::Result<void> download(const std::string& url, const std::filesystem::path& file,
                            std::uint64_t bytes_max, const WebProgress& progress);

}  // namespace codelog::tools
