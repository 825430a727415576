#include <catch2/catch.hpp>
#include <map>

#include "tests/tools/program.h"

namespace codelog::tools::test::demo_test {
namespace {

std::map<std::string, int> count_by_status(const Json& codelists) {
  std::map<std::string, int> counts;
  for (const Json& codelist : codelists) ++counts[codelist["status"].get<std::string>()];
  return counts;
}

TEST_CASE("the demonstration has codelists in all states, and is made only once", "[program]") {
  const Data data;
  const Json made = data.run_json({"demo"});
  CHECK(made["created"] == true);
  CHECK(made["tokens"].size() == 3);
  const auto counts = count_by_status(made["codelists"]);
  CHECK(counts.at("published") == 2);
  CHECK(counts.at("under review") == 1);
  CHECK(counts.at("draft") == 3);
  CHECK(made["releases"] == Json{"snomedct_demo_20240101", "snomedct_demo_20240701",
                                 "bnf_demo_20240101", "dmd_demo_20240101", "icd10_demo_20240101"});

  const Json again = data.run_json({"demo"});
  CHECK(again["created"] == false);
  CHECK(again["tokens"].empty());
  const std::string text = data.run({"demo"});
  CHECK_THAT(text, Catch::Contains("there already") && Catch::Contains("codelog serve") &&
                       Catch::Contains("codelog user token alice"));
  CHECK(data.run_json({"log", "verify"})["problems"].empty());
  CHECK(data.run_json({"log", "rebuild", "--check"})["equal"] == true);
}

TEST_CASE("the demonstration has a later release, to which its codelists can be upgraded",
          "[program]") {
  const Data data;
  const Json made = data.run_json({"demo"});
  const Server server(data.path());
  for (const Json& codelist : made["codelists"]) {
    const std::string url = "/api/v2/versions/" + codelist["version"].get<std::string>();
    const Json version = Json::parse(server.get(url).body);
    CHECK_THAT(version["release"].get<std::string>(), Catch::EndsWith("_demo_20240101"));
    if (codelist["slug"] != "asthma-diagnoses" || codelist["status"] != "published") continue;
    const Json preview =
        Json::parse(server.get(url + "/upgrade?release=snomedct_demo_20240701").body);
    CHECK(preview["outcome"] == "affected");
    const Json& counts = preview["counts"];
    CHECK(counts["newly_matched"] == 4);
    CHECK(counts["inactive"] == 2);
    CHECK(counts["moved"] == 1);
    CHECK(counts["renamed"] == 1);
  }
}

TEST_CASE("the demonstration can be made while a server runs, and used at once", "[program]") {
  const Data data;
  const Server server(data.path());
  const std::string text = data.run({"demo"});
  CHECK_THAT(text, Catch::Contains("made 5 releases") && Catch::Contains("token of alice") &&
                       Catch::Contains("http://127.0.0.1:7000"));
  const auto at = text.find("token=") + 6;
  const std::string token = text.substr(at, 40);

  const Json codelists = Json::parse(server.get("/api/v1/codelist/example-university/").body);
  REQUIRE(codelists["codelists"].size() >= 2);
  for (const Json& codelist : codelists["codelists"]) {
    for (const Json& version : codelist["versions"]) {
      if (version["status"] != "published") continue;
      const HttpAnswer csv =
          server.get("/codelist/" + version["full_slug"].get<std::string>() + "/download.csv");
      CHECK(csv.status == 200);
      CHECK_THAT(csv.body, Catch::StartsWith("code,term\r\n"));
      CHECK(std::count(csv.body.begin(), csv.body.end(), '\n') > 5);
    }
  }
  const auto created = server.send(
      json_request("POST", "/api/v2/codelists", token,
                   {{"owner", "user/alice"}, {"name", "My first"}, {"coding_system", "snomedct"}}));
  CHECK(created.status == 201);
}

TEST_CASE("a demonstration that was interrupted is completed", "[program]") {
  const Data data;
  data.run({"user", "add", "bob", "--name", "Bob", "--email", "bob@example.org"});
  const Json made = data.run_json({"demo"});
  CHECK(made["created"] == true);
  CHECK(made["tokens"].size() == 3);
}

}  // namespace
}  // namespace codelog::tools::test::demo_test
