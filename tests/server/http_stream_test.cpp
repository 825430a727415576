// Bodies that come piece by piece: their form, slow and absent clients, waiting, stopping.
#include <atomic>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/server/http_client.h"

using namespace std::literals;

namespace codelog::http::test::http_stream_test {
namespace {

// A test's side of a stream, which the server owns.
struct Source {
  std::mutex mutex;
  std::deque<std::string> pieces;            // "" is the end
  std::vector<std::function<void()>> wakes;  // of all streams
  bool computes = false;
  std::atomic<int> given_count = 0;
  std::atomic<int> opened_count = 0, closed_count = 0;
  std::atomic<bool> is_open = false;

  void push(std::string piece) {
    {
      const std::lock_guard lock(mutex);
      pieces.push_back(std::move(piece));
    }
    wake_all();
  }
  void wake_all() {
    std::vector<std::function<void()>> calls;
    {
      const std::lock_guard lock(mutex);
      calls.swap(wakes);
    }
    for (const auto& call : calls) call();
  }
};

class Queue final : public BodyStream {
 public:
  explicit Queue(std::shared_ptr<Source> source) : source_(std::move(source)) {
    source_->is_open = true;
    ++source_->opened_count;
  }
  ~Queue() override {
    source_->is_open = false;
    ++source_->closed_count;
  }

  Next next(std::string& bytes) override {
    const std::lock_guard lock(source_->mutex);
    if (source_->pieces.empty()) return Next::later;
    bytes = std::move(source_->pieces.front());
    source_->pieces.pop_front();
    if (bytes == "throw") throw std::runtime_error("no more");
    if (bytes.empty()) return Next::end;
    ++source_->given_count;
    return Next::bytes;
  }
  bool computes() const override { return source_->computes; }
  void on_more(std::function<void()> wake) override {
    const std::unique_lock lock(source_->mutex);
    if (source_->pieces.empty()) {
      source_->wakes.push_back(std::move(wake));
    } else {
      wake();
    }
  }

 private:
  std::shared_ptr<Source> source_;  // shared with the test
};

class StreamServer {
 public:
  explicit StreamServer(ServerOptions options = {}) {
    options.metrics = &metrics_;
    Router router;
    router.add({.methods = {Method::get},
                .pattern = "/stream",
                .handler = [source = source_](auto&, auto&) {
                  return streamed("text/plain", std::make_shared<Queue>(source));
                }});
    router.add({.methods = {Method::get}, .pattern = "/hello", .handler = [](auto&, auto&) {
                  return content(200, "text/plain", "hello");
                }});
    server_.emplace(options, std::move(router));
    port_ = server_->start().value();
  }
  ~StreamServer() { server_->stop(5s); }

  Client client() const { return Client(port_); }
  Server& server() { return *server_; }
  Source& source() { return *source_; }
  // Waits for the end of the stream, at most ten seconds.
  bool closes_stream() const {
    const auto is_closed = [&] { return source_->opened_count > 0 && !source_->is_open; };
    for (int i = 0; i < 1000 && !is_closed(); ++i) std::this_thread::sleep_for(10ms);
    return is_closed();
  }

 private:
  Metrics metrics_;
  std::shared_ptr<Source> source_ = std::make_shared<Source>();  // shared with streams
  std::optional<Server> server_;
  std::uint16_t port_ = 0;
};

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace

TEST_CASE("a stream comes in chunks, and the connection serves the next request",
          "[http][stream]") {
  StreamServer server;
  server.source().computes = GENERATE(false, true);
  for (const char* piece : {"one", "and two", ""}) server.source().push(piece);
  Client client = server.client();
  REQUIRE(client.send(get("/stream")));
  const std::string answer = client.read_until("\r\n0\r\n\r\n");
  CHECK_THAT(answer, Catch::StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(answer, Catch::Contains("\r\nTransfer-Encoding: chunked\r\n"));
  CHECK_THAT(answer, !Catch::Contains("Content-Length"));
  CHECK(body_of(answer) == "3\r\none\r\n7\r\nand two\r\n0\r\n\r\n");
  CHECK(server.closes_stream());
  const auto next = client.ask(get("/hello"));
  REQUIRE(next);
  CHECK(next->body == "hello");
}

TEST_CASE("a client of HTTP/1.0 reads a stream up to the end of the connection", "[http][stream]") {
  StreamServer server;
  for (const char* piece : {"one", "two", ""}) server.source().push(piece);
  Client client = server.client();
  REQUIRE(client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  const std::string answer = client.read_until("nothing ends so");
  CHECK_THAT(answer, Catch::Contains("\r\nConnection: close\r\n"));
  CHECK_THAT(answer, !Catch::Contains("chunked"));
  CHECK(body_of(answer) == "onetwo");
}

TEST_CASE("HEAD of a stream has its head alone", "[http][stream]") {
  StreamServer server;
  {
    Client old = server.client();
    REQUIRE(old.send("HEAD /stream HTTP/1.0\r\n\r\n"));
    const auto head = old.answer_to_head();
    REQUIRE(head);
    CHECK_FALSE(head->has("transfer-encoding"));
  }
  Client client = server.client();
  REQUIRE(client.send("HEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto head = client.answer_to_head();
  REQUIRE(head);
  CHECK(head->header("transfer-encoding") == "chunked");
  const auto next = client.ask(get("/hello"));
  REQUIRE(next);
  CHECK(next->body == "hello");
}

TEST_CASE("a waiting stream is woken from any thread", "[http][stream]") {
  StreamServer server;
  server.source().computes = GENERATE(false, true);
  Client client = server.client();
  REQUIRE(client.send(get("/stream")));
  CHECK_THAT(client.read_until("\r\n\r\n"), Catch::Contains("200 OK"));
  for (int i = 0; i < 3; ++i) {
    const std::string piece = "event " + std::to_string(i);
    std::jthread other([&] { server.source().push(piece); });
    CHECK(client.read_until(piece + "\r\n") == "7\r\n" + piece + "\r\n");
  }
  // Others are served meanwhile.
  Client another = server.client();
  CHECK(another.ask(get("/hello")));
}

TEST_CASE("a client that does not read gets no further pieces, and is left in the end",
          "[http][stream]") {
  ServerOptions options;
  options.limits.write_timeout = 300ms;
  StreamServer server(options);
  constexpr int pieces_count = 400;
  for (int i = 0; i < pieces_count; ++i) server.source().push(std::string(60'000, 'x'));
  Client client = server.client();
  REQUIRE(client.send(get("/stream")));
  CHECK(server.closes_stream());
  // The buffers of the kernel hold a few megabytes at most, on both sides.
  CHECK(server.source().given_count > 1);
  CHECK(server.source().given_count < pieces_count / 2);
}

TEST_CASE("a client that reads slowly gets everything", "[http][stream]") {
  ServerOptions options;
  options.limits.write_timeout = 800ms;
  StreamServer server(options);
  constexpr int pieces_count = 400;
  for (int i = 0; i < pieces_count; ++i) server.source().push(std::string(60'000, 'x'));
  server.source().push("");
  Client client = server.client();
  REQUIRE(client.send(get("/stream")));
  for (int i = 0; i < 100; ++i) {  // over several time limits
    REQUIRE(client.skim());
    std::this_thread::sleep_for(20ms);
  }
  CHECK(server.source().is_open);
  while (server.source().is_open && client.skim()) {
  }
  CHECK(server.source().given_count == pieces_count);
}

TEST_CASE("many streams that are woken together keep their connections", "[http][stream]") {
  ServerOptions options;
  options.worker_queue_max = 4;
  StreamServer server(options);
  server.source().computes = true;
  std::vector<Client> clients;
  constexpr int clients_count = 60;
  for (int i = 0; i < clients_count; ++i) {
    clients.push_back(server.client());
    REQUIRE(clients.back().send(get("/stream")));
    REQUIRE(clients.back().answer_to_head());
  }
  for (int i = 0; i < clients_count; ++i) server.source().push("news");
  for (int i = 0; i < 1000 && server.source().given_count < clients_count; ++i) {
    std::this_thread::sleep_for(10ms);
  }
  CHECK(server.source().given_count == clients_count);
  CHECK(server.source().opened_count == clients_count);
  CHECK(server.source().closed_count == 0);
}

TEST_CASE("a stream that fails is cut off without its end", "[http][stream]") {
  StreamServer server;
  server.source().computes = GENERATE(false, true);
  for (const char* piece : {"one", "throw"}) server.source().push(piece);
  Client client = server.client();
  REQUIRE(client.send(get("/stream")));
  const std::string answer = client.read_until("nothing ends so");
  CHECK(body_of(answer) == "3\r\none\r\n");
  CHECK(server.closes_stream());
}

TEST_CASE("a stream ends with its client, and with the server", "[http][stream]") {
  ServerOptions options;
  options.limits.write_timeout = 200ms;
  StreamServer server(options);
  SECTION("the client hangs up") {
    Client client = server.client();
    REQUIRE(client.send(get("/stream")));
    CHECK_THAT(client.read_until("\r\n\r\n"), Catch::Contains("200 OK"));
    CHECK(server.source().is_open);
    client.hang_up();
    CHECK(server.closes_stream());
    server.source().push("into the void");
  }
  SECTION("the server stops") {
    Client client = server.client();
    REQUIRE(client.send(get("/stream")));
    CHECK_THAT(client.read_until("\r\n\r\n"), Catch::Contains("200 OK"));
    const auto begin = std::chrono::steady_clock::now();
    server.server().stop(60s);
    CHECK(std::chrono::steady_clock::now() - begin < 30s);
    CHECK(client.read_until("0\r\n\r\n") == "0\r\n\r\n");
    CHECK_FALSE(server.source().is_open);
  }
}

TEST_CASE("streams beyond the room for answers are refused", "[http][stream]") {
  ServerOptions options;
  options.limits.answers_bytes_max = 600'000;
  StreamServer server(options);
  std::vector<Client> clients;
  int served = 0;
  int refused = 0;
  for (int i = 0; i < 6; ++i) {
    clients.push_back(server.client());
    REQUIRE(clients.back().send(get("/stream")));
    const auto head = clients.back().answer_to_head();
    REQUIRE(head);
    ++(head->status == 503 ? refused : served);
  }
  CHECK(served > 0);
  CHECK(refused > 0);
}

}  // namespace codelog::http::test::http_stream_test
