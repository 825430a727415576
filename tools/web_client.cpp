#include "tools/web_client.h"

#include <fcntl.h>

#include <optional>

#include "events/base/file.h"
#include "server/curl/curl_handle.h"

namespace codelog::tools {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr long connect_timeout_s = 30;
// A transfer slower than this for so long is given up.
constexpr long bytes_per_second_min = 100;
constexpr long slow_time_s = 60;
constexpr long redirects_max = 5;

// Where an answer's body goes.
struct Sink {
  std::function<bool(std::string_view piece)> take;  // false: stop
  const WebProgress* progress = nullptr;
};

std::size_t take_piece(char* bytes, std::size_t, std::size_t size, void* sink) {
  return static_cast<Sink*>(sink)->take({bytes, size}) ? size : 0;
}

int take_progress(void* sink, curl_off_t total, curl_off_t done, curl_off_t, curl_off_t) {
  const WebProgress* progress = static_cast<Sink*>(sink)->progress;
  if (progress == nullptr || !*progress) return 0;
  return (*progress)(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total)) ? 0 : 1;
}

// The status. Errors: unavailable.
Result<int> perform(const WebRequest& request, Sink& sink) {
  const curl::Handle handle = curl::make_handle();
  curl::List headers;
  for (const std::string& header : request.headers) curl::append(headers, header.c_str());
  const bool is_secure = request.url.starts_with("https://");
  set(handle, CURLOPT_URL, request.url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_REDIR_PROTOCOLS_STR, is_secure ? "https" : "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, request.method == "GET" ? 1L : 0L);
  set(handle, CURLOPT_MAXREDIRS, redirects_max);
  set(handle, CURLOPT_CONNECTTIMEOUT, connect_timeout_s);
  set(handle, CURLOPT_LOW_SPEED_LIMIT, bytes_per_second_min);
  set(handle, CURLOPT_LOW_SPEED_TIME, slow_time_s);
  set(handle, CURLOPT_USERAGENT, "codelog/" CODELOG_VERSION);
  set(handle, CURLOPT_HTTPHEADER, headers.get());
  if (request.method != "GET") {
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    set(handle, CURLOPT_POSTFIELDS, request.body.c_str());
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  }
  set(handle, CURLOPT_WRITEFUNCTION, take_piece);
  set(handle, CURLOPT_WRITEDATA, &sink);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, take_progress);
  set(handle, CURLOPT_XFERINFODATA, &sink);
  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK) {
    return Error{ErrorCode::unavailable, curl_easy_strerror(code), {}};
  }
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  return static_cast<int>(status);
}

}  // namespace

Result<WebAnswer> fetch(const WebRequest& request, std::size_t body_bytes_max) {
  WebAnswer answer;
  bool is_too_large = false;
  Sink sink{[&](std::string_view piece) {
              is_too_large = answer.body.size() + piece.size() > body_bytes_max;
              if (!is_too_large) answer.body.append(piece);
              return !is_too_large;
            },
            nullptr};
  const auto status = perform(request, sink);
  if (is_too_large) {
    return Error{ErrorCode::unavailable,
                 "the answer has more than " + std::to_string(body_bytes_max) + " bytes",
                 {}};
  }
  if (!status) return status.error();
  answer.status = *status;
  return answer;
}

Result<void> download(const std::string& url, const std::filesystem::path& file,
                      std::uint64_t bytes_max, const WebProgress& progress) {
  const auto descriptor = base::open_file(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (!descriptor) return base::system_error("cannot write", file);
  std::uint64_t bytes = 0;
  std::optional<Error> error;
  Sink sink{[&](std::string_view piece) {
              bytes += piece.size();
              if (bytes > bytes_max) {
                error = Error{ErrorCode::unavailable,
                              "the file has more than " + std::to_string(bytes_max) + " bytes",
                              {}};
              } else if (!base::write_all(descriptor.get(), piece)) {
                error = base::system_error("cannot write", file);
              }
              return !error;
            },
            &progress};
  const auto status = perform({.url = url}, sink);
  if (!error && !status) error = status.error();
  if (!error && *status != 200) {
    error =
        Error{ErrorCode::unavailable, "the answer has the status " + std::to_string(*status), {}};
  }
  if (!error) return {};
  std::error_code ignored;
  std::filesystem::remove(file, ignored);
  return *error;
}

}  // namespace codelog::tools
