// Signed requests to one bucket of an S3-compatible store, with libcurl: AWS Signature Version 4,
// TLS verified, no redirects, deadlines, and a bounded number of attempts.
// Safe from several threads; connections are used again.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "events/base/mutex.h"
#include "events/base/result.h"
#include "server/curl/curl_handle.h"
#include "server/s3/s3_address.h"
#include "server/s3/s3_credentials.h"

namespace codelog::s3 {

// The times are for tests to shorten.
struct Patience {
  int attempts_max = 5;
  // Before the attempt n + 1: a random time up to this × 2^n.
  std::chrono::milliseconds pause{200};
  std::chrono::milliseconds pause_max{5'000};
  std::chrono::milliseconds connect_timeout{10'000};
  // A transfer below 1,000 bytes a second for so long is given up.
  std::chrono::seconds slow_time{20};
  // In all, for one attempt, beside a second for each 50,000 bytes.
  std::chrono::milliseconds attempt_timeout{60'000};
};

// Of an answer whose body only says that it worked.
inline constexpr std::size_t small_answer_bytes_max = 64 * 1024;

// The query of a request in the form that is signed: names in order, both sides encoded.
using Query = std::map<std::string, std::string>;

enum class Effort : std::uint8_t {
  repeat,   // as often as Patience allows
  once,     // so that nothing is carried out late
  cleanup,  // once, within two seconds, and even after a stop
};

struct Request {
  std::string method = "GET";
  std::string name = {};  // of an object; empty: the bucket itself
  Query query = {};
  std::vector<std::string> headers = {};  // "if-match: \"tag\"", with small letters
  std::string_view body = {};             // outlives the request
  Effort effort = Effort::repeat;
};

struct Reply {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  // names in small letters
  std::string body;
  // An attempt before the one that was answered may have been carried out.
  bool is_repeated = false;
};

// Takes an object's bytes piece by piece; `restart` says that they begin again.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual base::Result<void> restart() = 0;
  virtual base::Result<void> take(std::string_view piece) = 0;
};

class Requests {
 public:
  Requests(Bucket bucket, CredentialSource credentials, Patience patience, std::stop_token stop);

  const Bucket& bucket() const { return bucket_; }

  // Repeats after faults of connections, and after the statuses 408, 429 and 5xx. Other statuses
  // are replies. The body of a reply with the status 200 goes to the sink, if there is one. Errors:
  // unavailable (no good answer in all attempts; stopped), too_large (an answer over
  // `body_bytes_max`), unauthenticated, those of the sink.
  base::Result<Reply> send(const Request& request, std::size_t body_bytes_max,
                           Sink* sink = nullptr);
  // The error for a reply that is not a success: forbidden, not_found, conflict, io.
  base::Error error_of(const Reply& reply) const;

 private:
  struct Transfer;
  base::Result<Reply> attempt(const Request& request, const Credentials& credentials,
                              Transfer& transfer);
  void set_up(const curl::Handle& handle, const Request& request, const Credentials& credentials,
              Transfer& transfer, curl::List& headers, std::string& url) const;
  std::string url_of(const curl::Handle& handle, const Request& request) const;
  curl::Handle take_handle();
  void give_back(curl::Handle handle);
  bool pause_before(int attempt) const;

  const Bucket bucket_;
  const CredentialSource credentials_;
  const Patience patience_;
  const std::stop_token stop_;
  base::Mutex mutex_;
  std::vector<curl::Handle> idle_ GUARDED_BY(mutex_);
};

}  // namespace codelog::s3
