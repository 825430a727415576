// A running server, and the command line beside it.
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <thread>

#include "tests/tools/program.h"
#include "tools/demo/releases.h"

namespace codelog::tools::test::serve_test {
namespace {

namespace fs = std::filesystem;

std::string line_of(const std::string& text) { return text.substr(0, text.find('\n')); }

// Makes a user with a token; through the server if one runs.
std::string make_admin(const Data& data, const std::string& name) {
  data.run({"user", "add", name, "--name", "N", "--email", name + "@example.org", "--admin"});
  return line_of(data.run({"user", "token", name}));
}

std::string import_demo_release(const Data& data, std::uint32_t concepts_count) {
  const fs::path archive = data.path().parent_path() / "archive.zip";
  REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = concepts_count}));
  return line_of(data.run(
      {"import", "snomedct", archive.string(), "--release", "1.0", "--valid-from", "2024-01-01"}));
}

TEST_CASE("a server reports its address and health, and stops on a signal", "[serve]") {
  const Data data;
  Server server(data.path());
  const HttpAnswer health = server.get("/health-check/");
  CHECK(health.status == 200);
  CHECK(health.body.empty());
  CHECK(server.send({.method = "POST", .target = "/health-check/"}).status == 200);
  const HttpAnswer metrics = server.get("/metrics");
  CHECK(metrics.status == 200);
  for (const char* name : {"codelog_log_head_position 1", "codelog_log_latched 0",
                           "codelog_views_lag_commits 0", "codelog_views_failed 0",
                           "codelog_release_index_bytes 0", "process_resident_memory_bytes "}) {
    CHECK_THAT(metrics.body, Catch::Contains(name));
  }
  CHECK(server.stop() == 0);
  CHECK(server.process().read_all().empty());
  CHECK_FALSE(fs::exists(data.path() / "codelog.sock"));
}

TEST_CASE("a server on a nearly full volume serves reads, refuses writes, and says so", "[serve]") {
  const Data data;
  const std::string token = make_admin(data, "ada");
  import_demo_release(data, 100);
  const Json body = {{"owner", "user/ada"}, {"name", "Asthma"}, {"coding_system", "snomedct"}};
  const auto create = json_request("POST", "/api/v2/codelists", token, body);
  std::string presence;
  {
    const Server server(data.path());
    Json draft = body;
    draft["name"] = "Wheeze";
    const Json made =
        Json::parse(server.send(json_request("POST", "/api/v2/codelists", token, draft)).body);
    presence = "/api/v2/versions/" + made.at("version").at("hash").get<std::string>() + "/presence";
    CHECK(Json::parse(server.send(json_request("PUT", presence, token, Json::object())).body)
              .at("read_only")
              .is_null());
  }
  {
    // No volume has this much room.
    Server server(data.path(), ServeOptions{.arguments = {"--free-space-min", "1073741824"}});
    const HttpAnswer health = server.get("/health-check/");
    CHECK(health.status == 503);
    CHECK_THAT(health.body, Catch::Contains("MiB left") && !Catch::Contains(data.path().string()));
    const HttpAnswer refused = server.send(create);
    CHECK(refused.status == 503);
    CHECK(refused.header("retry-after") != "");
    CHECK(server.get("/api/v2/codelists").status == 200);
    const HttpAnswer present = server.send(json_request("PUT", presence, token, Json::object()));
    CHECK(Json::parse(present.body).at("read_only") == "disk full");
    const Json site = Json::parse(server.get("/api/v2/site").body);
    CHECK(site.at("read_only").at("reason") == "disk full");
    const std::string page = server.get("/accounts/login/").body;
    CHECK_THAT(page, Catch::Contains("Codelog is not taking changes since ") &&
                         Catch::Contains("(disk full). Everything can be read and downloaded.") &&
                         Catch::Contains("disabled aria-describedby=\"read-only\""));
    CHECK_THAT(server.get("/metrics").body, Catch::Contains("codelog_log_refuses_writes 1"));
    CHECK(server.stop() == 0);
  }
  Server server(data.path());
  CHECK(server.get("/health-check/").status == 200);
  CHECK(Json::parse(server.get("/api/v2/site").body).at("read_only").is_null());
  CHECK_THAT(server.get("/accounts/login/").body, !Catch::Contains("not taking changes"));
  CHECK_THAT(server.get("/metrics").body, Catch::Contains("codelog_log_refuses_writes 0"));
  CHECK(server.send(create).status == 201);
}

TEST_CASE("the options of an issuer are checked, and its secret is in a file", "[serve]") {
  const Data data;
  const auto refused = [&](std::vector<std::string> options) {
    options.insert(options.begin(),
                   {"serve", "--listen", "127.0.0.1:0", "--data", data.path().string()});
    const FinishedProcess finished = run_codelog(options);
    CHECK(finished.exit_code == 1);
    return finished.errors;
  };
  const std::string issuer = "--oidc-issuer=https://login.example.ac.uk";
  const std::string secret = (data.path().parent_path() / "secret").string();
  CHECK_THAT(refused({issuer}), Catch::Contains("needs --oidc-client-id"));
  CHECK_THAT(refused({issuer, "--oidc-client-id", "x"}), Catch::Contains("needs --base-url"));
  const auto with_secret = [&] {
    return refused({issuer, "--oidc-client-id", "x", "--base-url", "https://lists.example.org",
                    "--oidc-client-secret-file", secret});
  };
  CHECK_THAT(with_secret(), Catch::Contains("--oidc-client-secret-file: "));
  std::ofstream(secret) << "\nsecond line\n";
  CHECK_THAT(with_secret(), Catch::Contains("the first line is empty"));
  CHECK_THAT(refused({"--oidc-allow-registration"}), Catch::Contains("need --oidc-issuer"));
  CHECK_FALSE(fs::exists(data.path()));
  const FinishedProcess plain =
      run_codelog({"serve", "--oidc-issuer", "http://login.example.ac.uk"});
  CHECK(plain.exit_code == 2);
  CHECK_THAT(plain.errors, Catch::Contains("must begin with https://"));
}

TEST_CASE("a server with an issuer offers it, without asking it before it is needed", "[serve]") {
  const Data data;
  Server server(data.path(), ServeOptions{.arguments = {"--base-url", "https://lists.example.org",
                                                        "--oidc-issuer", "http://127.0.0.1:1/realm",
                                                        "--oidc-client-id", "codelists"}});
  CHECK_THAT(server.get("/accounts/login/").body, Catch::Contains("Log in with 127.0.0.1:1<"));
}

TEST_CASE("errors are pages for browsers and problem+json for the native API", "[serve]") {
  const Data data;
  Server server(data.path());
  const std::string page = "text/html; charset=utf-8";
  const std::string problem = "application/problem+json";
  const HttpAnswer nothing = server.get("/nothing/");
  CHECK(nothing.status == 404);
  CHECK(nothing.header("content-type") == page);
  CHECK(server.get("/api/v2/nothing").header("content-type") == problem);
  const std::string large(9u << 20, 'x');
  const HttpAnswer refused =
      server.send({.method = "POST", .target = "/conversions/", .body = large});
  CHECK(refused.status == 413);
  CHECK(refused.header("content-type") == page);
}

TEST_CASE("a file that cannot be opened is named without its path", "[serve]") {
  const Data data;
  const std::string alias = import_demo_release(data, 100);
  const std::string file = "coding_systems/snomedct/" + alias + ".sqlite3";
  fs::remove(data.path() / "coding_systems" / "snomedct" / (alias + ".index"));
  std::ofstream(data.path() / (file + "-wal")) << "changes";
  Server server(data.path());
  const std::string search = "/api/v2/releases/" + alias + "/search?term=asthma";
  const HttpAnswer in_use = server.get(search);
  CHECK(in_use.status == 503);
  CHECK_THAT(in_use.body, Catch::Contains(file) && !Catch::Contains(data.path().string()));
  fs::remove(data.path() / (file + "-wal"));
  fs::remove(data.path() / file);
  const HttpAnswer gone = server.get(search);
  CHECK(gone.status == 404);
  CHECK_THAT(gone.body, Catch::Contains(file) && !Catch::Contains(data.path().string()));
}

TEST_CASE("SIGINT stops a server like SIGTERM", "[serve]") {
  const Data data;
  Server server(data.path());
  server.process().send_signal(SIGINT);
  CHECK(server.process().wait() == 0);
}

TEST_CASE("a second signal ends a server that waits for a request", "[serve]") {
  const Data data;
  Server server(data.path());
  // A request whose body never comes: the server gives it time to finish.
  HttpClient client = server.client();
  std::thread waiting([&] {
    // The answer does not matter; the test is about the server's end.
    const auto answer =
        client.send({.target = "/health-check/", .headers = {{"Content-Length", "9"}}});
    (void)answer;
  });
  while (server.get("/metrics").body.find("http_requests_in_flight 2") == std::string::npos) {
  }
  server.process().send_signal(SIGTERM);
  while (HttpClient::connect(server.port())) {
  }
  server.process().send_signal(SIGTERM);
  CHECK(server.process().wait() == 128 + SIGTERM);
  waiting.join();
}

TEST_CASE("one data folder has one server", "[serve]") {
  const Data data;
  const Server server(data.path());
  const Json error = data.refused({"log", "show", "2"});
  CHECK(error["code"] == "not_found");
  const FinishedProcess second =
      run_codelog({"serve", "--listen", "127.0.0.1:0", "--data", data.path().string()});
  CHECK(second.exit_code == 1);
  CHECK_THAT(second.errors, Catch::Contains("a server is running on"));
  const FinishedProcess other_folder =
      run_codelog({"serve", "--listen", "127.0.0.1:" + std::to_string(server.port()), "--data",
                   (data.path().parent_path() / "other").string()});
  CHECK(other_folder.exit_code == 1);
}

TEST_CASE("commands work through the running server", "[serve]") {
  const Data data;
  Server server(data.path());
  const std::string token = make_admin(data, "ada");
  data.run({"organisation", "add", "example", "--name", "E", "--url", "https://example.org"});
  data.run({"organisation", "member", "example", "ada", "--admin"});
  CHECK(data.refused({"user", "token", "nobody"})["code"] == "not_found");
  CHECK_THAT(data.run({"log", "list", "--newest-first", "--limit", "1"}),
             Catch::Contains("MemberSet"));
  CHECK(data.run_json({"log", "show", "2"})["events"][0]["personal"]["name"] == "N");
  CHECK(data.run_json({"log", "verify"})["problems"].empty());
  CHECK(data.run_json({"log", "rebuild", "--check"})["equal"] == true);
  const Json rebuilt = data.run_json({"log", "rebuild"});
  CHECK(rebuilt["rebuilt"] == false);
  CHECK(rebuilt["equal"] == true);
  CHECK(rebuilt["rebuilt_at_next_start"] == false);
  // The token works at once, and stops working when its user is deactivated.
  const auto request = json_request("POST", "/api/v2/codelists", token, Json::object());
  CHECK(server.send(request).status == 400);
  data.run({"user", "deactivate", "ada"});
  CHECK(server.send(request).status == 401);
  CHECK(server.stop() == 0);
  CHECK(data.run_json({"log", "verify"})["commits"] == 6);
}

TEST_CASE("a release imported while a server runs is served at once", "[serve]") {
  const Data data;
  Server server(data.path());
  const std::string alias = import_demo_release(data, 300);
  CHECK(alias == "snomedct_10_20240101");
  const Json releases = Json::parse(server.get("/api/v2/releases").body);
  REQUIRE(releases["releases"].size() == 4);  // beside those that every folder has
  CHECK(releases["releases"][3]["alias"] == alias);
  const std::string search = "/api/v2/releases/" + alias + "/search?term=asthma";
  const Json before = Json::parse(server.get(search).body);
  CHECK_FALSE(before["matching"].empty());
  // Imported again with more rows, under the same name: from then on, the new one is served.
  CHECK(import_demo_release(data, 600) == alias);
  const Json again = Json::parse(server.get("/api/v2/releases").body);
  REQUIRE(again["releases"].size() == 4);
  CHECK(again["releases"][3]["digest"] != releases["releases"][3]["digest"]);
  CHECK(server.get(search).status == 200);
  CHECK_THAT(server.get("/metrics").body, Catch::Contains("codelog_releases_open 1"));
  // The replaced file is no longer registered.
  const fs::path folder = data.path() / "coding_systems" / "snomedct";
  CHECK(fs::exists(folder / (alias + ".sqlite3")));
  CHECK_FALSE(fs::exists(folder / (alias + ".sqlite3.previous")));
}

TEST_CASE("a release whose import was not registered is replaced by the one before it", "[serve]") {
  const Data data, other;
  const std::string alias = import_demo_release(data, 300);
  CHECK(import_demo_release(other, 600) == alias);
  const fs::path name = fs::path("coding_systems") / "snomedct" / (alias + ".sqlite3");
  const fs::path file = data.path() / name;
  const fs::path previous = file.string() + ".previous";
  const auto size_bytes = fs::file_size(file);
  fs::rename(file, previous);
  fs::copy_file(other.path() / name, file);
  {
    Server server(data.path());
    CHECK(server.get("/api/v2/releases/" + alias + "/search?term=asthma").status == 200);
    CHECK(server.stop() == 0);
    CHECK_THAT(server.process().errors(), Catch::Contains("import_unfinished"));
  }
  CHECK(fs::file_size(file) == size_bytes);
  CHECK_FALSE(fs::exists(previous));
  // Without the old file, what is not registered is refused.
  fs::copy_file(other.path() / name, file, fs::copy_options::overwrite_existing);
  Server server(data.path());
  CHECK(server.get("/api/v2/releases/" + alias + "/search?term=asthma").status == 503);
  CHECK(server.stop() == 0);
  CHECK_THAT(server.process().errors(), Catch::Contains("release_not_opened"));
}

TEST_CASE("an alias keeps its release's name", "[serve]") {
  const Data data;
  const std::string alias = import_demo_release(data, 300);
  const fs::path file = data.path() / "coding_systems" / "snomedct" / (alias + ".sqlite3");
  const auto written_at = fs::last_write_time(file);
  const Json error =
      data.refused({"import", "snomedct", (data.path().parent_path() / "archive.zip").string(),
                    "--release", "10", "--valid-from", "2024-01-01"});
  CHECK(error["code"] == "conflict");
  CHECK(fs::last_write_time(file) == written_at);
}

TEST_CASE("a bad archive registers nothing and leaves nothing", "[serve]") {
  const Data data;
  const fs::path archive = data.path().parent_path() / "archive.zip";
  REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = 300}));
  fs::resize_file(archive, fs::file_size(archive) / 2);
  const Json error = data.refused(
      {"import", "snomedct", archive.string(), "--release", "1", "--valid-from", "2024-01-01"});
  CHECK(error["code"] == "invalid");
  CHECK(data.run_json({"log", "verify"})["commits"] == 1);  // made by the folder itself
  CHECK(data.refused({"import", "snomedct", "nowhere.zip", "--release", "1", "--valid-from",
                      "2024-01-01"})["code"] == "not_found");
}

TEST_CASE("stopping a loaded server loses nothing that it acknowledged", "[serve]") {
  const Data data;
  const std::string token = make_admin(data, "ada");
  import_demo_release(data, 300);
  std::vector<std::string> acknowledged;
  {
    Server server(data.path());
    std::atomic<int> created_count = 0;
    std::mutex mutex;
    std::vector<std::thread> writers;
    for (int writer = 0; writer < 4; ++writer) {
      writers.emplace_back([&, writer] {
        auto client = HttpClient::connect(server.port());
        for (int number = 0; client; ++number) {
          const std::string name = "List " + std::to_string(writer) + " " + std::to_string(number);
          const auto answer = client->send(
              json_request("POST", "/api/v2/codelists", token,
                           {{"owner", "user/ada"}, {"name", name}, {"coding_system", "snomedct"}}));
          if (!answer || answer->status != 201) return;
          const std::lock_guard lock(mutex);
          acknowledged.push_back(Json::parse(answer->body)["slug"]);
          ++created_count;
        }
      });
    }
    while (created_count < 20) std::this_thread::yield();
    CHECK(server.stop() == 0);
    for (std::thread& writer : writers) writer.join();
  }
  CHECK(acknowledged.size() >= 20);
  const Server server(data.path());
  for (const std::string& slug : acknowledged) {
    CAPTURE(slug);
    CHECK(server.get("/api/v2/codelists/user/ada/" + slug).status == 200);
  }
}

TEST_CASE("connections leave file descriptors to the log, even with a low limit", "[serve]") {
  const Data data;
  Server server(data.path(), {.starter = {"prlimit", "--nofile=200"}});
  std::vector<HttpClient> idle;
  for (int i = 0; i < 200; ++i) {
    auto connection = HttpClient::connect(server.port());
    if (connection) idle.push_back(std::move(*connection));
  }
  // Answered only after all earlier connections have been accepted or refused.
  const auto turned_away = server.client().send({.target = "/health-check/"});
  CHECK((!turned_away || turned_away->status == 503));
  const fs::path files = "/proc/" + std::to_string(server.process().pid()) + "/fd";
  CHECK(std::distance(fs::directory_iterator(files), fs::directory_iterator()) < 180);
  idle.clear();
  while (true) {
    const auto answer = server.client().send({.target = "/health-check/"});
    if (answer && answer->status == 200) break;
  }
  CHECK(server.stop() == 0);
  CHECK_THAT(server.process().errors(), Catch::Contains("few_open_files"));
}

TEST_CASE("a process that may open too few files stops with advice", "[serve]") {
  const Data data;
  const auto finished =
      run_process({.arguments = {"prlimit", "--nofile=20:20", CODELOG_PROGRAM, "serve", "--listen",
                                 "127.0.0.1:0", "--data", data.path().string()}});
  REQUIRE(finished);
  CHECK(finished->exit_code == 1);
  CHECK_THAT(finished->errors, Catch::Contains("only 20 files") && Catch::Contains("ulimit -n"));
  CHECK_FALSE(fs::exists(data.path()));
  // The number that the program asks for is enough.
  Server server(data.path(), {.starter = {"prlimit", "--nofile=64:64"}});
  CHECK(server.get("/health-check/").status == 200);
  CHECK(server.stop() == 0);
}

TEST_CASE("a trusted proxy is named by its address", "[serve]") {
  const Data data;
  const FinishedProcess wrong =
      run_codelog({"serve", "--trusted-proxy", "proxy.example", "--data", data.path().string()});
  CHECK(wrong.exit_code == 2);
  CHECK_THAT(wrong.errors, Catch::Contains("is not an IP address"));
  Server server(data.path(), {.arguments = {"--trusted-proxy", "127.0.0.1", "--trusted-proxy",
                                            "0:0:0:0:0:0:0:1"}});
  CHECK(server.send({.target = "/health-check/", .headers = {{"X-Forwarded-For", "192.0.2.1"}}})
            .status == 200);
  CHECK(server.stop() == 0);
}

TEST_CASE("not waiting for the disk needs consent", "[serve]") {
  const Data data;
  const FinishedProcess refused =
      run_codelog({"serve", "--unsafe-no-sync", "--data", data.path().string()});
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.errors, Catch::Contains("CODELOG_LOSE_ACKNOWLEDGED_WRITES"));
  CHECK_FALSE(fs::exists(data.path()));
  Server allowed(data.path(), {.arguments = {"--unsafe-no-sync"},
                               .environment = {{"CODELOG_LOSE_ACKNOWLEDGED_WRITES", "yes"}}});
  CHECK(allowed.stop() == 0);
}

}  // namespace
}  // namespace codelog::tools::test::serve_test
