// The parts of server/http that are plain functions of values.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "events/base/file.h"
#include "server/http/conditional.h"
#include "server/http/log.h"
#include "server/http/metrics.h"
#include "server/http/response.h"
#include "server/http/response_head.h"

using codelog::base::Error;
using codelog::base::ErrorCode;

namespace codelog::http::http_values_test {
namespace {

std::string decode(std::string_view text, PlusSign plus) {
  std::string out = "kept ";
  append_decoded(text, plus, out);
  return out.substr(5);
}

Request asking(const std::string& name, const std::string& value) {
  return make_request(Method::get, "/", {{name, value}});
}

// A temporary folder, removed with the test.
struct TemporaryFolder {
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "codelog-http-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("decoding follows Python", "[http]") {
  CHECK(decode("a%20b+c", PlusSign::literal) == "a b+c");
  CHECK(decode("a%20b+c", PlusSign::space) == "a b c");
  CHECK(decode("%C3%a9", PlusSign::literal) == "\xC3\xA9");
  CHECK(decode("%zz%4", PlusSign::literal) == "%zz%4");
  CHECK(decode("100%", PlusSign::literal) == "100%");
  // bytes.decode("utf-8", "replace"): one mark for each longest start of a broken sequence.
  CHECK(decode("a%FFb", PlusSign::literal) ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(decode("%E2%82x", PlusSign::literal) == "\xEF\xBF\xBDx");
  CHECK(decode("%E0%80", PlusSign::literal) == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(decode("%ED%A0%80", PlusSign::literal) == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(decode("%F0%9F%98%80", PlusSign::literal) == "\xF0\x9F\x98\x80");
  CHECK(decode("%F4%90", PlusSign::literal) == "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_CASE("query parameters keep order, repeats and presence", "[http]") {
  const Request request = make_request(Method::get, "/a%2Fb?x=1&flag&x=2&e=&=n&&p=a%26b+c#f");
  CHECK(request.path() == "/a/b");
  CHECK(request.raw_path() == "/a%2Fb");
  const Parameters& query = request.query();
  CHECK(query.size() == 6);
  CHECK(query.get("x") == "2");
  CHECK(query.all("x") == std::vector<std::string_view>{"1", "2"});
  CHECK(query.has("flag"));
  CHECK(query.get("flag") == "");
  CHECK(query.has("e"));
  CHECK_FALSE(query.has("y"));
  CHECK(query.get("y", "none") == "none");
  CHECK(query.get("p") == "a&b c#f");
}

TEST_CASE("headers are found in any case, and stay valid when the request moves", "[http]") {
  Request first =
      make_request(Method::post, "/x",
                   {{"Content-Type", "Text/HTML ; charset=x"}, {"X-Two", "a"}, {"x-two", "b"}});
  const Request request = std::move(first);
  CHECK(request.header("content-TYPE") == "Text/HTML ; charset=x");
  CHECK(request.media_type() == "text/html");
  CHECK(request.header("X-Two") == "a");
  CHECK(request.headers("X-TWO") == std::vector<std::string_view>{"a", "b"});
  CHECK_FALSE(request.header("X-Three"));
}

TEST_CASE("forms are read from their media type only, and have a limit of fields", "[http]") {
  const HeaderList form = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
  const auto fields = parse_form(make_request(Method::post, "/", form, "a=1&b=%C3%A9+x&a=2"));
  REQUIRE(fields);
  CHECK(fields->get("a") == "2");
  CHECK(fields->get("b") == "\xC3\xA9 x");
  CHECK_FALSE(parse_form(make_request(Method::post, "/", {}, "a=1")));
  std::string many;
  for (std::size_t i = 0; i < parameters_max; ++i) many += "a&";
  CHECK(parse_form(make_request(Method::post, "/", form, many)));
  const auto beyond = parse_form(make_request(Method::post, "/", form, many + "b"));
  REQUIRE_FALSE(beyond);
  CHECK(beyond.error().code == ErrorCode::invalid);
}

TEST_CASE("gzip is only for clients that accept it", "[http]") {
  const auto accepts = [](const std::string& value) {
    return accepts_gzip(asking("Accept-Encoding", value));
  };
  CHECK_FALSE(accepts_gzip(make_request(Method::get, "/")));
  for (const char* value : {"gzip", "GZIP", "deflate, gzip;q=1.0", "br ,gzip; q=0.001", "*",
                            "x-gzip", "identity;q=0, *;q=0.5"}) {
    CAPTURE(value);
    CHECK(accepts(value));
  }
  for (const char* value : {"", "br", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *",
                            "gzip;q=x", "gzip;q=0.0001", "gzipped", "gzip;level=9"}) {
    CAPTURE(value);
    CHECK_FALSE(accepts(value));
  }
}

TEST_CASE("If-Match compares strongly, and treats the compressed variant as the same state",
          "[http]") {
  const std::string tag = "\"v7\"";
  for (const char* value : {"\"v7\"", "\"v6\", \"v7\"", "*", "\"v7-gzip\"", "\"a,b\",\"v7\""}) {
    CAPTURE(value);
    CHECK(if_match_holds(value, tag));
  }
  for (const char* value :
       {"\"v6\"", "W/\"v7\"", "", "v7", "\"v7", "\"v77\"", "\"v\", garbage \"v7\""}) {
    CAPTURE(value);
    CHECK(!if_match_holds(value, tag));
  }
  CHECK(!if_match_holds("*", ""));
  CHECK(gzip_tag(tag) == "\"v7-gzip\"");
}

TEST_CASE("a client that has the state gets 304 with the tag of its own bytes", "[http]") {
  const auto tag_of_answer = [](const HeaderList& headers) -> std::string {
    const auto answer = not_modified(make_request(Method::get, "/", headers), "\"v7\"");
    if (!answer) return "none";
    CHECK(answer->status == 304);
    CHECK(answer->headers == std::vector<Header>{{"Vary", "Accept-Encoding"}});
    return answer->etag;
  };
  const auto tag_for = [&](const std::string& list) {
    return tag_of_answer({{"If-None-Match", list}});
  };
  CHECK(tag_of_answer({}) == "none");
  CHECK(tag_for("\"v6\", \"v77\"") == "none");
  CHECK(tag_for("\"v7\"") == "\"v7\"");
  CHECK(tag_for("*") == "\"v7\"");
  CHECK(tag_for("\"v6\", W/\"v7-gzip\"") == "\"v7-gzip\"");
  CHECK(tag_for("\"v7\", \"other\"v7-gzip\"") == "\"v7\"");  // within no tag of the list
  CHECK(tag_of_answer({{"If-None-Match", "\"v6\""}, {"If-None-Match", "\"v7-gzip\""}}) ==
        "\"v7-gzip\"");
}

TEST_CASE("every error code is one status", "[http]") {
  const Request request = make_request(Method::get, "/");
  const std::vector<std::pair<ErrorCode, int>> table = {{ErrorCode::invalid, 400},
                                                        {ErrorCode::unauthenticated, 401},
                                                        {ErrorCode::forbidden, 403},
                                                        {ErrorCode::not_found, 404},
                                                        {ErrorCode::conflict, 409},
                                                        {ErrorCode::too_large, 413},
                                                        {ErrorCode::unprocessable, 422},
                                                        {ErrorCode::corrupt, 500},
                                                        {ErrorCode::io, 500},
                                                        {ErrorCode::unavailable, 503},
                                                        {ErrorCode::not_shown, 503},
                                                        {ErrorCode::unconfirmed, 503}};
  for (const auto& [code, status] : table) {
    CAPTURE(status);
    const Response response =
        problem(request, Error{code, "the detail", {{"codes[2]", "unknown"}}});
    CHECK(response.status == status);
    CHECK(response.content_type == "application/problem+json");
    const auto body = nlohmann::json::parse(response.body);
    CHECK(body["status"] == status);
    CHECK(body["title"] == std::string(reason_phrase(status)));
    CHECK(body["request_id"] == "made-by-hand");
    // A saved change must not be sent again.
    const bool may_be_repeated =
        std::ranges::find(response.headers, Header{"Retry-After", "1"}) != response.headers.end();
    CHECK(may_be_repeated == (code == ErrorCode::unavailable));
    // Paths and offsets of a broken disk are for the log only.
    CHECK((body["detail"] == "the detail") == (status != 500));
    CHECK((response.log_detail.find("the detail") != std::string::npos) == (status == 500));
    if (status != 500) {
      CHECK(body["errors"][0] == nlohmann::json{{"field", "codes[2]"}, {"detail", "unknown"}});
    }
  }
  const Error with_path{ErrorCode::unavailable,
                        "one has failed (IO error: No space left on device: While appending to "
                        "file: /srv/data/log/000012.log)",
                        {{"disk", "/srv is full"}}};
  const Response redacted = problem(request, with_path);
  CHECK(redacted.status == 503);
  CHECK(redacted.body.find("srv") == std::string::npos);
  CHECK(redacted.body.find("000012") == std::string::npos);
  CHECK(redacted.log_detail.find("/srv/data/log/000012.log") != std::string::npos);
  const auto broken = problem(request, Error{ErrorCode::invalid, "not \xFF text", {}});
  CHECK(nlohmann::json::parse(broken.body)["detail"] == "not \xEF\xBF\xBD text");
}

TEST_CASE("downloads and redirects escape characters that headers cannot have", "[http]") {
  const Response plain = csv("code,term\r\n", "org-slug-v1.csv");
  CHECK(plain.content_type == "text/csv");
  CHECK(plain.headers.at(0) ==
        Header{"Content-Disposition", "attachment; filename=\"org-slug-v1.csv\""});
  const Response odd = csv("", "a\"b\xC3\xA9.csv");
  CHECK(odd.headers.at(0).value ==
        "attachment; filename=\"a\\\"b__.csv\"; filename*=UTF-8''a%22b%C3%A9.csv");
  CHECK(redirect(302, "/a b/\xC3\xA9?q=%20&x=1\r\n").headers.at(0).value ==
        "/a%20b/%C3%A9?q=%20&x=1%0D%0A");
}

TEST_CASE("large cached bodies are in files, up to the limit of files", "[http]") {
  const auto bytes_of_file = [](const SharedBody& body) {
    std::string bytes(body->size() + 1, '\0');
    const auto count = ::pread(body->file(), bytes.data(), bytes.size(), 0);
    bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return bytes;
  };
  const std::string small(SharedBytes::file_bytes_min - 1, 's');
  std::string large;
  while (large.size() < SharedBytes::file_bytes_min) large += std::to_string(large.size());
  CHECK(SharedBytes::make(small)->file() == -1);
  CHECK(SharedBytes::make(small)->bytes() == small);
  CHECK(SharedBytes::make("x")->bytes() == "x");
  CHECK(SharedBytes::make("")->bytes().empty());
  CHECK(SharedBytes::make_once(large)->file() == -1);
  for (int round = 0; round < 2; ++round) {  // destroyed bodies make room
    std::vector<SharedBody> bodies;
    for (int i = 0; i < SharedBytes::files_max_usual; ++i)
      bodies.push_back(SharedBytes::make(large));
    for (const SharedBody& body : bodies) {
      REQUIRE(body->file() >= 0);
      CHECK(body->bytes() == large);
      CHECK(bytes_of_file(body) == large);
    }
    CHECK(SharedBytes::all_files_bytes() == bodies.size() * large.size());
    const SharedBody one_more = SharedBytes::make(large);
    CHECK(one_more->file() == -1);
    CHECK(one_more->bytes() == large);
  }
  CHECK(SharedBytes::all_files_bytes() == 0);
  SharedBytes::set_files_max(1);
  const SharedBody only = SharedBytes::make(large);
  CHECK(only->file() >= 0);
  CHECK(SharedBytes::make(large)->file() == -1);
  SharedBytes::set_files_max(SharedBytes::files_max_usual);
}

TEST_CASE("the date has the format of RFC 9110", "[http]") {
  DateLine date;
  CHECK(date.at(784111777) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  CHECK(date.at(784111777) == "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  CHECK(date.at(1709208000) == "Date: Thu, 29 Feb 2024 12:00:00 GMT\r\n");
}

TEST_CASE("metrics have the format of Prometheus", "[http]") {
  Metrics metrics;
  metrics.counter("a_total", "Things.", {{"kind", "x\"y\\z\n"}}).add(3);
  metrics.counter("a_total", "Things.", {{"kind", "x\"y\\z\n"}}).add();
  metrics.counter("a_total", "Things.", {{"kind", "other"}});
  metrics.gauge("b", "A gauge.", {}, [] { return 2.5; });
  Histogram& histogram = metrics.histogram("c_seconds", "Durations.", {{"route", "/r"}});
  for (const std::uint64_t us : {100ULL, 101ULL, 20'000'000ULL}) histogram.observe_us(us);
  const std::string page = metrics.render();
  const auto has = [&](const std::string& line) {
    return ("\n" + page).find("\n" + line + "\n") != std::string::npos;
  };
  CHECK(has("# HELP a_total Things."));
  CHECK(has("# TYPE a_total counter"));
  CHECK(has(R"(a_total{kind="x\"y\\z\n"} 4)"));
  CHECK(has(R"(a_total{kind="other"} 0)"));
  CHECK(has("b 2.5"));
  CHECK(has("# TYPE c_seconds histogram"));
  CHECK(has(R"(c_seconds_bucket{route="/r",le="0.0001"} 1)"));
  CHECK(has(R"(c_seconds_bucket{route="/r",le="0.00025"} 2)"));
  CHECK(has(R"(c_seconds_bucket{route="/r",le="10"} 2)"));
  CHECK(has(R"(c_seconds_bucket{route="/r",le="+Inf"} 3)"));
  CHECK(has(R"(c_seconds_sum{route="/r"} 20.000201)"));
  CHECK(has(R"(c_seconds_count{route="/r"} 3)"));
  metrics.remove_gauge("b", {});
  CHECK(metrics.render().find("b 2.5") == std::string::npos);
}

TEST_CASE("each line of the log is one JSON object, from any number of threads", "[http]") {
  const TemporaryFolder folder;
  {
    auto log = Log::open({folder.path / "log.json", LogLevel::info});
    REQUIRE(log);
    (*log)->write(LogLevel::debug, "not wanted", {});
    (*log)->write(LogLevel::warning, "odd", {{"text", "q\"\\\n\x01\xFF"}, {"none", ""}, {"n", -3}});
    std::vector<std::thread> threads;
    for (std::int64_t i = 0; i < 4; ++i) {
      threads.emplace_back([&log = **log, i] {
        for (std::int64_t n = 0; n < 500; ++n)
          log.write(LogLevel::info, "many", {{"n", i * 500 + n}});
      });
    }
    for (std::thread& thread : threads) thread.join();
    (*log)->flush();
  }
  auto text = base::read_file(folder.path / "log.json");
  REQUIRE(text);
  std::istringstream lines(*text);
  std::string line;
  REQUIRE(std::getline(lines, line));
  const auto odd = nlohmann::json::parse(line);
  CHECK(odd["level"] == "warning");
  CHECK(odd["event"] == "odd");
  CHECK(odd["text"] == "q\"\\\n\x01\xEF\xBF\xBD");
  CHECK(odd["n"] == -3);
  CHECK_FALSE(odd.contains("none"));
  std::vector<int> seen(2000);
  while (std::getline(lines, line)) ++seen.at(nlohmann::json::parse(line)["n"].get<std::size_t>());
  CHECK(seen == std::vector<int>(2000, 1));
}

TEST_CASE("a log without room drops lines and reports their number", "[http]") {
  const TemporaryFolder folder;
  {
    auto log = Log::open({folder.path / "log.json", LogLevel::info, 10});
    REQUIRE(log);
    (*log)->write(LogLevel::info, "too long for the buffer", {});
    (*log)->write(LogLevel::info, "too long for the buffer", {});
  }
  auto text = base::read_file(folder.path / "log.json");
  REQUIRE(text);
  const auto line = nlohmann::json::parse(*text);
  CHECK(line["event"] == "log lines dropped");
  CHECK(line["count"] == 2);
  CHECK(Log::open({folder.path / "no" / "such" / "folder"}).error().code == ErrorCode::io);
}

}  // namespace codelog::http::http_values_test
