#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "events/base/clock.h"
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
  CHECK(counts.at("published") == 6);
  CHECK(counts.at("under review") == 3);
  CHECK(counts.at("draft") == 5);
  CHECK(made["releases"] == Json{"snomedct_demo_20240101", "bnf_demo_20240101", "dmd_demo_20240101",
                                 "icd10_demo_20240101", "snomedct_demo_20240701"});

  const Json again = data.run_json({"demo"});
  CHECK(again["created"] == false);
  CHECK(again["tokens"].empty());
  const std::string text = data.run({"demo"});
  CHECK_THAT(text, Catch::Contains("there already") && Catch::Contains("codelog serve") &&
                       Catch::Contains("codelog user token alice"));
  CHECK(data.run_json({"log", "verify"})["problems"].empty());
  CHECK(data.run_json({"log", "rebuild", "--check"})["equal"] == true);
}

TEST_CASE("a demonstration of another size has the same codelists", "[program]") {
  const Data data;
  const Json made = data.run_json({"demo", "--concepts", "6000"});
  CHECK(count_by_status(made["codelists"]).at("published") == 6);
}

Json commit_at(const Data& data, bool newest) {
  std::vector<std::string> arguments = {"log", "list", "--limit", "1"};
  if (newest) arguments.push_back("--newest-first");
  return data.run_json(arguments);
}

TEST_CASE("the history of a demonstration in a new folder is eight weeks old", "[program]") {
  const Data data;
  const std::string before = base::format_timestamp(base::SystemClock().now());
  data.run({"demo"});
  const std::string first = commit_at(data, false)["time"].get<std::string>();
  const std::string last = commit_at(data, true)["time"].get<std::string>();
  const auto at = [](const std::string& time) { return base::parse_timestamp(time)->unix_us; };
  constexpr std::int64_t day_us = 86'400'000'000;
  CHECK(at(before) - at(first) >= 55 * day_us);
  CHECK(at(last) - at(first) >= 48 * day_us);
  CHECK(at(last) <= at(before));
}

TEST_CASE("the history of a folder in use goes on in the present", "[program]") {
  const Data data;
  data.run({"user", "add", "ada", "--name", "Ada", "--email", "ada@example.org"});
  data.run({"demo"});
  std::istringstream lines(data.run({"log", "list", "--limit", "1000", "--json"}));
  std::string line;
  std::int64_t before_us = base::SystemClock().now().unix_us - 60'000'000;
  int commits_count = 0;
  while (std::getline(lines, line)) {
    const auto time = base::parse_timestamp(Json::parse(line)["time"].get<std::string>());
    CHECK(time->unix_us >= before_us);
    before_us = time->unix_us;
    ++commits_count;
  }
  CHECK(commits_count > 90);
}

TEST_CASE("the demonstration's people log in with the password that it prints", "[program]") {
  const Data data;
  const Json made = data.run_json({"demo"});
  const std::string password = made["password"].get<std::string>();
  CHECK(password.size() >= 20);
  const Server server(data.path());
  for (const char* username : {"alice", "bob", "carol"}) {
    const HttpAnswer page = server.get("/accounts/login/");
    CAPTURE(username);
    REQUIRE(page.status == 200);
    const std::string cookie(page.header("set-cookie"));
    const std::string name = "csrftoken=";
    REQUIRE(cookie.find(name) != std::string::npos);
    const auto from = cookie.find(name);
    const std::string pair = cookie.substr(from, cookie.find(';', from) - from);
    const HttpAnswer answer = server.send(
        {.method = "POST",
         .target = "/accounts/login/",
         .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Cookie", pair}},
         .body = "username=" + std::string(username) + "&password=" + password +
                 "&csrfmiddlewaretoken=" + pair.substr(name.size())});
    CHECK(answer.status == 302);
  }
}

TEST_CASE("the demonstration has a later release, to which its codelists can be upgraded",
          "[program]") {
  const Data data;
  const Json made = data.run_json({"demo"});
  const Server server(data.path());
  for (const Json& codelist : made["codelists"]) {
    if (codelist["slug"] == "headaches") continue;  // only its owner reads it
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
      CHECK(std::count(csv.body.begin(), csv.body.end(), '\n') > 2);
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
