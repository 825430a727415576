// A client that sends exactly the given bytes, for tests of the HTTP server over a real socket; and
// a server with the routes for those tests. Every wait is bounded, so a hanging server fails the
// test.
#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/server.h"

namespace codelog::http::test {

struct Answer {
  int status = 0;
  std::string head;
  std::map<std::string, std::string> headers;  // by lower-case name; repeated ones joined with ", "
  std::string body;

  bool has(const std::string& name) const { return headers.contains(name); }
  std::string header(const std::string& name) const { return has(name) ? headers.at(name) : ""; }
};

class Client {
 public:
  // `source`: the client's address; each of 127.0.0.0/8 counts as another client.
  explicit Client(std::uint16_t port, const char* source = "127.0.0.1");
  ~Client();
  Client(Client&& other) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  Client& operator=(Client&&) = delete;

  // Returns false when the server has closed the connection.
  bool send(std::string_view bytes);
  // The next answer; nothing at the end of the connection, or after a time limit.
  std::optional<Answer> answer();
  std::optional<Answer> answer_to_head();  // without a body
  std::optional<Answer> ask(std::string_view request);
  // Takes the bytes up to and with the first `last`, or to the end of the connection.
  std::string read_until(std::string_view last);
  // True when the server has closed the connection and no bytes are left.
  bool is_at_end();
  bool has_input_within(std::chrono::milliseconds timeout);
  // About the received bytes that are still unread.
  bool begins_with(std::string_view text) const;
  // Closes the sending side; answers can still be read.
  void finish_sending();
  // Reads on and ignores the bytes; returns false at the end.
  bool skim();
  std::size_t skimmed_bytes() const { return skimmed_bytes_; }
  // Resets the connection.
  void hang_up();

 private:
  bool read_more();
  std::optional<Answer> read(std::string_view method);

  int socket_ = -1;
  std::string input_;
  std::size_t skimmed_bytes_ = 0;
};

// "GET /path HTTP/1.1" with Host and the given header lines (each ending in CR LF).
std::string get(std::string_view target, std::string_view header_lines = "");
std::string post(std::string_view target, std::string_view body,
                 std::string_view header_lines = "");

// 300,000 bytes without repeats, so that compression hardly shortens them.
std::string large_text();

// A door at which handlers wait until the test opens it.
class Door {
 public:
  void open() {
    if (!std::exchange(is_open_, true)) promise_.set_value();
  }
  void wait() const { future_.wait(); }

 private:
  bool is_open_ = false;
  std::promise<void> promise_;
  std::shared_future<void> future_ = promise_.get_future().share();
};

// A server on a free port of the loopback with these routes:
//   GET  /hello            "hello"              GET  /page/{name}/   an HTML page
//   POST /echo             the body again       POST /small-echo     the same, at most 1000 bytes
//   POST /worker-echo      the same, on a worker
//   GET  /number/{n:digits}, GET /worker-number/{n:digits}           the number
//   GET  /cached           2,000 bytes of JSON with their gzip twin and tag
//   GET  /cached-large     the same of large_text()
//   GET  /text/{n:digits}  n bytes of text      GET  /secret         2,000 bytes never compressed
//   GET  /tagged           with a computed tag
//   GET  /door             "open", once the door has been opened (worker)
//   POST /door             large_text(), once the door has been opened (writer; waits)
//   POST /worker-door      "open", once the door has been opened (worker)
//   GET  /throws, /throws-int                    any /health-check/   empty
//   GET  /strict           without implied methods
class TestServer {
 public:
  explicit TestServer(ServerOptions options = {});
  ~TestServer();

  Server& server() { return *server_; }
  std::uint16_t port() const { return port_; }
  Client client() const { return Client(port_); }
  Door& door() { return door_; }
  // Waits (bounded) until the metrics page has this line.
  bool shows(const std::string& line) const;
  Metrics& metrics() { return metrics_; }

 private:
  Metrics metrics_;
  Door door_;
  std::unique_ptr<Server> server_;
  std::uint16_t port_ = 0;
};

}  // namespace codelog::http::test
