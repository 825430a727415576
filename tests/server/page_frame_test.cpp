// Every page has the site's frame for who reads it: also pages for errors, and those beside the
// forms of OpenCodelists.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/application/pages.h"
#include "server/pages/assets.h"
#include "tests/server/browser.h"

namespace codelog::tests::page_frame_test {
namespace {

using Catch::Contains;

struct Fixture {
  ApiSite site;
  Browser alice{site};
  std::string page;  // of a version

  Fixture() {
    site.set_up();
    set_passwords(site, {"alice"});
    alice.log_in("alice");
    alice.set_cookie("theme", "dark");
    const Reply made = site.send("POST", "/api/v2/codelists",
                                 {{"owner", "organisation/test-org"},
                                  {"name", "Elbows"},
                                  {"coding_system", "snomedct"},
                                  {"csv", "code,term\n2247004,Elbow\n"}});
    INFO(made.body);
    REQUIRE(made.status == 201);
    hash = made.json().at("version").at("hash");
    page = "/codelist/test-org/elbows/" + hash + "/";
  }

  std::string hash;
};

void check_is_alices(const Reply& reply, int status) {
  CHECK(reply.status == status);
  CHECK_THAT(reply.body, Contains("Logged in as <strong>alice</strong>"));
  CHECK_THAT(reply.body, Contains("data-theme=\"dark\"") && Contains("name=\"csrf-token\""));
  CHECK(reply.header("cache-control") == "no-store");
}

}  // namespace

TEST_CASE_METHOD(Fixture, "all pages know who reads them, and in which theme", "[web][frame]") {
  check_is_alices(alice.get("/nothing/here/"), 404);
  check_is_alices(alice.get("/codelist/test-org/elbows/none/"), 404);
  check_is_alices(alice.get("/codelist/test-org/elbows/none/download.csv"), 404);
  check_is_alices(alice.get("/503"), 503);
  check_is_alices(alice.get("/coding-systems/latest-releases"), 200);
  check_is_alices(alice.get(page + "diff/" + hash + "/"), 200);
  check_is_alices(alice.get(page + "diff/none/"), 404);
  check_is_alices(alice.post("/conversions/"), 400);
  check_is_alices(alice.forge("/accounts/settings/name/", {{"name", "Eve"}}), 400);
}

TEST_CASE_METHOD(Fixture, "guests are offered to log in, and come back", "[web][frame]") {
  for (const std::string& path : {std::string("/nothing/here/"), page + "diff/" + hash + "/"}) {
    const std::string body = site.get(path).body;
    CHECK_THAT(body, Contains("href=\"/accounts/login/?next=" + path + "\""));
    CHECK_THAT(body, !Contains("Log out") && !Contains("csrf-token"));
  }
}

// Each takes a share of a second of a processor.
TEST_CASE_METHOD(Fixture, "browsers do not read ahead what takes long to make", "[web][frame]") {
  const Reply rules = site.get(pages::site_assets().path_of("speculation.json"));
  const auto where = nlohmann::json::parse(rules.body).at("prefetch").at(0).at("where").at("and");
  for (const char* pattern : {"/*/diff/*", "/compare/*", "/*/-/history/*", "/*/-/methods/*",
                              "/*\\?*rows=all*", "/*\\.csv*"}) {
    CHECK(where.dump().find(nlohmann::json{{"not", {{"href_matches", pattern}}}}.dump()) !=
          std::string::npos);
  }
}

TEST_CASE_METHOD(Fixture, "programs get problems, and an overloaded server looks nobody up",
                 "[web][frame]") {
  CHECK(site.get("/api/v2/nothing").header("content-type") == "application/problem+json");
  http::Request request;
  const http::Response busy =
      application::server_error_page(site.application(), request, 503, "Too many are waiting.");
  CHECK(busy.status == 503);
  CHECK_THAT(std::string(busy.content()), Contains("Too many are waiting.") && !Contains("Log in"));
}

}  // namespace codelog::tests::page_frame_test
