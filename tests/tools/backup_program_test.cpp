// `codelog backup`, `codelog restore` from an archive, and `codelog serve --archive`, as ops run
// them: beside a running server, killed, on a full volume, and twice to one place.
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <random>
#include <thread>

#include "events/base/file.h"
#include "tests/tools/program.h"
#include "tools/demo/releases.h"

namespace codelog::tools::test::backup_program_test {
namespace {

namespace fs = std::filesystem;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

// A site of one user, and an archive.
class ArchivedSite {
 public:
  ArchivedSite() {
    data.run(
        {"user", "add", "ada", "--name", "Ada Lovelace", "--email", "ada@example.org", "--admin"});
    token = first_line(data.run({"user", "token", "ada"}));
  }

  fs::path beside(const std::string& name) const { return data.path().parent_path() / name; }
  std::string place() const { return beside("archive").string(); }

  Json create(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"backup", "create", place()});
    return data.run_json(more);
  }
  // A command that needs no data folder.
  Json look(std::vector<std::string> arguments, int expected_exit_code = 0) const {
    arguments.emplace_back("--json");
    const FinishedProcess finished = run_codelog(arguments);
    CAPTURE(finished.errors, finished.output);
    REQUIRE(finished.exit_code == expected_exit_code);
    return Json::parse(finished.output);
  }
  Json restore(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"restore", place(), "--to", beside("restored").string()});
    return look(more);
  }

  HttpAnswer add_codelist(const Server& server, const std::string& name) const {
    const Json body = {{"owner", "user/ada"},
                       {"name", name},
                       {"coding_system", "snomedct"},
                       {"description", name}};
    return server.send(json_request("POST", "/api/v2/codelists", token, body));
  }

  Data data;
  std::string token;
};

std::uint64_t head_of(const fs::path& data) {
  const FinishedProcess listed = run_codelog(
      {"log", "list", "--newest-first", "--limit", "1", "--json", "--data", data.string()});
  CAPTURE(listed.errors);
  REQUIRE(listed.exit_code == 0);
  return Json::parse(listed.output)["position"].get<std::uint64_t>();
}

void import_small_release(const Data& data) {
  const fs::path archive = data.path().parent_path() / "release.zip";
  REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = 200}));
  data.run(
      {"import", "snomedct", archive.string(), "--release", "1.0", "--valid-from", "2024-01-01"});
}

TEST_CASE("a site is backed up and restored, with its keys and releases", "[backup]") {
  const ArchivedSite site;
  import_small_release(site.data);
  const fs::path secret = site.beside("secret");
  std::ofstream(secret) << "correct horse\nnot this\n";
  const Json made =
      site.create({"--with-keys", "--passphrase-file", secret.string(), "--with-releases"});
  const std::uint64_t head = head_of(site.data.path());
  CHECK(made["position"] == head);
  CHECK(made["keys"] == true);
  CHECK(made["files_copied"].size() == 1);
  CHECK(made["files_missing"].empty());
  CHECK(site.create()["new_commits"] == 0);

  const Json listed = site.look({"backup", "list", site.place()});
  CHECK(listed["position"] == head);
  CHECK(listed["restore_points"].size() == 2);
  CHECK(listed["restore_points"][0]["files"][0]["copied"] == true);
  const Json latest = site.look({"backup", "latest", site.place()});
  CHECK(latest["position"] == head);
  CHECK(latest["restore_point"]["position"] == head);
  const Json verified = site.look({"backup", "verify", site.place(), "--deep"});
  CHECK(verified["problems"].empty());
  CHECK(verified["commits"] == head);
  const Json drilled =
      site.look({"backup", "drill", site.place(), "--passphrase-file", secret.string()});
  CHECK(drilled["problems"].empty());
  CHECK(drilled["views_equal"] == true);

  const Json report = site.restore({"--passphrase-file", secret.string(), "--with-releases"});
  CHECK(report["position"] == head);
  CHECK(report["root"] == made["root"]);
  CHECK(report["keys"] == 1);
  CHECK(report["files_missing"].empty());
  const Data data;
  const FinishedProcess shown =
      run_codelog({"log", "show", "2", "--data", site.beside("restored").string(), "--json"});
  CHECK_THAT(shown.output, Catch::Contains("Ada Lovelace"));
  const Server server(site.beside("restored"));
  CHECK(server.get("/health-check/").status == 200);
}

TEST_CASE("a backup's secret can come on standard input, and must not be empty", "[backup]") {
  const ArchivedSite site;
  const std::vector<std::string> create = {"backup",      "create", site.place(),
                                           "--with-keys", "--data", site.data.path().string()};
  CHECK(run_codelog(create, "correct horse\n").exit_code == 0);
  const FinishedProcess empty = run_codelog(create, "");
  CHECK(empty.exit_code == 1);
  CHECK_THAT(empty.errors, Catch::Contains("the passphrase is empty"));
  // No byte of the archive is the secret or a name.
  for (const auto& file : fs::recursive_directory_iterator(site.place())) {
    if (!file.is_regular_file()) continue;
    const std::string bytes = *base::read_file(file.path());
    CHECK(bytes.find("correct horse") == std::string::npos);
    CHECK(bytes.find("Lovelace") == std::string::npos);
  }
}

TEST_CASE("a restore without the keys gives a site that opens, and names the people", "[backup]") {
  const ArchivedSite site;
  site.create();
  const Json report = site.restore();
  CHECK(report["keys"] == 0);
  CHECK(report["users_without_key"] == Json{"ada"});
  const Server server(site.beside("restored"));
  CHECK(server.get("/health-check/").status == 200);
}

TEST_CASE("a server archives what it commits, and says how far it is", "[backup][serve]") {
  const ArchivedSite site;
  import_small_release(site.data);
  {
    Server server(site.data.path(), ServeOptions{.arguments = {"--archive", site.place()}});
    REQUIRE(site.add_codelist(server, "Asthma").status == 201);
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    std::string metrics;
    do {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      metrics = server.get("/metrics").body;
    } while (metrics.find("\ncodelog_archive_lag_commits 0\n") == std::string::npos &&
             std::chrono::steady_clock::now() < patience);
    CHECK_THAT(metrics, Catch::Contains("\ncodelog_archive_lag_commits 0\n") &&
                            Catch::Contains("\ncodelog_archive_lag_seconds 0\n") &&
                            Catch::Contains("\ncodelog_archive_failing 0\n"));
    CHECK(site.look({"backup", "latest", site.place()})["position"] == head_of(site.data.path()));
    // A backup beside it, which the server makes itself.
    REQUIRE(site.add_codelist(server, "Gout").status == 201);
    CHECK(site.create()["position"] == head_of(site.data.path()));
    // What was committed last is archived at the end.
    REQUIRE(site.add_codelist(server, "Wheeze").status == 201);
    CHECK(server.stop() == 0);
  }
  CHECK(site.look({"backup", "latest", site.place()})["position"] == head_of(site.data.path()));
  CHECK(site.look({"backup", "verify", site.place()})["problems"].empty());
  CHECK(site.restore()["position"] == head_of(site.data.path()));
}

TEST_CASE("a server whose archive fails goes on, says why, and catches up", "[backup][serve]") {
  const ArchivedSite site;
  import_small_release(site.data);
  // A file is where the folder should be.
  std::ofstream(site.place()) << "in the way";
  Server server(site.data.path(), ServeOptions{.arguments = {"--archive", site.place()}});
  REQUIRE(site.add_codelist(server, "Asthma").status == 201);
  const auto until = [&](const std::string& line) {
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < patience) {
      if (server.get("/metrics").body.find("\n" + line + "\n") != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  };
  CHECK(until("codelog_archive_failing 1"));
  CHECK(server.get("/health-check/").status == 200);
  fs::remove(site.place());
  CHECK(until("codelog_archive_failing 0"));
  CHECK(until("codelog_archive_lag_commits 0"));
  CHECK(server.stop() == 0);
  CHECK(site.look({"backup", "verify", site.place()})["problems"].empty());
}

TEST_CASE("two sites are never archived to one place", "[backup]") {
  const ArchivedSite site;
  site.create();
  const Json before = site.look({"backup", "list", site.place()});
  SECTION("another site") {
    const Data other;
    other.run({"user", "add", "bob", "--name", "B", "--email", "bob@example.org"});
    const Json refused = other.refused({"backup", "create", site.place()});
    CHECK(refused["code"] == "conflict");
    CHECK_THAT(refused["detail"].get<std::string>(),
               Catch::Contains("holds the archive of another log"));
  }
  SECTION("a copy that went its own way") {
    const fs::path copy = site.beside("copy");
    fs::copy(site.data.path(), copy, fs::copy_options::recursive);
    site.data.run({"user", "add", "bob", "--name", "B", "--email", "bob@example.org"});
    site.create();
    run_codelog({"user", "add", "eve", "--name", "E", "--email", "eve@example.org", "--data",
                 copy.string()});
    const FinishedProcess refused =
        run_codelog({"backup", "create", site.place(), "--data", copy.string()});
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.errors, Catch::Contains("another copy of this log has archived there"));
  }
  CHECK(site.look({"backup", "verify", site.place()})["problems"].empty());
}

TEST_CASE("what is wrong with an archive is said with the positions", "[backup]") {
  const ArchivedSite site;
  site.create();
  const std::uint64_t head = head_of(site.data.path());
  for (const auto& file : fs::directory_iterator(fs::path(site.place()) / "segments")) {
    fs::remove(file.path());
  }
  const Json verified = site.look({"backup", "verify", site.place()}, 1);
  REQUIRE(verified["problems"].size() == 1);
  CHECK(verified["problems"][0]["first"] == 1);
  CHECK(verified["problems"][0]["last"] == head);
  const FinishedProcess restored =
      run_codelog({"restore", site.place(), "--to", site.beside("restored").string()});
  CHECK(restored.exit_code == 1);
  CHECK_THAT(restored.errors,
             Catch::Contains("segment of positions 1 to " + std::to_string(head)) &&
                 Catch::Contains("is missing"));
  CHECK_FALSE(fs::exists(site.beside("restored")));
}

TEST_CASE("pruning keeps what its rules keep", "[backup]") {
  const ArchivedSite site;
  for (int i = 0; i < 4; ++i) site.create();
  std::ofstream(fs::path(site.place()) / "segments" / "left-by-a-kill") << "left";
  const Json told = site.look({"backup", "prune", site.place(), "--keep", "2", "--dry-run"});
  CHECK(told["removed"].size() == 2);
  CHECK(site.look({"backup", "list", site.place()})["restore_points"].size() == 4);
  const Json kept = site.look({"backup", "prune", site.place(), "--keep", "1", "--keep", "30d"});
  CHECK(kept["removed"].empty());
  CHECK(kept["removed_objects"] == Json{"segments/left-by-a-kill"});
  CHECK(site.look({"backup", "prune", site.place(), "--keep", "1"})["removed"].size() == 3);
  CHECK(site.look({"backup", "verify", site.place()})["problems"].empty());
  CHECK(site.restore()["position"] == head_of(site.data.path()));
  CHECK(run_codelog({"backup", "prune", site.place()}).exit_code == 2);
  CHECK(run_codelog({"backup", "prune", site.place(), "--keep", "soon"}).exit_code == 2);
}

TEST_CASE("an archive that is not there is refused by its name", "[backup]") {
  const Data data;
  const std::string place = data.path().parent_path() / "nothing";
  for (const char* command : {"list", "verify", "latest", "drill"}) {
    const FinishedProcess refused = run_codelog({"backup", command, place});
    CAPTURE(command);
    CHECK(refused.exit_code == 1);
    CHECK_THAT(refused.errors, Catch::Contains("there is no archive in " + place));
  }
  CHECK(run_codelog({"backup", "create"}).exit_code == 2);
}

// --- Kills and full volumes

void grow(const ArchivedSite& site) {
  import_small_release(site.data);
  std::mt19937_64 random(1);
  const Server server(site.data.path());
  for (int i = 0; i < 30; ++i) {
    std::string text(100'000, ' ');
    for (char& letter : text) letter = static_cast<char>('!' + random() % 90);
    REQUIRE(site.add_codelist(server, text.substr(0, 20) + std::to_string(i)).status == 201);
    const Json body = {{"owner", "user/ada"},
                       {"name", "Codelist " + std::to_string(i)},
                       {"coding_system", "snomedct"},
                       {"description", text}};
    REQUIRE(server.send(json_request("POST", "/api/v2/codelists", site.token, body)).status == 201);
  }
}

TEST_CASE("backups and restores that are killed at any moment lose nothing", "[backup][crash]") {
  const ArchivedSite site;
  grow(site);
  const std::uint64_t head = head_of(site.data.path());
  std::mt19937 random(3);
  const fs::path target = site.beside("restored");
  const auto run_and_kill = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CODELOG_PROGRAM);
    auto process = ChildProcess::start({.arguments = arguments});
    REQUIRE(process);
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + random() % 250));
    process->send_signal(SIGKILL);
    process->wait();
  };
  for (int round = 0; round < 10; ++round) {
    run_and_kill(
        {"backup", "create", site.place(), "--with-releases", "--data", site.data.path().string()});
    if (fs::exists(fs::path(site.place()) / "manifest.json")) {
      CHECK(site.look({"backup", "verify", site.place()})["problems"].empty());
      run_and_kill({"backup", "prune", site.place(), "--keep", "1"});
      CHECK(site.look({"backup", "verify", site.place()})["problems"].empty());
    }
  }
  const std::string secret = site.beside("secret").string();
  std::ofstream(secret) << "correct horse";
  CHECK(site.create({"--with-releases", "--with-keys", "--passphrase-file", secret})["position"] ==
        head);
  site.look({"backup", "prune", site.place(), "--keep", "1"});
  for (int round = 0; round < 6; ++round) {
    run_and_kill({"restore", site.place(), "--to", target.string(), "--with-releases"});
    if (!fs::exists(target / "log")) continue;
    const FinishedProcess listed =
        run_codelog({"log", "list", "--data", target.string(), "--limit", "1"});
    if (listed.exit_code == 0) {
      CHECK(head_of(target) >= head);
      fs::remove_all(target);
    } else {
      CHECK_THAT(listed.errors, Catch::Contains("has not ended"));
    }
  }
  CHECK(site.restore({"--with-releases", "--passphrase-file", secret})["position"] == head);
  CHECK(run_codelog({"log", "verify", "--data", target.string()}).exit_code == 0);
}

TEST_CASE("a backup for which there is no room leaves the archive as it was", "[backup]") {
  const ArchivedSite site;
  site.create();
  import_small_release(site.data);
  // No file may become larger than 128 KB, and the release's is.
  const std::string limited = "trap '' XFSZ; ulimit -f 128; exec \"$@\"";
  const auto finished = run_process(
      {.arguments = {"bash", "-c", limited, "bash", CODELOG_PROGRAM, "backup", "create",
                     site.place(), "--with-releases", "--data", site.data.path().string()}});
  REQUIRE(finished);
  CAPTURE(finished->output, finished->errors);
  CHECK(finished->exit_code == 1);
  CHECK_THAT(finished->errors, Catch::Contains("cannot write") && Catch::Contains("too large"));
  const Json verified = site.look({"backup", "verify", site.place()});
  CHECK(verified["problems"].empty());
  CHECK(site.look({"backup", "list", site.place()})["restore_points"].size() == 1);
  for (const auto& file : fs::recursive_directory_iterator(site.place())) {
    CHECK(file.path().extension() != ".new");
  }
  CHECK(site.create({"--with-releases"})["files_copied"].size() == 1);
}

// --- An archive of long ago

TEST_CASE("the first archive ever made is read for ever", "[backup]") {
  const fs::path golden = fs::path(CODELOG_TESTS_DIR) / "golden" / "archive";
  const FinishedProcess verified =
      run_codelog({"backup", "verify", golden.string(), "--deep", "--json"});
  CAPTURE(verified.errors, verified.output);
  REQUIRE(verified.exit_code == 0);
  CHECK(Json::parse(verified.output)["commits"] == 1793);
  CHECK(Json::parse(verified.output)["root"] ==
        "66b1b7aaa6c673bc70586bcd1c88258477b5f32a79b837b3040446595015e8d4");
  const Data data;
  const fs::path secret = data.path().parent_path() / "secret";
  std::ofstream(secret) << "correct horse battery staple\n";
  // The last commit came after the keys.
  const FinishedProcess restored =
      run_codelog({"restore", golden.string(), "--to", data.path().string(), "--at", "1792",
                   "--passphrase-file", secret.string(), "--json"});
  CAPTURE(restored.errors);
  REQUIRE(restored.exit_code == 0);
  CHECK(Json::parse(restored.output)["users_without_key"].empty());
  CHECK_THAT(data.run({"log", "verify"}), Catch::StartsWith("good: 1,792 commits"));
  CHECK_THAT(data.run({"log", "show", "2", "--json"}), Catch::Contains("Ada Lovelace"));
}

}  // namespace
}  // namespace codelog::tools::test::backup_program_test
