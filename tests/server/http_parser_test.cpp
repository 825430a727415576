#include <rapidcheck/catch.h>

#include <catch2/catch.hpp>

#include "server/http/request_parser.h"

namespace codelog::http::http_parser_test {
namespace {

using Progress = RequestParser::Progress;

// The requests parsed from a stream, for comparing different cuts.
struct Seen {
  std::vector<std::string> requests;
  int failed = 0;  // the status
  bool operator==(const Seen&) const = default;
};

// Gives the parser `stream` in pieces that end at `cuts`, as a connection would.
Seen parse_in_pieces(const std::string& stream, const std::vector<std::size_t>& cuts) {
  Seen seen;
  Request request;
  RequestParser parser(ParserLimits{});
  parser.start(request);
  std::string input;
  bool in_body = false;
  std::size_t sent = 0;
  const auto advance = [&]() -> bool {  // false when it needs more bytes
    const Progress progress = in_body ? parser.parse_body(input, 1000) : parser.parse_head(input);
    if (progress == Progress::failed) {
      seen.failed = parser.failure().status;
      return false;
    }
    if (in_body || progress == Progress::done) input.erase(0, parser.consumed());
    if (progress == Progress::need_more) return false;
    in_body = !in_body && parser.has_body();
    if (in_body) return true;
    seen.requests.push_back(std::string(request.method_text()) + " " + request.path() + " " +
                            std::string(request.header("X").value_or("-")) + " " + request.body);
    parser.start(request);
    return true;
  };
  for (const std::size_t cut : cuts) {
    const std::size_t after = std::clamp(cut, sent, stream.size());
    input += stream.substr(sent, after - sent);
    sent = after;
    while (seen.failed == 0 && !input.empty() && advance()) {
    }
    if (seen.failed != 0) break;
  }
  return seen;
}

std::string example_stream() {
  return "GET /a%20b?c=d HTTP/1.1\r\nHost: x\r\nX: 1\r\n\r\n"
         "\r\nPOST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world"
         "POST /chunks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\nX: 2\r\n\r\n"
         "3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nX: trailer\r\n\r\n"
         "POST /empty HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
         "HEAD http://other/last HTTP/1.1\r\nHost: x\r\n\r\n";
}

}  // namespace

TEST_CASE("requests come out the same however the stream is cut", "[http][property]") {
  const std::string stream = example_stream();
  const Seen whole = parse_in_pieces(stream, {stream.size()});
  CHECK(whole.failed == 0);
  CHECK(whole.requests == std::vector<std::string>{"GET /a b 1 ", "POST /body - hello world",
                                                   "POST /chunks 2 abc0123456789", "POST /empty - ",
                                                   "HEAD /last - "});
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    CAPTURE(cut);
    CHECK(parse_in_pieces(stream, {cut, stream.size()}) == whole);
  }
  rc::prop("any cuts", [&] {
    auto cuts = *rc::gen::container<std::vector<std::size_t>>(
        rc::gen::inRange<std::size_t>(0, stream.size() + 1));
    std::sort(cuts.begin(), cuts.end());
    cuts.push_back(stream.size());
    RC_ASSERT(parse_in_pieces(stream, cuts) == whole);
  });
}

TEST_CASE("a stream that is refused is refused however it is cut", "[http][property]") {
  const std::string bad =
      GENERATE(as<std::string>(), "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
               "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
               "3\r\nabcd\r\n0\r\n\r\n",
               "GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n");
  const std::string stream = "GET /first HTTP/1.1\r\nHost: x\r\n\r\n" + bad;
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    CAPTURE(cut);
    const Seen seen = parse_in_pieces(stream, {cut, stream.size()});
    CHECK(seen.failed == 400);
    CHECK(seen.requests == std::vector<std::string>{"GET /first - "});
  }
}

TEST_CASE("a limit holds at the same byte however the stream is cut", "[http][property]") {
  const auto [stream, status] = GENERATE(table<std::string, int>({
      {"GET /" + std::string(9'000, 'a') + "\nHost: x\r\n\r\n", 414},
      {"GET /" + std::string(17'000, 'a'), 414},
      {"GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(17'000, 'a') + "\nB: c\r\n\r\n", 431},
      {std::string(17'000, '\r').append("\n"), 414},
      {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
           std::string(17'000, 'a') + "\r\nb\r\n0\r\n\r\n",
       431},
      // exactly as long as the longest request line
      {"GET /" + std::string(8'192 + 64 - 5 - 9, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n", 414},
  }));
  const Seen whole = parse_in_pieces(stream, {stream.size()});
  CHECK(whole.failed == status);
  for (const std::size_t piece : {1u, 7u, 64u, 8'257u, 16'384u}) {
    CAPTURE(piece);
    std::vector<std::size_t> cuts;
    for (std::size_t cut = piece; cut < stream.size() + piece; cut += piece) cuts.push_back(cut);
    CHECK(parse_in_pieces(stream, cuts) == whole);
  }
}

TEST_CASE("a refused head does not show the previous request", "[http]") {
  Request request;
  RequestParser parser(ParserLimits{});
  parser.start(request);
  REQUIRE(parser.parse_head("GET /secret?a=b HTTP/1.1\r\nHost: x\r\n\r\n") == Progress::done);
  CHECK(request.query().get("a") == "b");
  parser.start(request);
  REQUIRE(parser.parse_head("\x01\n") == Progress::failed);
  CHECK(request.path().empty());
  CHECK(request.query().size() == 0);
  CHECK_FALSE(request.header("Host"));
}

}  // namespace codelog::http::http_parser_test
