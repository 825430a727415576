// Many clients, rude clients, and bytes that are not HTTP: the server answers every other client
// and never hangs.
#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <random>
#include <thread>
#include <vector>

#include "tests/server/http_client.h"

using namespace std::literals;

namespace codelog::http::test::http_soak_test {
namespace {

constexpr int threads_count = 4;
constexpr int requests_each = 2500;

// Sends requests of every kind on a few connections; returns the number of right answers.
int ask_many(const TestServer& server, int thread) {
  int right = 0;
  std::optional<Client> client;
  for (int i = 0; i < requests_each; ++i) {
    if (i % 100 == 0) client.emplace(server.client());
    const std::string number = std::to_string(thread * requests_each + i);
    std::optional<Answer> answer;
    std::string wanted = number;
    switch (i % 4) {
      case 0:
        answer = client->ask(get("/number/" + number));
        break;
      case 1:
        answer = client->ask(get("/worker-number/" + number));
        break;
      case 2:
        answer = client->ask(post("/worker-echo", number));
        break;
      case 3:
        answer = client->ask(get("/cached", "Accept-Encoding: gzip\r\n"));
        wanted = answer ? answer->body : "";
        break;
    }
    if (answer && answer->status == 200 && answer->body == wanted) ++right;
  }
  return right;
}

std::string mutate(std::string bytes, std::mt19937& random) {
  static const std::vector<std::string> tokens = {"\r\n",
                                                  "\r\n\r\n",
                                                  "\n",
                                                  "\r",
                                                  " ",
                                                  "\t",
                                                  "\0"s,
                                                  ":",
                                                  "%",
                                                  "%00",
                                                  "%ff",
                                                  "?",
                                                  "//",
                                                  "0\r\n\r\n",
                                                  "ffffffff",
                                                  "Content-Length: 3\r\n",
                                                  "Transfer-Encoding: chunked\r\n",
                                                  "Expect: 100-continue\r\n",
                                                  "HTTP/1.1",
                                                  "GET ",
                                                  "\xff\xfe"};
  const auto below = [&](std::size_t after) { return random() % std::max<std::size_t>(1, after); };
  const std::size_t changes = 1 + below(6);
  for (std::size_t i = 0; i < changes; ++i) {
    const std::size_t at = below(bytes.size() + 1);
    switch (below(5)) {
      case 0:
        if (at < bytes.size()) bytes[at] = static_cast<char>(random() & 0xFF);
        break;
      case 1:
        bytes.insert(at, tokens[below(tokens.size())]);
        break;
      case 2:
        bytes.erase(at, below(12));
        break;
      case 3:
        bytes.insert(at, bytes.substr(below(bytes.size()), below(60)));
        break;
      case 4:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

std::vector<std::string> seeds() {
  return {
      get("/hello"),
      get("/number/12?a=b&c",
          "Accept-Encoding: gzip;q=0.5, *\r\nIf-None-Match: \"a\", W/\"b\"\r\n"),
      get("/cached", "Accept-Encoding: gzip\r\nConnection: keep-alive, x\r\n"),
      post("/echo", "hello world"),
      post("/worker-echo", "hello", "Expect: 100-continue\r\n"),
      ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
       "5;a=\"b\"\r\nhello\r\n0\r\nTrailer: x\r\n\r\n"),
      "OPTIONS * HTTP/1.1\r\nHost: x\r\nOrigin: a\r\nAccess-Control-Request-Method: PUT\r\n\r\n",
      get("/page/a") + get("/nothing/at/all") + post("/small-echo", std::string(1200, 'x')),
      "GET http://a/hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
  };
}

}  // namespace

TEST_CASE("a client that sends many requests at once does not keep others waiting", "[http]") {
  constexpr int requests_count = 50;
  std::promise<void> begun;
  Door door;
  std::atomic<int> served = 0;
  std::atomic<int> served_before_other = 0;
  Router router;
  router.add({{Method::get}, "/first", RunsOn::io_thread, [&](const auto&, const auto&) {
                begun.set_value();
                door.wait();
                return html(200, "");
              }});
  router.add({{Method::get}, "/next", RunsOn::io_thread, [&](const auto&, const auto&) {
                ++served;
                return html(200, "");
              }});
  router.add({{Method::get}, "/other", RunsOn::io_thread, [&](const auto&, const auto&) {
                served_before_other = served.load();
                return html(200, "");
              }});
  ServerOptions options;
  options.port = 0;
  options.io_threads = 1;
  Server server(options, std::move(router));
  const auto port = server.start();
  REQUIRE(port);
  Client other(*port);
  REQUIRE(other.ask(get("/other")));
  std::string requests = get("/first");
  for (int i = 0; i < requests_count; ++i) requests += get("/next");
  Client many(*port);
  REQUIRE(many.send(requests));
  begun.get_future().wait();
  REQUIRE(other.send(get("/other")));
  door.open();
  REQUIRE(other.answer());
  CHECK(served_before_other < requests_count / 2);
  for (int i = 0; i <= requests_count; ++i) REQUIRE(many.answer());
}

TEST_CASE("10,000 requests of several clients are all answered correctly", "[http]") {
  TestServer server;
  std::vector<int> right(threads_count);
  std::vector<std::thread> threads;
  for (int i = 0; i < threads_count; ++i) {
    threads.emplace_back([&, i] { right[static_cast<std::size_t>(i)] = ask_many(server, i); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const int count : right) CHECK(count == requests_each);
}

TEST_CASE("clients that hang up at any moment harm nobody", "[http]") {
  TestServer server;
  for (int i = 0; i < 50; ++i) {
    Client rude = server.client();
    switch (i % 5) {
      case 0:
        REQUIRE(rude.send(get("/text/5000000")));
        REQUIRE(rude.has_input_within(20s));  // the answer is being sent
        break;
      case 1:
        REQUIRE(rude.send("GET /hel"));
        break;
      case 2:
        REQUIRE(rude.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf"));
        break;
      case 3:
        REQUIRE(rude.send(get("/worker-number/1") + get("/worker-number/2")));
        break;
      case 4:
        REQUIRE(rude.send(get("/text/200000", "Accept-Encoding: gzip\r\n")));
        break;
    }
    rude.hang_up();
  }
  REQUIRE(server.shows("http_connections 0"));
  CHECK(server.shows("http_requests_in_flight 0"));
  CHECK(server.shows("http_worker_load 0"));
  Client polite = server.client();
  const auto answer = polite.ask(get("/hello"));
  REQUIRE(answer);
  CHECK(answer->body == "hello");
}

TEST_CASE("a client that closes its side still gets its answers", "[http]") {
  TestServer server;
  Client client = server.client();
  REQUIRE(client.send(get("/worker-number/1") + get("/number/2")));
  client.finish_sending();
  for (const char* number : {"1", "2"}) {
    const auto answer = client.answer();
    REQUIRE(answer);
    CHECK(answer->body == number);
  }
  CHECK(client.is_at_end());
}

TEST_CASE("bytes that are nearly HTTP do not stop the server", "[http]") {
  TestServer server;
  const auto seed = std::random_device()();
  CAPTURE(seed);
  std::mt19937 random(seed);
  const std::vector<std::string> originals = seeds();
  for (int i = 0; i < 3000; ++i) {
    const std::string bytes = mutate(originals[random() % originals.size()], random);
    CAPTURE(i, bytes);
    Client client = server.client();
    // Sent in two pieces, then closed: every answer must come, and then the end. If the server
    // waited for more, the client would time out.
    const std::size_t cut = random() % (bytes.size() + 1);
    if (client.send(std::string_view(bytes).substr(0, cut))) {
      client.send(std::string_view(bytes).substr(cut));
    }
    client.finish_sending();
    while (client.skim()) {
    }
    REQUIRE(client.is_at_end());
  }
  Client client = server.client();
  const auto answer = client.ask(get("/hello"));
  REQUIRE(answer);
  CHECK(answer->body == "hello");
}

}  // namespace codelog::http::test::http_soak_test
