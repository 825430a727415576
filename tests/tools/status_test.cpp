// codelog status, /health-check/?details and the metrics of upkeep.
#include <catch2/catch.hpp>
#include <thread>

#include "tests/tools/program.h"
#include "tools/demo/releases.h"

namespace codelog::tools::test::status_test {
namespace {

namespace fs = std::filesystem;

std::string import_demo_release(const Data& data) {
  const fs::path archive = data.path().parent_path() / "archive.zip";
  REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = 100}));
  std::string alias = data.run(
      {"import", "snomedct", archive.string(), "--release", "1.0", "--valid-from", "2024-01-01"});
  return alias.substr(0, alias.find('\n'));
}

// Without the room on this machine.
std::vector<std::string> concerns_in(const Json& status) {
  std::vector<std::string> names;
  for (const Json& concern : status["concerns"]) {
    if (concern["name"] != "space_low") names.push_back(concern["name"]);
  }
  return names;
}

Json status_of(const Data& data) {
  const FinishedProcess finished =
      run_codelog({"status", "--json", "--data", data.path().string()});
  const Json status = Json::parse(finished.output);
  CHECK(finished.exit_code == (status["concerns"].empty() ? 0 : 1));
  return status;
}

// The server knows its status soon after its start.
HttpAnswer details_of(const Server& server) {
  while (true) {
    HttpAnswer answer = server.get("/health-check/?details");
    if (answer.body != "not known yet\n") return answer;
    std::this_thread::yield();
  }
}

}  // namespace

TEST_CASE("status works with and without a server", "[status]") {
  const Data data;
  CHECK_THAT(data.refused({"status"})["detail"].get<std::string>(),
             Catch::Contains("there is no site in"));
  CHECK_FALSE(fs::exists(data.path()));
  const std::string alias = import_demo_release(data);
  const Json without = status_of(data);
  CHECK(without["server"].is_null());
  CHECK(without["archive"].is_null());
  CHECK(without["verification"]["last"].is_null());
  CHECK(without["files"]["registered"] == 1);
  CHECK(concerns_in(without).empty());
  data.run({"log", "verify"});
  CHECK(status_of(data)["verification"]["last"]["problems"] == 0);

  Server server(data.path());
  const Json with = status_of(data);
  CHECK(with["server"]["started_at"].is_string());
  CHECK(with["log"]["position"] == without["log"]["position"]);
  CHECK(with["witness"]["position"] == with["log"]["position"]);
  CHECK(with["keys"]["signing"].size() == 1);
  CHECK(with["log"]["takes_writes"] == true);
  const std::string words = run_codelog({"status", "--data", data.path().string()}).output;
  for (const char* label :
       {"server        since ", "log           position ", "witness ", "views         up to date",
        "archive       none", "verified ", "free space ", "files         1 registered, 0 missing",
        "signing key   0 days old, codelog.local/", "people's keys 0, 0 unusable"}) {
    CHECK_THAT(words, Catch::Contains(label));
  }
  const HttpAnswer details = details_of(server);
  CHECK(details.status == 200);
  const Json shown = Json::parse(details.body);
  CHECK(shown["log"]["root"] == with["log"]["root"]);
  CHECK_FALSE(shown["witness"].contains("file"));
  CHECK_THAT(details.body, !Catch::Contains(data.path().string()));
  CHECK(server.get("/health-check/").body.empty());
  const std::string metrics = server.get("/metrics").body;
  for (const char* name :
       {"codelog_concerns ", "codelog_free_bytes ", "codelog_free_bytes_min 201326592",
        "codelog_verification_last_timestamp_seconds 1", "codelog_verification_problems 0",
        "codelog_verification_remaining_commits ", "codelog_log_signing_key_timestamp_seconds 1"}) {
    CHECK_THAT(metrics, Catch::Contains(name));
  }
  CHECK(server.stop() == 0);

  fs::remove(data.path() / "coding_systems" / "snomedct" / (alias + ".sqlite3"));
  const Json missing = status_of(data);
  CHECK(concerns_in(missing) == std::vector<std::string>{"release_missing"});
  CHECK_THAT(run_codelog({"status", "--data", data.path().string()}).output,
             Catch::Contains("Needs a person:") && Catch::Contains(alias) &&
                 Catch::Contains("import it again"));
}

TEST_CASE("a site that cannot be opened has a status too", "[status]") {
  const Data data;
  data.run({"user", "add", "ada", "--name", "Ada", "--email", "ada@example.org"});
  fs::remove(data.path() / "keys" / "head-witness");
  const Json error = data.refused({"status"});
  CHECK_THAT(error["detail"].get<std::string>(),
             Catch::Contains("witness") && Catch::Contains("--accept-missing-witness"));
}

TEST_CASE("a new site's log is verified after the start of its server", "[status]") {
  const Data data;
  data.run({"log", "list"});
  Server server(data.path());
  while (status_of(data)["verification"]["last"].is_null()) std::this_thread::yield();
  CHECK(server.stop() == 0);
  CHECK(status_of(data)["verification"]["last"]["problems"] == 0);
}

TEST_CASE("a site that is full is unhealthy in the details too", "[status]") {
  const Data data;
  data.run({"log", "list"});
  // No volume has this much room.
  Server server(data.path(), ServeOptions{.arguments = {"--free-space-min", "1073741824"}});
  const HttpAnswer details = details_of(server);
  CHECK(details.status == 503);
  const Json status = Json::parse(details.body);
  CHECK(status["log"]["takes_writes"] == false);
  CHECK(concerns_in(status) == std::vector<std::string>{"log_refuses_writes"});
}

}  // namespace codelog::tools::test::status_test
