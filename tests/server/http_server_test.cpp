// The server's answers to well-behaved clients, over real sockets.
#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "events/base/file.h"
#include "tests/server/http_client.h"

using codelog::base::ErrorCode;
using namespace std::literals;

namespace codelog::http::test::http_server_test {
namespace {

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(4u << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  return out;
}

}  // namespace

TEST_CASE("a connection serves one request after the other", "[http]") {
  TestServer server;
  Client client = server.client();
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(get("/hello"));
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK(answer->body == "hello");
    CHECK(answer->header("content-type") == "text/plain");
    CHECK_FALSE(answer->has("connection"));
  }
  const auto last = client.ask(get("/hello", "Connection: close\r\n"));
  REQUIRE(last);
  CHECK(last->header("connection") == "close");
  CHECK(client.is_at_end());
}

TEST_CASE("HTTP/1.0 closes unless it asks for keep-alive", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto kept = client.ask("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(kept);
  CHECK(kept->header("connection") == "keep-alive");
  const auto closed = client.ask("GET /hello HTTP/1.0\r\n\r\n");
  REQUIRE(closed);
  CHECK(closed->body == "hello");
  CHECK(client.is_at_end());
}

TEST_CASE("pipelined requests are answered in order, wherever they run", "[http]") {
  TestServer server;
  Client client = server.client();
  std::string requests;
  for (int i = 0; i < 200; ++i) {
    requests += get((i % 3 == 0 ? "/worker-number/" : "/number/") + std::to_string(i));
    requests += post(i % 2 == 0 ? "/echo" : "/worker-echo", "body " + std::to_string(i));
  }
  REQUIRE(client.send(requests));
  for (int i = 0; i < 200; ++i) {
    const auto number = client.answer();
    REQUIRE(number);
    CHECK(number->body == std::to_string(i));
    const auto echo = client.answer();
    REQUIRE(echo);
    CHECK(echo->body == "body " + std::to_string(i));
  }
}

TEST_CASE("a request may come byte by byte", "[http]") {
  TestServer server;
  Client client = server.client();
  const std::string request =
      "\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5;name=value\r\nhello\r\n7\r\n, world\r\n0\r\nX-Trailer: ignored\r\n\r\n" +
      get("/hello");
  for (const char byte : request) REQUIRE(client.send({&byte, 1}));
  const auto echo = client.answer();
  REQUIRE(echo);
  CHECK(echo->body == "hello, world");
  const auto hello = client.answer();
  REQUIRE(hello);
  CHECK(hello->body == "hello");
}

TEST_CASE("an absolute target is treated as its path", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto answer = client.ask("GET http://elsewhere:80/number/7?x HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(answer);
  CHECK(answer->body == "7");
}

TEST_CASE("100-continue is sent before the body is read, unless the body would be refused",
          "[http]") {
  TestServer server;
  Client client = server.client();
  REQUIRE(
      client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
                  "Expect: 100-continue\r\n\r\n"));
  const auto interim = client.answer();
  REQUIRE(interim);
  CHECK(interim->status == 100);
  const auto echo = client.ask("body");
  REQUIRE(echo);
  CHECK(echo->body == "body");

  const auto refused = client.ask(
      "POST /small-echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n"
      "Expect: 100-continue\r\n\r\n");
  REQUIRE(refused);
  CHECK(refused->status == 413);
  CHECK(client.is_at_end());

  Client other = server.client();
  const auto unknown =
      other.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: magic\r\n\r\n");
  REQUIRE(unknown);
  CHECK(unknown->status == 417);
}

TEST_CASE("every response carries the common headers", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto plain = client.ask(get("/hello"));
  REQUIRE(plain);
  CHECK(plain->header("x-content-type-options") == "nosniff");
  CHECK(plain->header("referrer-policy") == "same-origin");
  CHECK(plain->header("cross-origin-opener-policy") == "same-origin");
  CHECK(plain->header("vary") == "origin");
  CHECK(plain->header("date").size() == "Sun, 06 Nov 1994 08:49:37 GMT"s.size());
  CHECK_FALSE(plain->has("x-frame-options"));
  CHECK_FALSE(plain->has("access-control-allow-origin"));

  const auto page = client.ask(get("/page/a%20b%C3%A9/", "Origin: https://example.org\r\n"));
  REQUIRE(page);
  CHECK(page->body == "<p>a b\xC3\xA9");
  CHECK(page->header("x-frame-options") == "DENY");
  CHECK(page->header("vary") == "origin, Cookie");
  CHECK(page->header("access-control-allow-origin") == "*");

  const auto injects = client.ask(get("/injects"));
  REQUIRE(injects);
  CHECK(injects->header("x-name") == "a  Set-Cookie: b");
  CHECK_FALSE(injects->has("set-cookie"));
  CHECK(injects->header("vary") == "origin, Cookie, Accept");
}

TEST_CASE("a preflight is answered on any path", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto answer = client.ask(
      "OPTIONS /nowhere HTTP/1.1\r\nHost: x\r\nOrigin: https://a.b\r\n"
      "Access-Control-Request-Method: PATCH\r\n\r\n");
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body.empty());
  CHECK(answer->header("access-control-allow-origin") == "*");
  CHECK(answer->header("access-control-allow-methods") == "DELETE, GET, OPTIONS, PATCH, POST, PUT");
  CHECK(answer->header("access-control-allow-headers") ==
        "accept, authorization, content-type, idempotency-key, if-match, if-none-match, "
        "user-agent, x-csrftoken, x-requested-with");
  CHECK(answer->header("access-control-max-age") == "86400");
}

TEST_CASE("request ids are kept if valid and made otherwise", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto given = client.ask(get("/hello", "X-Request-Id: Abc-1.2_3\r\n"));
  REQUIRE(given);
  CHECK(given->header("x-request-id") == "Abc-1.2_3");
  std::set<std::string> made;
  for (const std::string& id : {""s, "with space"s, "<script>"s, std::string(65, 'a')}) {
    CAPTURE(id);
    const auto answer = client.ask(get("/hello", "X-Request-Id: " + id + "\r\n"));
    REQUIRE(answer);
    CHECK(answer->header("x-request-id") != id);
    made.insert(answer->header("x-request-id"));
  }
  CHECK(made.size() == 4);
}

TEST_CASE("methods: 405 with Allow, HEAD from GET, OPTIONS, any", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto ask = [&](const std::string& method, const std::string& target) {
    const auto answer = client.ask(method + " " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    REQUIRE(answer);
    return *answer;
  };
  CHECK(ask("DELETE", "/hello").status == 405);
  CHECK(ask("DELETE", "/hello").header("allow") == "GET, HEAD, OPTIONS");
  CHECK(ask("DELETE", "/hello").body.empty());
  CHECK(ask("BREW", "/hello").status == 405);
  CHECK(ask("OPTIONS", "/hello").status == 200);
  CHECK(ask("OPTIONS", "/hello").header("allow") == "GET, HEAD, OPTIONS");
  CHECK(ask("OPTIONS", "*").status == 200);
  CHECK(ask("OPTIONS", "/strict").status == 405);
  CHECK(ask("OPTIONS", "/strict").header("allow") == "GET, POST");
  CHECK(ask("OPTIONS", "/strict").header("content-type") == "text/html; charset=utf-8");
  for (const char* method : {"GET", "POST", "DELETE", "OPTIONS", "BREW"}) {
    CAPTURE(method);
    CHECK(ask(method, "/health-check/").status == 200);
  }
  REQUIRE(client.send("HEAD /text/5000 HTTP/1.1\r\nHost: x\r\n\r\n" + get("/hello")));
  const auto head = client.answer_to_head();
  REQUIRE(head);
  CHECK(head->status == 200);
  CHECK(head->header("content-length") == "5000");
  const auto next = client.answer();
  REQUIRE(next);
  CHECK(next->body == "hello");
}

TEST_CASE("a missing last slash is added for any method, the query kept", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto page = client.ask(get("/page/a%20b?q=x%2Fy&z"));
  REQUIRE(page);
  CHECK(page->status == 301);
  CHECK(page->header("location") == "/page/a%20b/?q=x%2Fy&z");
  CHECK(page->header("content-type") == "text/html; charset=utf-8");
  const auto posted = client.ask(post("/health-check", "a body that is lost"));
  REQUIRE(posted);
  CHECK(posted->status == 301);
  CHECK(posted->header("location") == "/health-check/");
  const auto nothing = client.ask(get("/nothing"));
  REQUIRE(nothing);
  CHECK(nothing->status == 404);
  const auto problem = nlohmann::json::parse(nothing->body);
  CHECK(nothing->header("content-type") == "application/problem+json");
  CHECK(problem["title"] == "Not Found");
  CHECK(problem["status"] == 404);
  CHECK(problem["request_id"] == nothing->header("x-request-id"));
}

TEST_CASE("bodies are compressed for clients that accept it", "[http]") {
  TestServer server;
  Client client = server.client();
  const std::string accepts = "Accept-Encoding: br;q=1, gzip;q=0.5\r\n";
  const auto size = GENERATE(as<std::string>(), "1024", "16000", "17000", "500000");
  CAPTURE(size);
  const auto plain = client.ask(get("/text/" + size));
  REQUIRE(plain);
  CHECK_FALSE(plain->has("content-encoding"));
  CHECK(plain->header("vary") == "origin, Accept-Encoding");
  const auto zipped = client.ask(get("/text/" + size, accepts));
  REQUIRE(zipped);
  CHECK(zipped->header("content-encoding") == "gzip");
  CHECK(zipped->body.size() < plain->body.size());
  CHECK(gunzip(zipped->body) == plain->body);
  REQUIRE(client.send("HEAD /text/" + size + " HTTP/1.1\r\nHost: x\r\n" + accepts + "\r\n"));
  const auto head = client.answer_to_head();
  REQUIRE(head);
  CHECK(head->header("content-length") == std::to_string(zipped->body.size()));
}

TEST_CASE("small and secret bodies are not compressed, nor unwanted gzip sent", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto target = GENERATE(as<std::string>(), "/text/1023", "/secret");
  const auto plain = client.ask(get(target, "Accept-Encoding: gzip\r\n"));
  REQUIRE(plain);
  CHECK_FALSE(plain->has("content-encoding"));
  CHECK(plain->header("vary") == "origin");
  const auto unwanted = client.ask(get("/text/5000", "Accept-Encoding: *, gzip;q=0\r\n"));
  REQUIRE(unwanted);
  CHECK_FALSE(unwanted->has("content-encoding"));
}

TEST_CASE("a cached body has a compressed twin, and the tags of both give 304", "[http]") {
  TestServer server;
  Client client = server.client();
  const auto plain = client.ask(get("/cached"));
  const auto zipped = client.ask(get("/cached", "Accept-Encoding: gzip\r\n"));
  REQUIRE(plain);
  REQUIRE(zipped);
  CHECK(gunzip(zipped->body) == plain->body);
  const std::string tag = plain->header("etag"), zipped_tag = zipped->header("etag");
  CHECK(tag.size() == 34);
  CHECK(zipped_tag == tag.substr(0, 33) + "-gzip\"");
  for (const std::string& known : {tag, zipped_tag, "W/" + tag, "\"other\", " + tag, "*"s}) {
    CAPTURE(known);
    const auto again = client.ask(get("/cached", "If-None-Match: " + known + "\r\n"));
    REQUIRE(again);
    CHECK(again->status == 304);
    CHECK(again->header("etag") == tag);
    CHECK_FALSE(again->has("content-length"));
  }
  const auto changed = client.ask(get("/cached", "If-None-Match: \"other\"\r\n"));
  REQUIRE(changed);
  CHECK(changed->status == 200);
  const auto tagged = client.ask(get("/tagged"));
  REQUIRE(tagged);
  const auto same = client.ask(get("/tagged", "If-None-Match: " + tagged->header("etag") + "\r\n"));
  REQUIRE(same);
  CHECK(same->status == 304);
}

TEST_CASE("a large cached body is sent whole, even to a slow reader", "[http]") {
  const std::string text = large_text();
  TestServer server;
  Client client = server.client();
  // More than the sockets hold, so the server must continue again and again where it stopped.
  constexpr int requests_count = 40;
  std::string requests;
  for (int i = 0; i < requests_count; ++i) {
    requests +=
        get("/cached-large") + get("/cached-large", "Accept-Encoding: gzip\r\n") + get("/hello");
  }
  REQUIRE(client.send(requests));
  std::this_thread::sleep_for(50ms);
  for (int i = 0; i < requests_count; ++i) {
    const auto plain = client.answer();
    REQUIRE(plain);
    CHECK(plain->header("content-length") == std::to_string(text.size()));
    CHECK((plain->body == text));
    const auto zipped = client.answer();
    REQUIRE(zipped);
    CHECK(zipped->header("content-encoding") == "gzip");
    CHECK((gunzip(zipped->body) == text));
    const auto hello = client.answer();
    REQUIRE(hello);
    CHECK(hello->body == "hello");
  }
  REQUIRE(client.send("HEAD /cached-large HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto head = client.answer_to_head();
  REQUIRE(head);
  CHECK(head->header("content-length") == std::to_string(text.size()));
  const auto known =
      client.ask(get("/cached-large", "If-None-Match: " + head->header("etag") + "\r\n"));
  REQUIRE(known);
  CHECK(known->status == 304);
  CHECK(client.ask(get("/hello"))->body == "hello");
}

TEST_CASE("a client that leaves in the middle of a large body harms nobody", "[http]") {
  TestServer server;
  Client stays = server.client();
  for (int i = 0; i < 20; ++i) {
    Client goes = server.client();
    std::string requests;
    for (int j = 0; j < 20; ++j) requests += get("/cached-large");
    REQUIRE(goes.send(requests));
    REQUIRE(goes.skim());
    if (i % 2 == 0) goes.hang_up();
  }
  const auto answer = stays.ask(get("/cached-large"));
  REQUIRE(answer);
  CHECK((answer->body == large_text()));
}

TEST_CASE("an exception is a 500 with the request id, and the server continues", "[http]") {
  TestServer server;
  Client client = server.client();
  for (const char* target : {"/throws", "/throws-int"}) {
    CAPTURE(target);
    const auto answer = client.ask(get(target, "X-Request-Id: find-me\r\n"));
    REQUIRE(answer);
    CHECK(answer->status == 500);
    const auto problem = nlohmann::json::parse(answer->body);
    CHECK(problem["request_id"] == "find-me");
    CHECK(answer->body.find("the handler's reason") == std::string::npos);
  }
  const auto next = client.ask(get("/hello"));
  REQUIRE(next);
  CHECK(next->status == 200);
}

TEST_CASE("the caller's error page is used for requests that no handler answered", "[http]") {
  ServerOptions options;
  options.error_page = [](const Request&, int status, std::string_view) {
    return html(status, "<h1>" + std::to_string(status));
  };
  TestServer server(std::move(options));
  Client client = server.client();
  const auto missing = client.ask(get("/nothing"));
  REQUIRE(missing);
  CHECK(missing->status == 404);
  CHECK(missing->body == "<h1>404");
  const auto failed = client.ask(get("/throws"));
  REQUIRE(failed);
  CHECK(failed->body == "<h1>500");
}

TEST_CASE("requests are counted by method, route and class of status", "[http]") {
  TestServer server;
  Client client = server.client();
  for (const char* target : {"/number/1", "/number/22", "/nothing", "/throws"}) {
    REQUIRE(client.ask(get(target)));
  }
  // The last request is counted after its answer has been sent.
  CHECK(server.shows(R"(http_requests_total{method="GET",route="/throws",status="5xx"} 1)"));
  CHECK(server.shows(
      R"(http_requests_total{method="GET",route="/number/{n:digits}",status="2xx"} 2)"));
  CHECK(server.shows(R"(http_requests_total{method="GET",route="unmatched",status="4xx"} 1)"));
  CHECK(server.shows(R"(http_request_duration_seconds_count{route="/number/{n:digits}"} 2)"));
  CHECK(server.shows("http_connections 1"));
  CHECK(server.shows("http_requests_in_flight 0"));
}

TEST_CASE("each request is a line of the log", "[http]") {
  std::string name = (std::filesystem::temp_directory_path() / "codelog-http-XXXXXX").string();
  REQUIRE(mkdtemp(name.data()) != nullptr);
  const std::filesystem::path folder = name;
  {
    auto log = Log::open({folder / "log.json"});
    REQUIRE(log);
    ServerOptions options;
    options.log = log->get();
    TestServer server(std::move(options));
    Client client = server.client();
    REQUIRE(client.ask(get("/number/7?secret=x", "X-Request-Id: first\r\n")));
    REQUIRE(client.ask(get("/throws", "X-Request-Id: second\r\n")));
    REQUIRE(client.ask("\x01\n"));
    for (const char* malformed : {"GET / HTTP/3.0\r\n\r\n",
                                  "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: br\r\n\r\n"}) {
      Client other = server.client();
      REQUIRE(other.ask(malformed));
    }
  }
  auto text = base::read_file(folder / "log.json");
  std::filesystem::remove_all(folder);
  REQUIRE(text);
  std::istringstream lines(*text);
  std::vector<nlohmann::json> log;
  for (std::string line; std::getline(lines, line);) log.push_back(nlohmann::json::parse(line));
  REQUIRE(log.size() == 5);
  // A line is written after its answer has been sent, so other connections may be quicker.
  std::sort(log.begin() + 2, log.end(), [](const auto& a, const auto& b) {
    return a["status"].template get<int>() < b["status"].template get<int>();
  });
  CHECK(log[0]["request_id"] == "first");
  CHECK(log[0]["method"] == "GET");
  CHECK(log[0]["path"] == "/number/7");
  CHECK(log[0]["status"] == 200);
  CHECK(log[0]["level"] == "info");
  CHECK(log[0]["remote"] == "127.0.0.1");
  CHECK(log[0]["bytes"] > 100);
  CHECK(log[0]["duration_us"] >= 0);
  CHECK(log[1]["request_id"] == "second");
  CHECK(log[1]["level"] == "error");
  CHECK(log[1]["detail"] == "handler threw: the handler's reason");
  CHECK(log[2]["status"] == 400);
  CHECK_FALSE(log[2].contains("path"));
  // Faults of the client are not errors of the server, whatever their status.
  CHECK(log[3]["status"] == 501);
  CHECK(log[3]["level"] == "info");
  CHECK(log[4]["status"] == 505);
  CHECK(log[4]["level"] == "info");
}

TEST_CASE("start reports why it cannot listen", "[http]") {
  ServerOptions options;
  options.address = "not an address";
  Server nowhere(options, Router());
  CHECK(nowhere.start().error().code == ErrorCode::invalid);
  TestServer first;
  options.address = "127.0.0.1";
  options.port = first.port();
  Server second(options, Router());
  CHECK(second.start().error().code == ErrorCode::io);
}

}  // namespace codelog::http::test::http_server_test
