// The server's answers to faulty, slow, or too many clients, and its stopping.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/server/http_client.h"

using namespace std::literals;

namespace codelog::http::test::http_limits_test {
namespace {

struct Refused {
  std::string request;
  int status;
};

// Expects an answer that announces the end of the connection, and the end.
void check_refused(const TestServer& server, const std::string& request, int status) {
  CAPTURE(request.substr(0, 200));
  Client client = server.client();
  const auto answer = client.ask(request);
  REQUIRE(answer);
  CHECK(answer->status == status);
  CHECK(answer->header("connection") == "close");
  CHECK(answer->header("content-type") == "application/problem+json");
  CHECK(nlohmann::json::parse(answer->body)["status"] == status);
  CHECK(client.is_at_end());
}

// The default options with one short timeout; all others stay long.
ServerOptions with_timeout(std::chrono::milliseconds Limits::*timeout) {
  ServerOptions options;
  options.limits.*timeout = 40ms;
  return options;
}

}  // namespace

TEST_CASE("requests that two servers could read in two ways are refused", "[http]") {
  TestServer server;
  const std::string start = "POST /echo HTTP/1.1\r\nHost: x\r\n";
  const std::string smuggled = "GET /number/666 HTTP/1.1\r\nHost: x\r\n\r\n";
  const auto& [request, status] = GENERATE_COPY(values<Refused>({
      {start + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, 400},
      {start + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled, 400},
      {start + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + smuggled, 400},
      {start + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + smuggled, 400},
      {start + "Content-Length: 5, 5\r\n\r\nhello" + smuggled, 400},
      {start + "Content-Length: +5\r\n\r\nhello", 400},
      {start + "Content-Length: -5\r\n\r\nhello", 400},
      {start + "Content-Length: 0x5\r\n\r\nhello", 400},
      {start + "Content-Length: \r\n\r\nhello", 400},
      {start + "Content-Length: 99999999999999999999999\r\n\r\nhello", 400},
      {start + "Content-Length : 5\r\n\r\nhello", 400},
      {start + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled, 501},
      {start + "Transfer-Encoding: identity\r\n\r\n" + smuggled, 501},
      {start + "Transfer-Encoding: xchunked\r\n\r\n" + smuggled, 501},
      {start + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {start + "X-Folded: a\r\n b\r\n\r\n", 400},
      {start + " X-Leading: a\r\n\r\n", 400},
      {start + "X-Nul: a" + "\0b"s + "\r\n\r\n", 400},
      {start + "X-Return: a\rb\r\n\r\n", 400},
      {start + "X-Feed: a\nContent-Length: 5\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\nHost: x\n\n", 400},
      {start + "No-Colon\r\n\r\n", 400},
      {start + ": no name\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n5;a\nb\r\nhello\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n5;\nhello\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\n\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n 5\r\nhello\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", 400},
      {start + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n" + smuggled, 400},
      {start + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n" + smuggled, 501},
      {start + "Host: y\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n", 400},
      {"GET hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"CONNECT test:80 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET  /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /hel\x01lo HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /hello\r\n\r\n", 400},
      {"G(T /hello HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"GET /hello HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"\x16\x03\x01\x02 a TLS hello, by mistake\n", 400},
  }));
  check_refused(server, request, status);
}

TEST_CASE("heads, targets and bodies have limits", "[http]") {
  TestServer server;
  const std::string long_target(9000, 'a');
  const std::string chunks =
      "POST /small-echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto& [request, status] = GENERATE_COPY(values<Refused>({
      {get("/hello", "X-Large: " + std::string(16u << 10, 'a') + "\r\n"), 431},
      {"GET /hello HTTP/1.1\r\nHost: x\r\nX-Endless: " + std::string(20'000, 'a'), 431},
      {get("/" + long_target), 414},
      {"GET /" + long_target, 414},
      {get("/" + std::string(30'000, 'a')), 414},
      {std::string(20'000, 'A'), 414},
      {"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 67108865\r\n\r\n", 413},
      {"POST /small-echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n", 413},
      {chunks + "3e9\r\n" + std::string(1001, 'a') + "\r\n0\r\n\r\n", 413},
      {chunks + "1f4\r\n" + std::string(500, 'a') + "\r\n1f5\r\n" + std::string(501, 'a'), 413},
      {chunks + "1;" + std::string(20'000, 'a'), 431},
      {chunks + "0\r\nX-Trailer: " + std::string(20'000, 'a'), 431},
  }));
  check_refused(server, request, status);

  std::string many;
  for (int i = 0; i < 101; ++i) many += "X-" + std::to_string(i) + ": a\r\n";
  check_refused(server, get("/hello", many), 431);
}

TEST_CASE("the largest allowed body is accepted", "[http]") {
  TestServer server;
  Client client = server.client();
  const std::string body(1000, 'b');
  const auto small = client.ask(post("/small-echo", body));
  REQUIRE(small);
  CHECK(small->body == body);
  const std::string large(3u << 20, 'l');
  const auto echo = client.ask(post("/worker-echo", large));
  REQUIRE(echo);
  CHECK(echo->body == large);
}

TEST_CASE("a large body for an unknown route is not read", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto answer =
      client.ask("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
  REQUIRE(answer);
  CHECK(answer->status == 404);
  CHECK(client.is_at_end());
}

TEST_CASE("all bodies together have a limit", "[http]") {
  ServerOptions options;
  options.limits.bodies_bytes_max = 200'000;  // one client gets three quarters of it
  TestServer server(std::move(options));
  check_refused(server, post("/echo", std::string(160'000, 'a')), 503);
  // The memory of the refused body is free again.
  Client client = server.client();
  const auto echo = client.ask(post("/echo", std::string(140'000, 'a')));
  REQUIRE(echo);
  CHECK(echo->status == 200);
}

TEST_CASE("all unread answers together have a limit", "[http]") {
  ServerOptions options;
  options.limits.answers_bytes_max = 100'000'000;
  TestServer server(std::move(options));
  {
    Client slow = server.client();
    REQUIRE(slow.send(get("/text/60000000")));
    REQUIRE(slow.has_input_within(10s));
    Client second = server.client();
    const auto refused = second.ask(get("/text/60000000"));
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK(refused->header("retry-after") == "1");
    // The connection continues, and small answers are never refused.
    const auto small = second.ask(get("/hello"));
    REQUIRE(small);
    CHECK(small->status == 200);
    slow.hang_up();
  }
  REQUIRE(server.shows("http_connections 0"));
  Client third = server.client();
  const auto again = third.ask(get("/text/60000000"));
  REQUIRE(again);
  CHECK(again->status == 200);
}

TEST_CASE("the answer to a write is sent even if the limit of unread answers is reached",
          "[http]") {
  ServerOptions options;
  options.limits.answers_bytes_max = 30'200'000;
  TestServer server(std::move(options));
  server.door().open();
  {
    Client slow = server.client();
    REQUIRE(slow.send(get("/text/30000000")));
    REQUIRE(slow.has_input_within(10s));
    Client second = server.client();
    const auto read = second.ask(get("/text/300000"));
    REQUIRE(read);
    CHECK(read->status == 503);
    const auto written = second.ask(post("/door", "change"));
    REQUIRE(written);
    CHECK(written->status == 200);
    CHECK(written->body == large_text());
    // Now the size of its answer is known: the next one is refused before its handler runs.
    const auto refused = second.ask(post("/door", "change"));
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK(server.shows(R"(http_rejected_total{reason="answers"} 2)"));
    slow.hang_up();
  }
  CHECK(server.shows("http_answers_bytes 0"));
}

TEST_CASE("a body with a fast start may not pause for long", "[http]") {
  ServerOptions options;
  options.limits.body_timeout = 40ms;
  options.limits.idle_timeout = 80ms;
  TestServer server(std::move(options));
  // At the least allowed rate, these bytes would take an hour.
  const std::string most(4u << 20, 'a');
  check_refused(server, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4194305\r\n\r\n" + most,
                408);
}

TEST_CASE("a body that nobody reads must be small", "[http]") {
  TestServer server;
  check_refused(server, "GET /hello HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n", 413);
}

TEST_CASE("an unfinished head is a 408", "[http]") {
  TestServer server(with_timeout(&Limits::head_timeout));
  check_refused(server, "GET /hello HTTP/1.1\r\nHost", 408);
}

TEST_CASE("a connection without a request is closed without an answer", "[http]") {
  TestServer server(with_timeout(&Limits::head_timeout));
  Client silent = server.client();
  CHECK(silent.is_at_end());
}

TEST_CASE("an idle connection is closed", "[http]") {
  TestServer server(with_timeout(&Limits::idle_timeout));
  Client client = server.client();
  REQUIRE(client.ask(get("/hello")));
  CHECK(client.is_at_end());
}

TEST_CASE("a missing or dripping body is a 408", "[http]") {
  TestServer server(with_timeout(&Limits::body_timeout));
  const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n";
  check_refused(server, head + "half", 408);
  Client dripping = server.client();
  REQUIRE(dripping.send(head));
  // A byte every 5 ms earns 1 ms each: a limit on silence alone would never end this.
  while (!dripping.has_input_within(5ms)) REQUIRE(dripping.send("x"));
  const auto answer = dripping.answer();
  REQUIRE(answer);
  CHECK(answer->status == 408);
}

TEST_CASE("a client that does not read its answer is cut off", "[http]") {
  ServerOptions options = with_timeout(&Limits::write_timeout);
  // At the small rate, the bytes that kernels take unread would last for an hour.
  options.limits.bytes_per_second_min = GENERATE(1'000u, 1u << 30);
  TestServer server(std::move(options));
  Client client = server.client();
  REQUIRE(client.send(get("/text/60000000")));
  REQUIRE(client.skim());  // reading fast now earns it no time later
  // The answer was started before the connection ended.
  CHECK(
      server.shows(R"(http_requests_total{method="GET",route="/text/{n:digits}",status="2xx"} 1)"));
  CHECK(server.shows("http_connections 0"));
}

TEST_CASE("a client that reads slowly but steadily gets its whole answer", "[http]") {
  ServerOptions options;
  options.limits.write_timeout = 1s;
  TestServer server(std::move(options));
  Client client = server.client();
  REQUIRE(client.send(get("/text/30000000", "Connection: close\r\n")));
  // Longer than the timeout, but never without progress for that long.
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(100ms);
    REQUIRE(client.skim());
  }
  while (client.skim()) {
  }
  CHECK(client.skimmed_bytes() > 30'000'000);
}

TEST_CASE("one address cannot keep others from large answers", "[http]") {
  ServerOptions options;
  options.limits.answers_bytes_max = 40'000'000;
  TestServer server(std::move(options));
  std::vector<Client> silent;
  std::size_t refused = 0;
  for (int i = 0; i < 10; ++i) {
    silent.push_back(server.client());
    REQUIRE(silent.back().send(get("/text/5000000")));
    REQUIRE(silent.back().has_input_within(20s));
  }
  for (Client& client : silent) {
    // Reads only heads: refusals are short and have arrived whole.
    if (client.begins_with("HTTP/1.1 503")) ++refused;
  }
  CHECK(refused >= 3);
  CHECK(refused <= 6);
  Client other(server.port(), "127.0.0.2");
  const auto answer = other.ask(get("/text/5000000"));
  REQUIRE(answer);
  CHECK(answer->status == 200);
}

TEST_CASE("one address cannot keep others from connecting", "[http]") {
  ServerOptions options;
  options.limits.connections_max = 8;
  TestServer server(std::move(options));
  std::vector<Client> many;
  for (int i = 0; i < 12; ++i) many.push_back(server.client());
  CHECK(server.shows(R"(http_rejected_total{reason="connections"} 6)"));
  Client other(server.port(), "127.0.0.2");
  const auto answer = other.ask(get("/hello"));
  REQUIRE(answer);
  CHECK(answer->status == 200);
}

TEST_CASE("a trusted proxy's client has the share, not the proxy", "[http]") {
  ServerOptions options;
  options.limits.answers_bytes_max = 40'000'000;
  options.trusted_proxies = {"127.0.0.1"};
  TestServer server(std::move(options));
  const auto status_of = [&](Client& client, const std::string& forwarded_for) {
    REQUIRE(client.send(get("/text/8000000", "X-Forwarded-For: " + forwarded_for + "\r\n")));
    REQUIRE(client.has_input_within(20s));
    return client.begins_with("HTTP/1.1 200") ? 200 : 503;
  };
  std::vector<Client> silent;
  std::vector<int> statuses;
  for (int i = 0; i < 5; ++i) {
    silent.push_back(server.client());
    // Only the address that the proxy added counts.
    statuses.push_back(status_of(silent.back(), std::to_string(i) + ".0.0.1, 192.0.2.1"));
  }
  CHECK(statuses == std::vector<int>{200, 200, 200, 503, 503});
  Client other = server.client();
  CHECK(status_of(other, "192.0.2.2") == 200);
}

TEST_CASE("a request whose client has left is not computed", "[http]") {
  ServerOptions options;
  options.processors = 1;
  TestServer server(std::move(options));
  Client first = server.client(), patient = server.client();
  REQUIRE(first.send(get("/door")));
  REQUIRE(server.shows("http_worker_load 1"));
  {
    Client leaving = server.client();
    REQUIRE(leaving.send(get("/worker-number/2")));
    REQUIRE(server.shows("http_queue 1"));
  }
  REQUIRE(patient.send(get("/worker-number/3")));
  // Requests that only need memory do not wait for the one at the door.
  Client hurried = server.client();
  REQUIRE(hurried.ask(get("/health-check/")));
  REQUIRE(server.shows("http_abandoned_total 1"));
  server.door().open();
  REQUIRE(first.answer());
  const auto answer = patient.answer();
  REQUIRE(answer);
  CHECK(answer->body == "3");
  CHECK(server.shows(
      R"(http_requests_total{method="GET",route="/worker-number/{n:digits}",status="2xx"} 1)"));
}

TEST_CASE("a request that waits too long for its turn is a 503", "[http]") {
  ServerOptions options = with_timeout(&Limits::queue_timeout);
  options.processors = 1;
  TestServer server(std::move(options));
  Client first = server.client(), second = server.client();
  REQUIRE(first.send(get("/door")));
  REQUIRE(server.shows("http_worker_load 1"));
  const auto late = second.ask(get("/worker-number/2"));
  REQUIRE(late);
  CHECK(late->status == 503);
  CHECK(late->header("retry-after") == "1");
  server.door().open();
  REQUIRE(first.answer());
  const auto again = second.ask(get("/worker-number/2"));
  REQUIRE(again);
  CHECK(again->body == "2");
}

TEST_CASE("stop drops queued requests when its grace is over", "[http]") {
  ServerOptions options;
  options.processors = 1;
  TestServer server(std::move(options));
  Client first = server.client(), queued = server.client();
  REQUIRE(first.send(get("/door")));
  REQUIRE(server.shows("http_worker_load 1"));
  REQUIRE(queued.send(get("/worker-number/2")));
  REQUIRE(server.shows("http_queue 1"));
  std::thread stopper([&] { server.server().stop(0ms); });
  CHECK(queued.is_at_end());
  server.door().open();
  stopper.join();
}

TEST_CASE("when workers and queue are full the answer is 503, and later the request succeeds",
          "[http]") {
  ServerOptions options;
  options.processors = 1;
  options.worker_queue_max = 1;
  TestServer server(std::move(options));
  Client first = server.client(), second = server.client(), third = server.client();
  REQUIRE(first.send(get("/door")));
  REQUIRE(server.shows("http_worker_load 1"));
  REQUIRE(second.send(get("/worker-number/2")));
  REQUIRE(server.shows("http_worker_load 2"));
  const auto refused = third.ask(get("/worker-number/3"));
  REQUIRE(refused);
  CHECK(refused->status == 503);
  CHECK(refused->header("retry-after") == "1");
  CHECK(server.shows(R"(http_rejected_total{reason="queue"} 1)"));
  // Requests without a worker are still served; a large body is sent uncompressed.
  const auto large = third.ask(get("/text/100000", "Accept-Encoding: gzip\r\n"));
  REQUIRE(large);
  CHECK(large->status == 200);
  CHECK_FALSE(large->has("content-encoding"));

  server.door().open();
  const auto opened = first.answer();
  REQUIRE(opened);
  CHECK(opened->body == "open");
  const auto queued = second.answer();
  REQUIRE(queued);
  CHECK(queued->body == "2");
  REQUIRE(server.shows("http_worker_load 0"));
  const auto again = third.ask(get("/worker-number/3"));
  REQUIRE(again);
  CHECK(again->body == "3");
}

TEST_CASE("connections beyond the limit get a 503, and find room later", "[http]") {
  ServerOptions options;
  options.limits.connections_max = 2;
  TestServer server(std::move(options));
  Client first = server.client();
  REQUIRE(first.ask(get("/hello")));
  {
    Client second = server.client();
    REQUIRE(second.ask(get("/hello")));
    Client third = server.client();
    const auto refused = third.ask(get("/hello"));
    REQUIRE(refused);
    CHECK(refused->status == 503);
    CHECK(refused->header("retry-after") == "1");
    CHECK(third.is_at_end());
    CHECK(server.shows(R"(http_rejected_total{reason="connections"} 1)"));
  }
  REQUIRE(server.shows("http_connections 1"));
  Client fourth = server.client();
  const auto welcome = fourth.ask(get("/hello"));
  REQUIRE(welcome);
  CHECK(welcome->status == 200);
}

TEST_CASE("stop lets a running request finish and be answered", "[http]") {
  ServerOptions options;
  options.io_threads = 1;  // then both connections have been told when one has
  TestServer server(std::move(options));
  Client idle = server.client(), waiting = server.client();
  REQUIRE(idle.ask(get("/hello")));
  REQUIRE(waiting.send(get("/door") + get("/hello")));
  REQUIRE(server.shows("http_worker_load 1"));
  std::thread stopper([&] { server.server().stop(20s); });
  CHECK(idle.is_at_end());
  CHECK_THROWS(server.client());
  server.door().open();
  const auto answer = waiting.answer();
  CHECK(waiting.is_at_end());
  waiting.hang_up();
  stopper.join();
  REQUIRE(answer);
  CHECK(answer->body == "open");
  CHECK(answer->header("connection") == "close");
}

TEST_CASE("stop closes all connections when its grace is over", "[http]") {
  TestServer server;
  Client waiting = server.client(), half = server.client();
  REQUIRE(waiting.send(get("/door")));
  REQUIRE(half.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"));
  REQUIRE(server.shows("http_requests_in_flight 2"));
  std::thread stopper([&] { server.server().stop(0ms); });
  CHECK(waiting.is_at_end());
  CHECK(half.is_at_end());
  server.door().open();
  stopper.join();
}

}  // namespace codelog::http::test::http_limits_test
