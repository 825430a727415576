// `codelog migrate` as operators run it: rehearsed, killed, refused, and then served.
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/migration/old_site.h"
#include "tests/tools/program.h"
#include "tools/bench/opencodelists_site.h"

namespace codelog::tools::test::migrate_program_test {
namespace {

namespace fs = std::filesystem;
using tests::OldSite;

std::vector<std::string> migrate(const OldSite& old, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"migrate", "opencodelists", old.storage().string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::uint64_t last_position(const Data& data) {
  const std::string newest = data.run({"log", "list", "--newest-first", "--limit", "1", "--json"});
  return Json::parse(newest).at("position").get<std::uint64_t>();
}

}  // namespace

TEST_CASE("a migrated site is served, with the old site's tokens", "[migration]") {
  const OldSite old;
  const auto files = old.files();
  const Data data;
  const std::string told = data.run(migrate(old, {"--dry-run"}));
  CHECK_THAT(told, Catch::Contains("would write"));
  CHECK_FALSE(fs::exists(data.path()));

  const Json report = data.run_json(migrate(old, {"--verify"}));
  CHECK(report["versions"]["added"] == 33);
  CHECK(report["verification"]["differences_count"] == 0);
  CHECK(old.files() == files);
  const Server server(data.path());
  CHECK(server.get("/codelist/test-org/new-style-codelist/v1/download.csv").status == 200);
  const Json body = {{"owner", "user/alice"}, {"name", "New"}, {"coding_system", "snomedct"}};
  const std::string token(40, 'a');
  const auto made = server.send(json_request("POST", "/api/v2/codelists", token, body));
  CAPTURE(made.body);
  REQUIRE(made.status == 201);
  const Json created = Json::parse(made.body);
  CHECK(created["id"] == 32);
  CHECK(created["version"]["hash"] == "2bf2b2ef");

  // The folder belongs to the server now.
  const Json error = data.refused(migrate(old));
  CHECK(error["code"] == "conflict");
}

TEST_CASE("the bench's site of OpenCodelists is migrated whole", "[migration]") {
  const OldSite old;
  const Data data;
  const std::string alias = "snomedct_small_20240101";
  const bench::OpenCodelistsSite site{
      .storage = data.path().parent_path() / "storage",
      .release_alias = alias,
      .release_file = old.storage() / "coding_systems" / "snomedct" / (alias + ".sqlite3"),
      .codelists_count = 30,
      .codes = {"128133004", "202855006", "239964003", "2320006"}};
  REQUIRE(bench::make_opencodelists_site(site));
  const Json report =
      data.run_json({"migrate", "opencodelists", site.storage.string(), "--verify"});
  CHECK(report["codelists"]["added"] == 30);
  CHECK(report["versions"]["added"] == 60);
  CHECK(report["codes"] == 27 * 2 * 4);
  CHECK(report["searches"] == 27 * 2);
  CHECK(report["verification"]["differences"].empty());
  CHECK(report["verification"]["notices"].empty());
}

TEST_CASE("differences of the two sites give exit code 1", "[migration]") {
  const OldSite old;
  const Data data;
  data.run(migrate(old));
  old.run("UPDATE codelists_codelist SET description = 'later' WHERE id = 1");
  const std::string told = data.run(migrate(old, {"--dry-run", "--verify"}), 1);
  CHECK_THAT(told, Catch::Contains("description in the API differs") &&
                       Catch::Contains("would write 1 commit"));
  CHECK_THAT(data.run(migrate(old, {"--verify"})), Catch::Contains("both sites are equal"));
}

TEST_CASE("a refused migration leaves no data folder", "[migration]") {
  const OldSite old;
  old.run("CREATE TABLE plugins (id integer); CREATE TABLE more (id integer)");
  const Data data;
  const Json error = data.refused(migrate(old));
  CHECK(error["code"] == "conflict");
  CHECK(error["errors"].size() == 2);
  CHECK_FALSE(fs::exists(data.path()));
  const FinishedProcess finished =
      run_codelog({"migrate", "opencodelists", "/nonexistent", "--data", data.path().string()});
  CHECK(finished.exit_code == 2);
}

TEST_CASE("a migration that is killed in its middle goes on", "[migration]") {
  const OldSite old;
  const Data data;
  // In the accounts, in the releases, and several times in the codelists.
  std::uint64_t killed_at = 0;
  for (const std::uint64_t position : {3u, 8u, 14u, 25u, 40u}) {
    CAPTURE(position);
    const auto killed =
        run_process({.arguments = {KILLED_MIGRATION, old.storage().string(), data.path().string(),
                                   std::to_string(position)}});
    REQUIRE(killed);
    CAPTURE(killed->errors);
    REQUIRE(killed->exit_code == 128 + SIGKILL);
    const std::uint64_t head = last_position(data);
    CHECK(head >= position);
    REQUIRE(head > killed_at);
    killed_at = head;
  }
  const Json report = data.run_json(migrate(old, {"--verify"}));
  CHECK(report["commits"] > 5);
  CHECK(last_position(data) == killed_at + report["commits"].get<std::uint64_t>());
  CHECK(report["verification"]["differences"].empty());
  CHECK_FALSE(fs::exists(data.path() / "migration"));
  data.run({"log", "verify"});
  data.run({"log", "rebuild", "--check"});
}

}  // namespace codelog::tools::test::migrate_program_test
