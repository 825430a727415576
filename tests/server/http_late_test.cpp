// A handler that takes too long: its client gets an answer in time, and the handler's own answer is
// dropped when it comes.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/server/http_client.h"

using namespace std::literals;

namespace codelog::http::test::http_late_test {
namespace {

ServerOptions with_short_limit() {
  ServerOptions options;
  options.limits.handler_timeout = 40ms;
  return options;
}

}  // namespace

TEST_CASE("a write whose handler is late gets a 503 that tells how to learn its result", "[http]") {
  TestServer server(with_short_limit());
  Client client = server.client();
  const auto answer = client.ask(post("/door", "change", "Idempotency-Key: k\r\n"));
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->header("connection") == "close");
  CHECK_FALSE(answer->has("retry-after"));  // a repeated write without a key could save twice
  CHECK(answer->header("content-type") == "application/problem+json");
  CHECK_THAT(nlohmann::json::parse(answer->body)["detail"].get<std::string>(),
             Catch::Contains("did not answer in time") && Catch::Contains("unknown") &&
                 Catch::Contains("same Idempotency-Key"));
  CHECK(client.is_at_end());
  CHECK(server.shows("http_late_total 1"));
  // The handler's work stays counted until it returns.
  CHECK(server.shows("http_worker_load 1"));
  CHECK(server.shows("http_work_bytes 96"));
  CHECK(server.shows("http_requests_in_flight 1"));
  CHECK(server.shows("http_connections 1"));
  server.door().open();
  CHECK(server.shows("http_worker_load 0"));
  CHECK(server.shows("http_work_bytes 0"));
  CHECK(server.shows("http_requests_in_flight 0"));
  CHECK(server.shows("http_connections 0"));
  CHECK(server.shows("http_answers_bytes 0"));
  CHECK(server.shows(R"(http_requests_total{method="POST",route="/door",status="5xx"} 1)"));
  Client next = server.client();
  const auto echo = next.ask(post("/worker-echo", "again"));
  REQUIRE(echo);
  CHECK(echo->body == "again");
}

TEST_CASE("a late read only says so, and requests behind it are not answered", "[http]") {
  TestServer server(with_short_limit());
  Client client = server.client();
  REQUIRE(client.send(get("/door") + get("/hello")));
  const auto answer = client.answer();
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK_THAT(answer->body, !Catch::Contains("Idempotency-Key"));
  CHECK(client.is_at_end());
  server.door().open();
  CHECK(server.shows("http_connections 0"));
}

TEST_CASE("a late POST that saves nothing says nothing about saving", "[http]") {
  TestServer server(with_short_limit());
  Client client = server.client();
  const auto answer = client.ask(post("/worker-door", "codes"));
  REQUIRE(answer);
  CHECK(answer->status == 503);
  CHECK(answer->header("retry-after") == "1");
  CHECK_THAT(answer->body, Catch::Contains("Try again later") && !Catch::Contains("saved"));
  server.door().open();
  CHECK(server.shows("http_connections 0"));
}

TEST_CASE("a client that leaves a late handler does no harm", "[http]") {
  TestServer server(with_short_limit());
  {
    Client client = server.client();
    REQUIRE(client.send(post("/door", "change")));
    REQUIRE(server.shows("http_worker_load 1"));
    client.hang_up();
  }
  CHECK(server.shows("http_late_total 1"));
  server.door().open();
  CHECK(server.shows("http_connections 0"));
}

TEST_CASE("a server stops although a late handler has been answered for", "[http]") {
  TestServer server(with_short_limit());
  Client client = server.client();
  const auto answer = client.ask(post("/door", "change"));
  REQUIRE(answer);
  CHECK(answer->status == 503);
  std::thread stopper([&] { server.server().stop(0ms); });
  server.door().open();
  stopper.join();
}

TEST_CASE("waiting for a turn, sending a body and reading an answer do not make a handler late",
          "[http]") {
  ServerOptions options = with_short_limit();
  options.processors = 1;
  options.limits.handler_timeout = 200ms;
  TestServer server(std::move(options));
  Client slow = server.client(), reader = server.client(), queued = server.client();
  REQUIRE(slow.send("POST /worker-echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nsl"));
  REQUIRE(reader.send(get("/text/8000000", "Connection: close\r\n")));
  Client late = server.client();
  REQUIRE(late.send(get("/door")));
  REQUIRE(server.shows("http_worker_load 1"));
  REQUIRE(queued.send(get("/worker-number/2")));
  REQUIRE(server.shows("http_queue 1"));
  REQUIRE(server.shows("http_late_total 1"));
  // The late handler still has the only processor, and the others have waited for as long.
  std::this_thread::sleep_for(300ms);
  server.door().open();
  const auto number = queued.answer();
  REQUIRE(number);
  CHECK(number->body == "2");
  REQUIRE(slow.send("ow"));
  const auto echo = slow.answer();
  REQUIRE(echo);
  CHECK(echo->body == "slow");
  while (reader.skim()) {
  }
  CHECK(reader.skimmed_bytes() > 8'000'000);
  CHECK(server.shows("http_late_total 1"));
}

}  // namespace codelog::http::test::http_late_test
