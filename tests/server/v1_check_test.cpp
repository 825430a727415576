// POST /api/v1/check/: OpenCodelists' own answers, and the requests on which it fails.
#include <catch2/catch.hpp>

#include "events/base/version_hash.h"
#include "server/http/urlencoded.h"
#include "tests/server/api_golden.h"

namespace codelog::tests::v1_check_test {
namespace {

using nlohmann::json;

// Cases that OpenCodelists answers with 500, by number, and the errors of the 400 here.
const std::map<int, std::string> improved = {
    {194, "codelists: is required"},
    {195, "codelists: is required"},
    {196, "manifest: has no object `files`"},
    {197, "manifest: has no object `files`"},
    {199, "manifest: test-org/new-style-codelist/v1 has no text `sha`"},
};

enum class FormKind { urlencoded, multipart };

Reply check(const ApiSite& site, const OrderedJson& fields, FormKind kind = FormKind::urlencoded) {
  Ask ask{.method = "POST", .target = "/api/v1/check/"};
  const bool is_multipart = kind == FormKind::multipart;
  for (const auto& [name, value] : fields.items()) {
    const auto text = value.get<std::string>();
    ask.body += is_multipart ? "--b\r\nContent-Disposition: form-data; name=\"" + name +
                                   "\"\r\n\r\n" + text + "\r\n"
                             : name + "=" + http::percent_encode(text) + "&";
  }
  if (is_multipart) ask.body += "--b--";
  ask.headers.emplace_back("Content-Type", is_multipart ? "multipart/form-data; boundary=b"
                                                        : "application/x-www-form-urlencoded");
  return site.ask(ask);
}

}  // namespace

TEST_CASE("a study's check is answered as by OpenCodelists", "[v1][golden]") {
  ApiSite site;
  seed_golden_state(site);
  const std::uint64_t head = site.head();
  const OrderedJson golden = read_golden("09_check");
  REQUIRE(golden.at("cases").size() == 42);
  for (const OrderedJson& test_case : golden.at("cases")) {
    const OrderedJson& request = test_case.at("request");
    INFO(test_case.dump());
    if (request.at("method") == "GET") {
      const Reply reply = site.get("/api/v1/check/");
      CHECK(reply.status == test_case.at("status"));
      CHECK(reply.header("allow") == test_case.at("allow").get<std::string>());
      continue;
    }
    for (const FormKind kind : {FormKind::urlencoded, FormKind::multipart}) {
      const Reply reply = check(site, request.at("body"), kind);
      const auto expected = improved.find(test_case.at("n"));
      if (expected != improved.end()) {
        CHECK(test_case.at("status") == 500);
        CHECK(reply.status == 400);
        CHECK(reply.json() == json{{"error", expected->second}});
        continue;
      }
      CHECK(reply.status == test_case.at("status"));
      CHECK(reply.header("content-type") == test_case.at("content_type").get<std::string>());
      CHECK(reply.body == python_json(test_case.at("json")));
    }
  }
  CHECK(site.head() == head);
}

TEST_CASE("a check lists all differences, in the order sent", "[v1]") {
  ApiSite site;
  seed_golden_state(site);
  const std::string right = "c2a9968f4db90fefc01c21f624f2c33d1f8587d9";
  const std::string list = "test-org/new-style-codelist/";
  const std::string manifest =
      R"({"files": {"z.csv": {"id": "gone/z/1"}, "a.csv": {"id": "gone/a/1"},)"
      R"( "2": {"id": ")" +
      list + R"(v1", "sha": "0"}, "1": {"id": "/)" + list +
      R"(66f08cca", "sha": "0"}, "b": {"id": ")" + list + R"(66f08cca", "sha": ")" + right +
      R"("}}})";
  const Reply reply = check(
      site,
      {{"codelists", "user/alice/searched/02b2bff6\r\n" + list + "v1\n/" + list + "66f08cca\n" +
                         list + "66f08cca//\nuser/bob/bobs-list/v2\n" + list + "v1\n"},
       {"manifest", manifest}});
  CHECK(reply.body ==
        R"({"status": "error", "data": {"added": ["user/alice/searched/02b2bff6",)"
        R"( "user/bob/bobs-list/v2"], "removed": ["gone/z/1", "gone/a/1"], "changed": [")" +
            list + R"(v1", "/)" + list + R"(66f08cca"]}})");
}

TEST_CASE("a manifest of many files is answered in its order", "[v1]") {
  ApiSite site;
  std::string manifest = R"({"files": [], "files": {)";
  std::string removed;
  constexpr int files_count = 30'000;
  for (int i = files_count; i > 0; --i) {
    const std::string name = std::to_string(i);
    const std::string separator = i == 1 ? "" : ", ";
    manifest += "\"" + name + "\": {\"id\": \"a/b/" + name + "\"}" + separator;
    removed += "\"a/b/" + name + "\"" + separator;
  }
  const Reply reply = check(site, {{"codelists", ""}, {"manifest", manifest + "}}"}});
  CHECK(reply.status == 200);
  CHECK(reply.body == R"({"status": "error", "data": {"added": [], "removed": [)" + removed +
                          R"(], "changed": []}})");
}

TEST_CASE("a check that cannot be made is refused with the reason", "[v1]") {
  ApiSite site;
  seed_golden_state(site);
  const auto error_of = [&](const std::string& codelists, const std::string& manifest) {
    const Reply reply = check(site, {{"codelists", codelists}, {"manifest", manifest}});
    CHECK(reply.status == 400);
    return reply.json().at("error").get<std::string>();
  };
  CHECK(error_of("", R"({"files": []})") == "manifest: has no object `files`");
  CHECK(error_of("", R"({"files": {"a.csv": {"id": 1}}})") ==
        "manifest: the file a.csv has no text `id`");
  std::string many;
  for (int i = 0; i <= 2000; ++i) many += "a/b/c\n";
  CHECK(error_of(many, R"({"files": {}})") == "codelists: has more than 2000 codelists");
  const Reply no_form = site.ask({.method = "POST", .target = "/api/v1/check/", .body = "{}"});
  CHECK(no_form.status == 400);
  const auto sentence_of = [&](const std::string& line) {
    const Reply reply = check(site, {{"codelists", line}, {"manifest", R"({"files": {}})"}});
    CHECK(reply.status == 200);
    return reply.json().at("data").at("error").get<std::string>();
  };
  for (const char* line : {"a", "a/b", "a/b/c/d", "user/a/b/c/d", "/user/a/b/c", "a//c", "a b/c/d",
                           "//b/c", "user//b/c"}) {
    CHECK(sentence_of(line) == std::string(line) + " does not match expected codelist pattern");
  }
  CHECK(sentence_of("user/b/c") == "user/b/c could not be found");
  CHECK(sentence_of("/a/b/c") == "/a/b/c could not be found");
}

}  // namespace codelog::tests::v1_check_test
