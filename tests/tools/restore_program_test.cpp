// `codelog restore` as ops run it: beside a running server, after damage, killed, and on a full
// volume.
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include "tests/tools/program.h"
#include "tools/demo/releases.h"

namespace codelog::tools::test::restore_program_test {
namespace {

namespace fs = std::filesystem;

std::string line_of(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string import_release(const Data& data) {
  const fs::path archive = data.path().parent_path() / "archive.zip";
  REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = 200}));
  return line_of(data.run(
      {"import", "snomedct", archive.string(), "--release", "1.0", "--valid-from", "2024-01-01"}));
}

// A site of one user, and a place for restored ones.
class Site {
 public:
  Site() {
    data.run({"user", "add", "ada", "--name", "Ada", "--email", "ada@example.org", "--admin"});
    token = line_of(data.run({"user", "token", "ada"}));
  }

  fs::path target() const { return data.path().parent_path() / "restored"; }

  FinishedProcess restore(std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"restore", data.path().string(), "--to",
                                          target().string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_codelog(arguments);
  }
  Json restored(std::vector<std::string> more = {}) const {
    more.emplace_back("--json");
    const FinishedProcess finished = restore(std::move(more));
    CAPTURE(finished.errors);
    REQUIRE(finished.exit_code == 0);
    return Json::parse(finished.output);
  }
  std::string refusal(std::vector<std::string> more = {}) const {
    const FinishedProcess finished = restore(std::move(more));
    CAPTURE(finished.output);
    CHECK(finished.exit_code == 1);
    return finished.errors;
  }

  HttpAnswer create(const Server& server, const std::string& name,
                    const std::string& description = "") const {
    const Json body = {{"owner", "user/ada"},
                       {"name", name},
                       {"coding_system", "snomedct"},
                       {"description", description}};
    return server.send(json_request("POST", "/api/v2/codelists", token, body));
  }

  // Makes the log several megabytes long; nothing in it comes twice.
  void grow() const {
    import_release(data);
    std::mt19937_64 random(1);
    const Server server(data.path());
    for (int i = 0; i < 40; ++i) {
      std::string text(100'000, ' ');
      for (char& letter : text) letter = static_cast<char>('!' + random() % 90);
      REQUIRE(create(server, "Codelist " + std::to_string(i), text).status == 201);
    }
  }

  Data data;
  std::string token;
};

std::uint64_t last_position(const fs::path& data) {
  const FinishedProcess listed = run_codelog(
      {"log", "list", "--newest-first", "--limit", "1", "--json", "--data", data.string()});
  CAPTURE(listed.errors);
  REQUIRE(listed.exit_code == 0);
  return Json::parse(listed.output)["position"].get<std::uint64_t>();
}

void check_good(const fs::path& data) {
  const FinishedProcess verified = run_codelog({"log", "verify", "--data", data.string()});
  CAPTURE(verified.output, verified.errors);
  CHECK(verified.exit_code == 0);
  const FinishedProcess rebuilt =
      run_codelog({"log", "rebuild", "--check", "--data", data.string()});
  CAPTURE(rebuilt.output, rebuilt.errors);
  CHECK(rebuilt.exit_code == 0);
}

TEST_CASE("a site is restored beside its server, which goes on writing", "[restore]") {
  Site site;
  import_release(site.data);
  Server server(site.data.path());
  REQUIRE(site.create(server, "First").status == 201);
  std::atomic<int> created = 0;
  std::jthread writer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const Json body = {{"owner", "user/ada"},
                         {"name", "List " + std::to_string(created)},
                         {"coding_system", "snomedct"}};
      auto client = HttpClient::connect(server.port());
      if (!client) return;
      const auto answer = client->send(json_request("POST", "/api/v2/codelists", site.token, body));
      if (answer && answer->status == 201) ++created;
    }
  });
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (created < 5) {
    REQUIRE(std::chrono::steady_clock::now() < patience);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const int before = created;
  const Json report = site.restored({"--with-releases"});
  writer.request_stop();
  writer.join();
  CHECK(report["root_compared"] == true);
  CHECK(report["files_missing"].empty());
  CHECK(report["files_brought"].size() == 1);
  CHECK(report["keys"] == 1);
  check_good(site.target());

  Server restored(site.target());
  CHECK(restored.get("/health-check/").status == 200);
  const std::string last = "/api/v2/codelists/user/ada/list-" + std::to_string(before - 1);
  CHECK(restored.get(last).status == 200);
  // The user, with her token and her name, is there.
  CHECK(site.create(restored, "New").status == 201);
  CHECK(server.get("/api/v2/codelists/user/ada/new").status == 404);
}

TEST_CASE("a restore says which files are missing, in words and as JSON", "[restore]") {
  Site site;
  const std::string alias = import_release(site.data);
  const std::string file = "coding_systems/snomedct/" + alias + ".sqlite3";
  SECTION("all of them") {
    CHECK(site.restored()["files_missing"] == Json{file});
    CHECK_FALSE(fs::exists(site.target() / file));
  }
  SECTION("in words") {
    const FinishedProcess finished = site.restore();
    CHECK(finished.exit_code == 0);
    CHECK_THAT(finished.output, Catch::Contains("missing files of releases") &&
                                    Catch::Contains(file) &&
                                    Catch::Contains("codelog serve --data"));
  }
  SECTION("none, into a folder named with a slash") {
    const FinishedProcess finished =
        run_codelog({"restore", site.data.path().string() + "/", "--to",
                     site.target().string() + "/", "--with-releases", "--json"});
    CAPTURE(finished.errors);
    REQUIRE(finished.exit_code == 0);
    CHECK(Json::parse(finished.output)["files_missing"].empty());
    CHECK(fs::exists(site.target() / file));
    CHECK((fs::status(site.target()).permissions() & fs::perms::group_all) == fs::perms::none);
  }
  SECTION("a changed one") {
    fs::resize_file(site.data.path() / file, 1000);
    const Json missing = site.restored({"--with-releases"})["files_missing"];
    CHECK(missing == Json{file + ": it is not the registered one"});
    CHECK_FALSE(fs::exists(site.target() / file));
  }
  SECTION("one that is gone") {
    fs::remove(site.data.path() / file);
    const Json missing = site.restored({"--with-releases"})["files_missing"];
    CHECK(missing == Json{file + ": it is not in the source"});
  }
}

TEST_CASE("a dry run tells what would be left out, and makes nothing", "[restore]") {
  Site site;
  import_release(site.data);
  const std::uint64_t before = last_position(site.data.path());
  {
    const Server server(site.data.path());
    REQUIRE(site.create(server, "Asthma").status == 201);
    REQUIRE(site.create(server, "Gout").status == 201);
  }
  const auto dry_run = [&](std::vector<std::string> more) {
    more.insert(more.begin(), {"restore", site.data.path().string(), "--dry-run"});
    return run_codelog(more);
  };
  const FinishedProcess told = dry_run({"--at", std::to_string(before)});
  CAPTURE(told.output, told.errors);
  CHECK(told.exit_code == 0);
  const auto gout = told.output.find("codelist user/ada/gout (2): 1 commit by ada, ");
  const auto asthma = told.output.find("codelist user/ada/asthma (1): 1 commit by ada, ");
  CHECK(gout < asthma);
  CHECK(asthma != std::string::npos);
  CHECK_THAT(told.output, Catch::Contains("left out: 2 commits") &&
                              Catch::Contains("codelist created, version created"));
  CHECK_FALSE(fs::exists(site.target()));
  const Json plan = Json::parse(dry_run({"--until", "2020-01-01", "--json"}).errors);
  CHECK_THAT(plan["error"]["detail"].get<std::string>(), Catch::Contains("first commit"));
  CHECK(Json::parse(dry_run({"--json"}).output)["left_out_commits"] == 0);
}

TEST_CASE("a restore with a wrong command line makes nothing", "[restore]") {
  Site site;
  CHECK(site.restore({"--at", "1", "--until", "2026-01-01"}).exit_code == 2);
  CHECK(site.restore({"--at", "0"}).exit_code == 2);
  CHECK(site.restore({"--until", "yesterday"}).exit_code == 2);
  CHECK(run_codelog({"restore", site.data.path().string()}).exit_code == 2);
  CHECK(run_codelog({"restore"}).exit_code == 2);
  CHECK_FALSE(fs::exists(site.target()));
}

TEST_CASE("one codelist is brought back, with or without a server", "[restore]") {
  Site site;
  import_release(site.data);
  const std::string codelist = "/api/v2/codelists/user/ada/asthma";
  std::uint64_t then = 0;
  {
    const Server server(site.data.path());
    REQUIRE(site.create(server, "Asthma").status == 201);
    then = last_position(site.data.path());
    REQUIRE(server.send(json_request("DELETE", codelist, site.token, nullptr)).status == 200);
    const std::vector<std::string> restore = {"restore", "codelist", "user/ada/asthma", "--as-of",
                                              std::to_string(then)};
    CHECK_THAT(site.data.run(restore), Catch::Contains("1 version made again, 0 deleted"));
    CHECK(server.get(codelist).status == 200);
    CHECK_THAT(site.data.run(restore, 1), Catch::Equals(""));
    REQUIRE(server.send(json_request("DELETE", codelist, site.token, nullptr)).status == 200);
  }
  const Json restored = site.data.run_json({"restore", "codelist", "user/ada/asthma", "--as-of",
                                            std::to_string(then), "--reason", "needed again"});
  CHECK(restored["restored"].size() == 1);
  const Server server(site.data.path());
  CHECK(server.get(codelist).status == 200);
  const Json refused = site.data.refused({"restore", "codelist", "asthma", "--as-of", "1"});
  CHECK(refused["errors"][0]["field"] == "codelist");
  CHECK(run_codelog({"restore", "codelist"}).exit_code == 2);
}

// The write-ahead log with nearly all commits: nothing of a small log is in a table yet.
fs::path largest_wal(const Data& data) {
  fs::path largest;
  for (const auto& entry : fs::directory_iterator(data.path() / "log")) {
    const bool is_log = entry.path().extension() == ".log";
    if (is_log && (largest.empty() || entry.file_size() > fs::file_size(largest))) {
      largest = entry.path();
    }
  }
  return largest;
}

void flip_byte(const fs::path& file, std::uintmax_t at) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(bytes.get() ^ 0x10);
  bytes.seekp(static_cast<std::streamoff>(at));
  bytes.put(byte);
}

TEST_CASE("a damaged log is restored up to the damage, as the refusal advises",
          "[restore][damage]") {
  Site site;
  site.grow();
  const std::uint64_t head = last_position(site.data.path());
  const fs::path wal = largest_wal(site.data);
  std::string expected;
  SECTION("without its end") {
    fs::resize_file(wal, fs::file_size(wal) * 3 / 4);
    expected = "commit " + std::to_string(head) + " was acknowledged: the end is missing";
  }
  SECTION("with a hole") {
    flip_byte(wal, fs::file_size(wal) / 2);
    expected = " is missing. A restore to an earlier moment is possible";
  }
  // The site itself does not open any more.
  CHECK(run_codelog({"log", "list", "--data", site.data.path().string()}).exit_code == 1);
  const std::string error = site.refusal();
  CHECK_THAT(error, Catch::Contains(expected));
  CHECK_FALSE(fs::exists(site.target()));
  const std::string advice = "--at ";
  REQUIRE(error.find(advice) != std::string::npos);
  const std::uint64_t last = std::stoull(error.substr(error.rfind(advice) + advice.size()));
  CHECK(last < head);
  // The moment itself is before the damage; a later one is not.
  CHECK(site.restored({"--at", std::to_string(last)})["position"] == last);
  check_good(site.target());
  CHECK(last_position(site.target()) >= last);
  fs::remove_all(site.target());
  CHECK(site.restore({"--at", std::to_string(last + 1)}).exit_code == 1);
  CHECK_FALSE(fs::exists(site.target()));
}

TEST_CASE("a restore that is killed at any moment leaves a whole site or none", "[restore]") {
  Site site;
  site.grow();
  const std::uint64_t head = last_position(site.data.path());
  const auto start = std::chrono::steady_clock::now();
  site.restored();
  const auto whole_time = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - start);
  fs::remove_all(site.target());
  std::mt19937 random(3);
  int unfinished = 0;
  for (int round = 0; round < 12; ++round) {
    // Most rounds begin without the rest of the one before.
    if (round % 3 != 0) fs::remove_all(site.target());
    auto process =
        ChildProcess::start({.arguments = {CODELOG_PROGRAM, "restore", site.data.path().string(),
                                           "--to", site.target().string()}});
    REQUIRE(process);
    const fs::path marker = site.target() / "unfinished-restore";
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!fs::exists(marker) && std::chrono::steady_clock::now() < patience) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    const auto later = static_cast<std::uint64_t>(whole_time.count());
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % (later + 1)));
    process->send_signal(SIGKILL);
    process->wait();
    if (!fs::exists(site.target() / "log")) continue;
    const FinishedProcess listed =
        run_codelog({"log", "list", "--data", site.target().string(), "--limit", "1"});
    CAPTURE(round, listed.errors);
    if (listed.exit_code == 0) {
      CHECK(last_position(site.target()) >= head);
      check_good(site.target());
      fs::remove_all(site.target());
    } else {
      CHECK_THAT(listed.errors, Catch::Contains("has not ended"));
      ++unfinished;
    }
  }
  CHECK(unfinished > 0);
  CHECK(site.restored()["position"] == head);
  check_good(site.target());
}

TEST_CASE("an interrupted restore leaves nothing", "[restore]") {
  Site site;
  site.grow();
  auto process =
      ChildProcess::start({.arguments = {CODELOG_PROGRAM, "restore", site.data.path().string(),
                                         "--to", site.target().string()}});
  REQUIRE(process);
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(site.target() / "log") && std::chrono::steady_clock::now() < patience) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  process->send_signal(SIGINT);
  // It may have been done already.
  const int exit_code = process->wait();
  CHECK(fs::exists(site.target()) == (exit_code == 0));
}

TEST_CASE("a restore for which there is no room leaves nothing", "[restore]") {
  Site site;
  site.grow();
  // No file may become larger than a megabyte.
  const std::string limited = "trap '' XFSZ; ulimit -f 1024; exec \"$@\"";
  const auto finished =
      run_process({.arguments = {"bash", "-c", limited, "bash", CODELOG_PROGRAM, "restore",
                                 site.data.path().string(), "--to", site.target().string()}});
  REQUIRE(finished);
  CAPTURE(finished->output, finished->errors);
  CHECK(finished->exit_code == 1);
  CHECK_FALSE(finished->errors.empty());
  // The source is whole: nobody should restore less of it.
  CHECK_THAT(finished->errors, !Catch::Contains("--at"));
  CHECK_FALSE(fs::exists(site.target()));
  CHECK(site.restored()["root_compared"] == true);
}

}  // namespace
}  // namespace codelog::tools::test::restore_program_test
