// Versions made from expressions over API v1; v1_golden_test.cpp has OpenCodelists' own answers.
#include <catch2/catch.hpp>

#include "tests/server/api_site.h"

namespace codelog::tests::v1_ecl_test {
namespace {

using nlohmann::json;

constexpr const char* release = "snomedct_small_20240101";
constexpr const char* parent = "17081000000106";  // has eight codes below it

struct EclSite {
  ApiSite site;

  EclSite() {
    site.set_up();
    make("List", "snomedct", {{"codes", {"2247004"}}});
  }

  void make(const std::string& name, const std::string& system, json content) {
    content["owner"] = "organisation/test-org";
    content["name"] = name;
    content["coding_system"] = system;
    REQUIRE(site.send("POST", "/api/v2/codelists", content).status == 201);
  }

  Reply send(const json& ecl, json more = json::object(), const std::string& slug = "list") {
    more["ecl"] = ecl;
    if (!more.contains("coding_system_database_alias")) {
      more["coding_system_database_alias"] = release;
    }
    return site.ask({.method = "POST",
                     .target = "/api/v1/codelist/test-org/" + slug + "/versions/",
                     .token = "Token " + ApiSite::token_of("alice"),
                     .body = more.dump()});
  }

  std::string error_of(const json& ecl, const json& more = json::object(),
                       const std::string& slug = "list") {
    const std::uint64_t head = site.head();
    const Reply reply = send(ecl, more, slug);
    CHECK(reply.status == 400);
    CHECK(site.head() == head);
    return reply.json().at("error");
  }

  json newest() {
    const json codelist = site.get("/api/v2/codelists/organisation/test-org/list").json();
    const std::string hash = codelist.at("versions").back().at("hash");
    return site.get("/api/v2/versions/" + hash).json();
  }
};

}  // namespace

TEST_CASE_METHOD(EclSite, "a version is made from an expression, which its event keeps",
                 "[v1][ecl]") {
  const std::string ecl = std::string("<< ") + parent + " |A term| MINUS 2229005";
  const Reply made = send(ecl, {{"tag", "ecl"}, {"should_publish", true}});
  REQUIRE(made.status == 200);
  CHECK(made.json().at("codelist_version") == "/codelist/test-org/list/ecl/");
  const json version = newest();
  CHECK(version.at("status") == "under review");  // never published, as in OpenCodelists
  CHECK(version.at("statuses").size() == 9);
  CHECK(version.at("statuses").at("2229005") == "-");
  CHECK(version.at("statuses").at(parent) == "+");
  const Reply history = site.get("/api/v2/codelists/organisation/test-org/list/history");
  CHECK_THAT(history.body, Catch::Contains("\"expression\":\"<< 17081000000106 |A term|"));
  CHECK(error_of(ecl) == "No difference to previous version");
  CHECK(send(ecl, {{"always_create_new_version", true}}).status == 200);
}

TEST_CASE_METHOD(EclSite, "unknown codes of an expression are reported, or left out", "[v1][ecl]") {
  const std::string ecl = std::string("<<") + parent + " MINUS (<999999 OR 888888)";
  CHECK(error_of(ecl) ==
        "Attempting to import codes that aren't in the SNOMED CT (UK Clinical Edition)/" +
            std::string(release) + " coding system: 888888, 999999");
  REQUIRE(send(ecl, {{"ignore_unfound_codes", true}}).status == 200);
  CHECK(newest().at("statuses").size() == 9);
}

TEST_CASE_METHOD(EclSite, "an expression that cannot be used is refused", "[v1][ecl]") {
  CHECK(error_of(5) == "`ecl` must be a string");
  CHECK(error_of(nullptr) == "`ecl` must be a string");
  CHECK(error_of(std::string("<") + "2229005") == "codes: No codes");
  CHECK_THAT(error_of("<<17081000000106 OR"),
             Catch::StartsWith("ecl: line 1, column 20: the expression ends here"));
  make("Table", "null", {{"csv", "code\nx\n"}});
  CHECK(error_of("<<17081000000106", {{"coding_system_database_alias", "null_unknown_19000101"}},
                 "table") == "ecl: codelists of this system are uploaded as a table, not built");
}

}  // namespace codelog::tests::v1_ecl_test
