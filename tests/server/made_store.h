// An S3-compatible store made for a test: a server on the loopback that keeps objects in memory,
// checks the signature of every request by Amazon's description, and fails as the test says.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "events/base/file.h"

namespace codelog::tests {

struct StoreRequest {
  std::string method;
  std::string path;                          // "/bucket/name"
  std::map<std::string, std::string> query;  // decoded
  std::map<std::string, std::string> headers;
  std::string body;

  std::string header(const std::string& name) const;
};

struct StoreAnswer {
  int status = 200;
  std::vector<std::string> headers = {};  // "ETag: \"…\""
  std::string body = {};
  std::optional<std::size_t> cut_after_bytes = {};  // of the body; then the connection ends
  bool is_silent = false;                           // no answer until the client goes
};

// The signature that a request must have: AWS Signature Version 4, for the service s3.
std::string expected_signature(const StoreRequest& request, const std::string& secret);

class MadeStore {
 public:
  static constexpr const char* key_id = "AKIATEST";
  static constexpr const char* secret = "a/secret+of=tests";
  static constexpr const char* bucket = "archives";

  MadeStore();
  ~MadeStore();

  std::string endpoint() const;  // http://127.0.0.1:PORT

  // Before the store does anything: an answer instead. Called under a lock.
  void answer_with(std::function<std::optional<StoreAnswer>(const StoreRequest&)> fault);
  // After the store has done what was asked: an answer instead of its own.
  void lose_answers_with(std::function<std::optional<StoreAnswer>(const StoreRequest&)> fault);

  void forget_conditions();                  // from now on, it ignores If-Match and If-None-Match
  void list_by(std::size_t page_names_max);  // the names on a page
  void put(const std::string& name, const std::string& bytes);
  void make_older(const std::string& name);  // by an hour

  std::map<std::string, std::string> objects() const;  // by name in the bucket
  std::size_t open_uploads_count() const;
  std::vector<StoreRequest> requests() const;

 private:
  struct Object {
    std::string bytes;
    std::int64_t modified_s = 0;
  };
  void accept_all();
  void serve(int connection);
  StoreAnswer answer(const StoreRequest& request);
  StoreAnswer act(const StoreRequest& request);
  StoreAnswer put_object(const StoreRequest& request, const std::string& name);
  StoreAnswer list(const StoreRequest& request) const;
  StoreAnswer post(const StoreRequest& request, const std::string& name);

  base::Descriptor listener_;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::map<std::string, Object> objects_;
  std::map<std::string, std::map<int, std::string>> uploads_;  // parts by upload and number
  std::vector<StoreRequest> requests_;
  std::function<std::optional<StoreAnswer>(const StoreRequest&)> fault_;
  std::function<std::optional<StoreAnswer>(const StoreRequest&)> fault_after_;
  bool knows_conditions_ = true;
  std::size_t page_names_max_ = 1'000;
  std::vector<int> connections_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace codelog::tests
