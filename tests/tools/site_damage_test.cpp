// Sites with damage on their disk, served and maintained as people do.
#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <thread>

#include "tests/tools/program.h"
#include "tools/demo/releases.h"

namespace codelog::tools::test::site_damage_test {
namespace {

namespace fs = std::filesystem;

std::string line_of(const std::string& text) { return text.substr(0, text.find('\n')); }

void flip_bit(const fs::path& file, std::uintmax_t at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(bytes.get() ^ 1);
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(byte);
}

std::string read_file(const fs::path& file) {
  std::ifstream bytes(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(bytes), std::istreambuf_iterator<char>()};
}

std::string make_user(const Data& data, const std::string& name) {
  data.run({"user", "add", name, "--name", "N", "--email", name + "@example.org", "--admin"});
  return line_of(data.run({"user", "token", name}));
}

std::string import_release(const Data& data) {
  const fs::path archive = data.path().parent_path() / "archive.zip";
  REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = 200}));
  return line_of(data.run(
      {"import", "snomedct", archive.string(), "--release", "1.0", "--valid-from", "2024-01-01"}));
}

// The server's answer once it has noticed, within a minute.
HttpAnswer wait_for_status(const Server& server, const std::string& target, int status) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  HttpAnswer answer = server.get(target);
  while (answer.status != status && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    answer = server.get(target);
  }
  return answer;
}

// A site with a codelist whose long description fills a block of the views.
struct LargeDescription {
  Data data;
  std::string token = make_user(data, "ada");
  std::string codelist = "/api/v2/codelists/user/ada/large";
  std::string log = (data.path() / "server.log").string();

  LargeDescription() {
    import_release(data);
    // Nothing in it comes twice, so that it is in the table as it is.
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
    std::mt19937_64 random(1);
    std::string description;
    while (description.size() < 20'000) description += letters[random() % letters.size()];
    const Json body = {{"owner", "user/ada"},
                       {"name", "Large"},
                       {"coding_system", "snomedct"},
                       {"description", description}};
    {
      Server server(data.path());
      REQUIRE(server.send(json_request("POST", "/api/v2/codelists", token, body)).status == 201);
      REQUIRE(server.stop() == 0);
    }
    data.run({"log", "rebuild"});
    for (const auto& entry : fs::directory_iterator(data.path() / "projections")) {
      const auto at = read_file(entry.path()).find(description.substr(10'000, 30));
      if (at == std::string::npos) continue;
      flip_bit(entry.path(), at);
      return;
    }
    FAIL("the description is in no table");
  }

  // A server reads every codelist for its searches, so it meets the damage before anybody asks. If
  // that is before it listens, it makes new views and starts again. Waits for one of both.
  bool stays_damaged(const Server& server) const {
    for (;;) {
      if (read_file(log).find("\"views_damaged\"") != std::string::npos) return false;
      if (server.get("/health-check/").status == 503) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
};

TEST_CASE("a server with damaged views answers 503, and makes new ones at its next start",
          "[damage]") {
  const LargeDescription site;
  const std::string place = site.data.path().string();
  {
    Server server(site.data.path(), {.arguments = {"--log-file", site.log}});
    if (site.stays_damaged(server)) {
      const HttpAnswer answer = server.get(site.codelist);
      CHECK(answer.status == 503);
      CHECK_THAT(answer.body, Catch::Contains("damaged") && !Catch::Contains(place));
      // From now on, all answers need views and are refused.
      CHECK(server.send(json_request("GET", "/api/v2/me", site.token, nullptr)).status == 503);
      CHECK(server.get("/api/v1/codelist/").status == 503);
      const Json body = {{"owner", "user/ada"}, {"name", "New"}, {"coding_system", "snomedct"}};
      CHECK(server.send(json_request("POST", "/api/v2/codelists", site.token, body)).status == 503);
      const HttpAnswer health = server.get("/health-check/");
      CHECK(health.status == 503);
      CHECK_THAT(health.body, Catch::Contains("views") && !Catch::Contains(place));
      CHECK_THAT(server.get("/metrics").body, Catch::Contains("codelog_views_failed 1"));
    }
    CHECK(server.stop() == 0);
  }
  Server server(site.data.path());
  CHECK(server.get(site.codelist).status == 200);
  CHECK(server.get("/health-check/").status == 200);
  CHECK(site.data.run_json({"log", "rebuild", "--check"})["equal"] == true);
  CHECK(server.stop() == 0);
}

TEST_CASE(
    "a check of damaged views reports the damage and exits with 1; the next start makes new ones",
    "[damage]") {
  const LargeDescription site;
  CHECK_THAT(site.data.run({"log", "rebuild", "--check"}, 1), Catch::Contains("damaged"));
  site.data.run({"log", "rebuild", "--check"});
}

TEST_CASE("a server's check of damaged views fails, and so does the server", "[damage]") {
  const LargeDescription site;
  Server server(site.data.path(), {.arguments = {"--log-file", site.log}});
  if (site.stays_damaged(server)) {
    CHECK_THAT(site.data.run({"log", "rebuild", "--check"}, 1),
               Catch::Contains("damaged") && Catch::Contains("restart"));
    CHECK(server.get("/health-check/").status == 503);
  } else {
    site.data.run({"log", "rebuild", "--check"});
    CHECK(server.get("/health-check/").status == 200);
  }
  CHECK(server.stop() == 0);
}

TEST_CASE("two checks of the views at once do not disturb each other", "[damage]") {
  const Data data;
  make_user(data, "ada");
  const Server server(data.path());
  std::vector<FinishedProcess> finished(4);
  {
    std::vector<std::jthread> checks;
    for (FinishedProcess& check : finished) {
      checks.emplace_back([&] {
        auto run = run_process({.arguments = {CODELOG_PROGRAM, "log", "rebuild", "--check",
                                              "--data", data.path().string()}});
        if (run) check = std::move(*run);
      });
    }
  }
  for (const FinishedProcess& check : finished) {
    CHECK_THAT(check.output, Catch::StartsWith("equal"));
    CHECK(check.exit_code == 0);
  }
}

TEST_CASE("a release file with a letter changed is refused, and shows in every status report",
          "[damage]") {
  const Data data;
  const std::string alias = import_release(data);
  const fs::path file = data.path() / "coding_systems" / "snomedct" / (alias + ".sqlite3");
  const std::string good = read_file(file);
  std::string changed = good;
  const auto at = changed.find("sthma");
  REQUIRE(at != std::string::npos);
  changed[at] = 'x';
  std::ofstream(file, std::ios::binary) << changed;

  Server server(data.path());
  const HttpAnswer search = server.get("/api/v2/releases/" + alias + "/search?term=xthma");
  CHECK(search.status == 503);
  CHECK_THAT(search.body, Catch::Contains(alias) && !Catch::Contains(data.path().string()));
  const HttpAnswer health = wait_for_status(server, "/health-check/", 503);
  CHECK(health.status == 503);
  CHECK_THAT(health.body, Catch::Contains(alias) && !Catch::Contains(data.path().string()));
  const std::string metric = "codelog_release_files_bad{state=\"changed\"} ";
  CHECK_THAT(server.get("/metrics").body, Catch::Contains(metric + "1"));
  const Json releases = Json::parse(server.get("/api/v2/releases").body);
  for (const Json& release : releases["releases"]) {
    CHECK(release["state"] == (release["alias"] == alias ? "changed" : "ready"));
  }

  // When put back, the file is accepted again without a restart.
  std::ofstream(file, std::ios::binary) << good;
  CHECK(wait_for_status(server, "/health-check/", 200).status == 200);
  CHECK(server.get("/api/v2/releases/" + alias + "/search?term=asthma").status == 200);
  CHECK_THAT(server.get("/metrics").body, Catch::Contains(metric + "0"));
  CHECK(server.stop() == 0);
}

TEST_CASE("an index that is cut short under a server is built again", "[damage]") {
  const Data data;
  const std::string alias = import_release(data);
  const std::string search = "/api/v2/releases/" + alias + "/search?term=asthma";
  Server server(data.path());
  const HttpAnswer before = server.get(search);
  REQUIRE(before.status == 200);
  fs::resize_file(data.path() / "coding_systems" / "snomedct" / (alias + ".index"), 1000);
  const HttpAnswer after = server.get(search);
  CHECK(after.status == 200);
  CHECK(after.body == before.body);
  CHECK(server.stop() == 0);
}

TEST_CASE("a damaged key is distinguished from an erased one", "[damage]") {
  const Data data;
  const std::string ada = make_user(data, "ada");
  make_user(data, "eve");
  data.run({"user", "erase", "eve"});
  CHECK(data.run_json({"log", "verify"})["problems"].empty());
  const fs::path key = fs::directory_iterator(data.path() / "keys" / "users")->path();
  const std::string good = read_file(key);
  REQUIRE(good.size() == 32);
  const bool is_missing = GENERATE(false, true);
  if (is_missing) {
    fs::remove(key);
  } else {
    flip_bit(key, 7);
  }
  const std::string what = is_missing ? "is missing" : "damaged";
  CHECK_THAT(data.run({"log", "verify"}, 1), Catch::Contains("ada") && Catch::Contains(what));
  // Commit 1 is the folder's own, and commits 2 and 4 add the users.
  const auto personal_in = [&](const char* position) {
    return data.run_json({"log", "show", position})["events"][0]["personal"];
  };
  CHECK_THAT(personal_in("2")["unreadable"].get<std::string>(), Catch::Contains(what));
  CHECK(personal_in("4") == Json{{"erased", true}});
  {
    Server server(data.path());
    CHECK(server.send(json_request("GET", "/api/v2/me", ada, nullptr)).status == 503);
    CHECK_THAT(server.get("/metrics").body, Catch::Contains("codelog_user_keys_bad 1"));
    CHECK(server.stop() == 0);
    CHECK_THAT(server.process().errors(), Catch::Contains("user_key_unusable"));
  }
  std::ofstream(key, std::ios::binary) << good;
  CHECK(data.run_json({"log", "verify"})["problems"].empty());
}

}  // namespace
}  // namespace codelog::tools::test::site_damage_test
