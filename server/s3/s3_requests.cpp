#include "server/s3/s3_requests.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <random>
#include <utility>

#include "events/base/digest.h"
#include "server/s3/s3_reply.h"

namespace codelog::s3 {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::size_t idle_handles_max = 8;
constexpr long slow_bytes_per_second = 1'000;
constexpr std::int64_t bytes_per_ms_min = 50;
constexpr std::chrono::milliseconds cleanup_timeout{2'000};
// Of an answer that is not what was asked for.
constexpr std::size_t error_bytes_max = 64 * 1024;

bool is_worth_repeating(int status) {
  return status == 408 || status == 429 || (status >= 500 && status != 501);
}

Error unavailable(std::string detail) { return {ErrorCode::unavailable, std::move(detail), {}}; }

std::string lower(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return copy;
}

std::string encode(const curl::Handle& handle, const std::string& text) {
  char* const escaped = curl_easy_escape(handle.get(), text.c_str(), static_cast<int>(text.size()));
  if (escaped == nullptr) throw std::bad_alloc();
  std::string copy(escaped);
  curl_free(escaped);
  return copy;
}

}  // namespace

// What libcurl's callbacks change.
struct Requests::Transfer {
  CURL* handle = nullptr;
  const std::stop_token* stop = nullptr;
  std::size_t body_bytes_max = 0;
  Sink* sink = nullptr;
  Reply reply;
  std::optional<Error> error;  // of the sink, or the size: no reason to try again

  bool is_success() const {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    return status == 200;
  }

  bool take(std::string_view piece) {
    if (sink != nullptr && is_success()) {
      if (const auto taken = sink->take(piece); !taken) error = taken.error();
      return !error;
    }
    const bool is_asked_for = is_success();
    const std::size_t bytes_max = is_asked_for ? body_bytes_max : error_bytes_max;
    if (reply.body.size() + piece.size() <= bytes_max) {
      reply.body.append(piece);
    } else if (is_asked_for) {
      error = Error{ErrorCode::too_large,
                    "the store's answer has more than " + std::to_string(bytes_max) + " bytes",
                    {}};
    }
    return !error;
  }

  static std::size_t take_piece(char* bytes, std::size_t, std::size_t size, void* transfer) {
    return static_cast<Transfer*>(transfer)->take({bytes, size}) ? size : 0;
  }
  static std::size_t take_header(char* bytes, std::size_t, std::size_t size, void* transfer) {
    auto& headers = static_cast<Transfer*>(transfer)->reply.headers;
    const std::string_view line(bytes, size);
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) headers.clear();  // after "100 Continue"
    if (colon == std::string_view::npos) return size;
    const std::size_t first = line.find_first_not_of(" \t", colon + 1);
    const std::size_t last = line.find_last_not_of(" \t\r\n");
    if (first == std::string_view::npos || last < first) return size;
    headers[lower(line.substr(0, colon))] = line.substr(first, last - first + 1);
    return size;
  }
  static int take_progress(void* transfer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(transfer)->stop->stop_requested() ? 1 : 0;
  }
};

Requests::Requests(Bucket bucket, CredentialSource credentials, Patience patience,
                   std::stop_token stop)
    : bucket_(std::move(bucket)),
      credentials_(std::move(credentials)),
      patience_(patience),
      stop_(std::move(stop)) {}

curl::Handle Requests::take_handle() {
  {
    const base::Lock lock(mutex_);
    if (!idle_.empty()) {
      curl::Handle handle = std::move(idle_.back());
      idle_.pop_back();
      return handle;
    }
  }
  return curl::make_handle();
}

void Requests::give_back(curl::Handle handle) {
  curl_easy_reset(handle.get());  // keeps its connections
  set(handle, CURLOPT_NOSIGNAL, 1L);
  const base::Lock lock(mutex_);
  if (idle_.size() < idle_handles_max) idle_.push_back(std::move(handle));
}

std::string Requests::url_of(const curl::Handle& handle, const Request& request) const {
  std::string url = bucket_.base_url + "/";
  if (!request.name.empty()) url += bucket_.prefix + request.name;
  char sign = '?';
  for (const auto& [name, value] : request.query) {
    // Always with '=', since that is how a query is signed. libcurl 7.88 signs it as it is here.
    url += std::exchange(sign, '&') + encode(handle, name) + "=" + encode(handle, value);
  }
  return url;
}

// The names of our headers are in small letters and each has a value: libcurl 7.88 sorts them for
// the signature before it makes them small, and signs empty ones that it does not send.
void Requests::set_up(const curl::Handle& handle, const Request& request,
                      const Credentials& credentials, Transfer& transfer, curl::List& headers,
                      std::string& url) const {
  url = url_of(handle, request);
  const std::string digest = "x-amz-content-sha256: " + base::to_hex(base::sha256(request.body));
  curl::append(headers, digest.c_str());
  if (!credentials.session_token.empty()) {
    curl::append(headers, ("x-amz-security-token: " + credentials.session_token).c_str());
  }
  for (const std::string& header : request.headers) curl::append(headers, header.c_str());
  if (request.method == "PUT" || request.method == "POST") {
    curl::append(headers, "content-type: application/octet-stream");
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
  }
  if (request.method == "HEAD") {
    set(handle, CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET") {
    set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
  const auto timeout =
      request.effort == Effort::cleanup ? cleanup_timeout : patience_.attempt_timeout;
  const auto timeout_ms = static_cast<std::int64_t>(timeout.count()) +
                          static_cast<std::int64_t>(request.body.size()) / bytes_per_ms_min;
  const std::string signing = "aws:amz:" + bucket_.region + ":s3";
  set(handle, CURLOPT_URL, url.c_str());
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(handle, CURLOPT_AWS_SIGV4, signing.c_str());
  set(handle, CURLOPT_USERNAME, credentials.key_id.c_str());
  set(handle, CURLOPT_PASSWORD, credentials.secret.c_str());
  set(handle, CURLOPT_USERAGENT, "codelog");
  set(handle, CURLOPT_HTTPHEADER, headers.get());
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(patience_.connect_timeout.count()));
  set(handle, CURLOPT_LOW_SPEED_LIMIT, slow_bytes_per_second);
  set(handle, CURLOPT_LOW_SPEED_TIME, static_cast<long>(patience_.slow_time.count()));
  // Objects of any size are downloaded to files: the lowest speed bounds that.
  if (transfer.sink == nullptr) set(handle, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
  set(handle, CURLOPT_HEADERFUNCTION, &Transfer::take_header);
  set(handle, CURLOPT_HEADERDATA, &transfer);
  set(handle, CURLOPT_WRITEFUNCTION, &Transfer::take_piece);
  set(handle, CURLOPT_WRITEDATA, &transfer);
  set(handle, CURLOPT_NOPROGRESS, 0L);
  set(handle, CURLOPT_XFERINFOFUNCTION, &Transfer::take_progress);
  set(handle, CURLOPT_XFERINFODATA, &transfer);
}

// Errors: unavailable (to be repeated, unless the transfer has an error of its own).
Result<Reply> Requests::attempt(const Request& request, const Credentials& credentials,
                                Transfer& transfer) {
  curl::Handle handle = take_handle();
  curl::List headers;
  std::string url;
  transfer.handle = handle.get();
  transfer.reply = {};
  set_up(handle, request, credentials, transfer, headers, url);
  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  give_back(std::move(handle));
  if (code != CURLE_OK) return unavailable(curl_easy_strerror(code));
  transfer.reply.status = static_cast<int>(status);
  return std::move(transfer.reply);
}

bool Requests::pause_before(int attempt) const {
  const auto longest =
      std::min(patience_.pause_max, patience_.pause * (std::int64_t{1} << std::min(attempt, 20)));
  // Random, so that many clients of a store that failed do not come back together.
  std::random_device device;
  const auto pause = std::chrono::milliseconds(
      std::uniform_int_distribution<std::int64_t>(0, longest.count())(device));
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  stopped.wait_for(lock, stop_, pause, [] { return false; });
  return !stop_.stop_requested();
}

Result<Reply> Requests::send(const Request& request, std::size_t body_bytes_max, Sink* sink) {
  Transfer transfer;
  const std::stop_token never;
  const std::stop_token& stop = request.effort == Effort::cleanup ? never : stop_;
  const int attempts_max = request.effort == Effort::repeat ? patience_.attempts_max : 1;
  transfer.stop = &stop;
  transfer.body_bytes_max = body_bytes_max;
  transfer.sink = sink;
  std::string last_fault;
  for (int tried = 0; tried < attempts_max; ++tried) {
    if (tried > 0 && !pause_before(tried - 1)) break;
    // Anew each time: temporary keys may have been replaced.
    const auto credentials = credentials_.current();
    if (!credentials) return credentials.error();
    if (sink != nullptr) {
      if (const auto restarted = sink->restart(); !restarted) return restarted.error();
    }
    auto reply = attempt(request, *credentials, transfer);
    if (transfer.error) return *transfer.error;
    if (stop.stop_requested()) break;
    if (reply && !is_worth_repeating(reply->status)) {
      reply->is_repeated = tried > 0;
      return reply;
    }
    const StoreError said = reply ? parse_error(reply->body) : StoreError{};
    last_fault = reply ? "status " + std::to_string(reply->status) +
                             (said.code.empty() ? "" : " " + said.code)
                       : reply.error().detail;
  }
  if (stop.stop_requested()) return unavailable(bucket_.address + ": stopped");
  return unavailable(bucket_.address + ": the store does not answer well, after " +
                     std::to_string(attempts_max) + " attempts: " + last_fault);
}

Error Requests::error_of(const Reply& reply) const {
  const StoreError said = parse_error(reply.body);
  const std::string place = bucket_.address + ": ";
  const std::string words = "status " + std::to_string(reply.status) +
                            (said.code.empty() ? "" : ", " + said.code) +
                            (said.message.empty() ? "" : ": " + said.message);
  if (said.code == "NoSuchBucket") return {ErrorCode::io, place + "there is no such bucket", {}};
  if (reply.status == 401 || reply.status == 403) {
    return {ErrorCode::forbidden, place + "the store refuses: " + words, {}};
  }
  if (reply.status == 404) return {ErrorCode::not_found, place + "there is no such object", {}};
  if (reply.status == 409 || reply.status == 412) {
    return {ErrorCode::conflict, place + "somebody else has changed the object", {}};
  }
  if (reply.status >= 300 && reply.status < 400) {
    const auto region = reply.headers.find("x-amz-bucket-region");
    const bool is_named = region != reply.headers.end() && is_object_name(region->second);
    return {ErrorCode::io,
            place + "the bucket is elsewhere: set AWS_REGION" +
                (is_named ? " to " + region->second : "") + " or AWS_ENDPOINT_URL",
            {}};
  }
  return {ErrorCode::io, place + "the store refuses: " + words, {}};
}

}  // namespace codelog::s3
