// Addresses of OpenCodelists that always give the same.
#include <catch2/catch.hpp>

#include "tests/server/api_site.h"

namespace codelog::tests::fixed_pages_test {

TEST_CASE("addresses with OpenCodelists' spelling mistake lead to the right ones", "[web]") {
  ApiSite site;
  for (const std::string kind : {"permanent", "temporary"}) {
    const std::string base = "/codelist/opensafely/" + kind + "-immunosuppresion/";
    const std::string right = "/codelist/opensafely/" + kind + "-immunosuppression/";
    for (const char* method : {"GET", "POST"}) {
      const Reply reply = site.ask({.method = method, .target = base});
      CHECK(reply.status == 301);
      CHECK(reply.header("location") == right);
    }
    const std::string day = kind == "permanent" ? "2020-06-02" : "2020-04-24";
    const Reply file = site.get(base + day + "/download.csv");
    CHECK(file.status == 301);
    CHECK(file.header("location") == right + day + "/download.csv");
    CHECK(site.get(base + "2021-01-01/download.csv").status == 404);
  }
}

TEST_CASE("each error page has its status, for any method", "[web]") {
  ApiSite site;
  for (const int status : {400, 403, 404, 500}) {
    for (const char* method : {"GET", "POST"}) {
      const Reply reply = site.ask({.method = method, .target = "/" + std::to_string(status)});
      CHECK(reply.status == status);
      CHECK_THAT(reply.body, Catch::Contains("<h1>" + std::to_string(status)));
    }
  }
}

TEST_CASE("robots are told what not to read", "[web]") {
  ApiSite site;
  const Reply reply = site.get("/robots.txt");
  CHECK(reply.status == 302);
  CHECK(reply.header("location") == "/static/robots.txt");
  CHECK_THAT(site.get("/static/robots.txt").body, Catch::StartsWith("User-agent: *\n"));
}

}  // namespace codelog::tests::fixed_pages_test
