// The command line without a server; serve_test.cpp tests it with one.
#include <catch2/catch.hpp>
#include <filesystem>

#include "events/base/file.h"
#include "events/rocksdb/rocks_log.h"
#include "tests/tools/program.h"

namespace codelog::tools::test::program_test {
namespace {

namespace fs = std::filesystem;

void add_ada(const Data& data) {
  data.run({"user", "add", "ada", "--name", "Ada Adams", "--email", "ada@example.org"});
}

TEST_CASE("every command explains itself, with examples", "[program]") {
  const std::vector<std::vector<std::string>> commands = {{},
                                                          {"serve"},
                                                          {"import"},
                                                          {"user"},
                                                          {"user", "add"},
                                                          {"user", "token"},
                                                          {"user", "password"},
                                                          {"user", "deactivate"},
                                                          {"user", "erase"},
                                                          {"user", "change"},
                                                          {"user", "remove-spam"},
                                                          {"organisation"},
                                                          {"organisation", "add"},
                                                          {"organisation", "member"},
                                                          {"codelist"},
                                                          {"codelist", "convert"},
                                                          {"codelist", "convert-bnf"},
                                                          {"codelist", "import"},
                                                          {"draft"},
                                                          {"draft", "create"},
                                                          {"draft", "update"},
                                                          {"release"},
                                                          {"release", "list"},
                                                          {"release", "report"},
                                                          {"release", "compatible"},
                                                          {"mapping"},
                                                          {"mapping", "unmapped"},
                                                          {"refsets"},
                                                          {"refsets", "update"},
                                                          {"log"},
                                                          {"log", "list"},
                                                          {"log", "show"},
                                                          {"log", "verify"},
                                                          {"log", "blame"},
                                                          {"log", "diff"},
                                                          {"log", "replay"},
                                                          {"log", "story"},
                                                          {"log", "export"},
                                                          {"log", "rebuild"},
                                                          {"status"},
                                                          {"demo"},
                                                          {"bench"},
                                                          {"completion"},
                                                          {"completion", "bash"}};
  for (std::vector<std::string> command : commands) {
    command.emplace_back("--help");
    CAPTURE(command);
    const FinishedProcess finished = run_codelog(command);
    CHECK(finished.exit_code == 0);
    CHECK_THAT(finished.output, Catch::Contains("Examples:") && Catch::Contains("codelog "));
    CHECK(finished.errors.empty());
  }
  CHECK_THAT(run_codelog({"--version"}).output,
             Catch::StartsWith("codelog ") && Catch::Contains("web: pages"));
}

// Sanitizers bring their own allocator.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("the program's allocator gives free memory back after a second", "[program]") {
  const auto finished = run_process({.arguments = {CODELOG_PROGRAM, "--version"},
                                     .environment = {{"MALLOC_CONF", "stats_print:true"}}});
  REQUIRE(finished);
  CHECK_THAT(finished->errors, Catch::Contains("opt.background_thread: true"));
  CHECK_THAT(finished->errors, Catch::Contains("opt.dirty_decay_ms: 1000"));
}
#endif

TEST_CASE("a malformed command line exits with 2, says why, and changes nothing", "[program]") {
  const Data data;
  const std::string path = data.path().string();
  const std::vector<std::vector<std::string>> commands = {
      {},
      {"nonsense"},
      {"user"},
      {"user", "add", "ada", "--data", path},
      {"user", "token", "--data", path},
      {"log", "show", "three", "--data", path},
      {"log", "list", "--limit", "0", "--data", path},
      {"serve", "--listen", "nowhere", "--data", path},
      {"serve", "--listen", "127.0.0.1:70000", "--data", path},
      {"import", "null", "x.zip", "--release", "1", "--valid-from", "2024-01-01", "--data", path}};
  for (const auto& command : commands) {
    CAPTURE(command);
    const FinishedProcess finished = run_codelog(command);
    CHECK(finished.exit_code == 2);
    CHECK(finished.output.empty());
    CHECK_FALSE(finished.errors.empty());
  }
  CHECK_FALSE(fs::exists(data.path()));
}

TEST_CASE("a coding system that cannot be imported is named beside those that can", "[program]") {
  const FinishedProcess finished =
      run_codelog({"import", "null", "x.zip", "--release", "1", "--valid-from", "2024-01-01"});
  CHECK(finished.exit_code == 2);
  CHECK_THAT(finished.errors, Catch::Contains("'null' cannot be imported") &&
                                  Catch::Contains("snomedct") && Catch::Contains("bnf"));
}

TEST_CASE("the release of tables without a release cannot be imported", "[program]") {
  const Data data;
  const FinishedProcess finished =
      run_codelog({"import", "opcs4", "x.csv", "--release", "unknown", "--valid-from", "1900-01-01",
                   "--data", data.path().string()});
  CHECK(finished.exit_code == 1);
  CHECK_THAT(finished.errors, Catch::Contains("give this release its publisher's name and date"));
}

TEST_CASE("facts that a release file cannot hold are printed with the alias", "[program]") {
  const Data data;
  const std::string archive =
      std::string(CODELOG_TESTS_DIR) + "/golden/releases/nhsbsa_dmd_1.0.0_20240101000001.zip";
  const FinishedProcess finished =
      run_codelog({"import", "dmd", archive, "--release", "2024 1.0.0", "--valid-from",
                   "2024-01-01", "--data", data.path().string()});
  CHECK(finished.exit_code == 0);
  CHECK(finished.output == "dmd_2024-100_20240101\n");
  CHECK_THAT(finished.errors, Catch::Contains("2 CCONTENT rows were left out"));
  const Json again = data.run_json(
      {"import", "dmd", archive, "--release", "2024 1.0.0", "--valid-from", "2024-01-01"});
  CHECK(again["notices"].size() == 1);
  CHECK(again["concepts"] == 8550);
}

TEST_CASE("only its owner can read the data folder", "[program]") {
  const Data data;
  add_ada(data);
  CHECK((fs::status(data.path()).permissions() & fs::perms::all) == fs::perms::owner_all);
  for (const auto& entry : fs::recursive_directory_iterator(data.path() / "keys" / "users")) {
    CHECK((entry.status().permissions() & fs::perms(077)) == fs::perms::none);
  }
}

TEST_CASE("only the token is printed, and a new one each time", "[program]") {
  const Data data;
  add_ada(data);
  const std::string first = data.run({"user", "token", "ada"});
  CHECK(first.size() == 41);
  CHECK(first.find_first_not_of("0123456789abcdef") == 40);
  CHECK(first.back() == '\n');
  CHECK(data.run({"user", "token", "ada"}) != first);
  const Json json = data.run_json({"user", "token", "ada"});
  CHECK(json["username"] == "ada");
  CHECK(json["token"].get<std::string>().size() == 40);
  CHECK(json["position"] == 5);
}

TEST_CASE("refusals exit with 1 and say why, for people and for programs", "[program]") {
  const Data data;
  add_ada(data);
  const FinishedProcess twice = run_codelog({"user", "add", "Ada", "--name", "A", "--email",
                                             "a@example.org", "--data", data.path().string()});
  CHECK(twice.exit_code == 1);
  CHECK(twice.errors == "codelog: A user with this username already exists.\n");
  const Json error =
      data.refused({"user", "add", "a b", "--name", "A", "--email", "a@example.org"});
  CHECK(error["code"] == "invalid");
  CHECK(error["errors"][0]["field"] == "username");
  CHECK(data.refused({"user", "token", "nobody"})["code"] == "not_found");
  CHECK(data.refused({"organisation", "member", "nothing", "ada"})["code"] == "not_found");
  CHECK(data.refused({"log", "show", "99"})["code"] == "not_found");
}

TEST_CASE("a password comes from standard input", "[program]") {
  const Data data;
  const std::string path = data.path().string();
  CHECK(run_codelog({"user", "add", "ada", "--name", "Ada", "--email", "ada@example.org",
                     "--password-stdin", "--data", path},
                    "correct horse\n")
            .exit_code == 0);
  CHECK(data.run_json({"log", "show", "2"})["events"][0]["personal"]["has_password"] == true);
  CHECK(run_codelog({"user", "password", "ada", "--data", path}, "battery staple\n").exit_code ==
        0);
  CHECK(run_codelog({"user", "password", "ada", "--data", path}, "short\n").exit_code == 1);
  CHECK(run_codelog({"user", "password", "ada", "--data", path}, "").exit_code == 1);
  CHECK(data.run_json({"log", "verify"})["commits"] == 3);
}

TEST_CASE("organisations have members", "[program]") {
  const Data data;
  add_ada(data);
  const Json added = data.run_json(
      {"organisation", "add", "example", "--name", "Example", "--url", "https://example.org"});
  CHECK(added["slug"] == "example");
  CHECK(data.run({"organisation", "member", "example", "ada"}) == "ada is a member of example\n");
  const Json member = data.run_json({"organisation", "member", "example", "ada", "--admin"});
  CHECK(member["is_admin"] == true);
  CHECK(member["position"] == 5);
  CHECK(data.run({"organisation", "member", "example", "ada", "--remove"}) ==
        "ada is no longer a member of example\n");
  const Json again = data.refused({"organisation", "member", "example", "ada", "--remove"});
  CHECK(again["code"] == "not_found");
}

TEST_CASE("a data folder has the releases for tables whose release nobody knows", "[program]") {
  const Data data;
  const auto aliases = [&] {
    std::vector<std::string> found;
    const Json listed = data.run_json({"release", "list"});
    for (const Json& release : listed["releases"]) found.push_back(release["alias"]);
    return found;
  };
  const std::vector<std::string> all = {"null_unknown_19000101", "opcs4_unknown_19000101",
                                        "readv2_unknown_19000101"};
  SECTION("a new one") {
    CHECK(aliases() == all);
    CHECK(aliases() == all);
    CHECK(data.run_json({"log", "verify"})["commits"] == 1);
    CHECK(data.run_json({"log", "rebuild", "--check"})["equal"] == true);
    CHECK_THAT(data.run({"release", "list"}), Catch::Contains("codelog import --help"));
  }
  SECTION("one made by an older program") {
    fs::create_directories(data.path() / "keys");
    {
      events::LogOptions options;
      options.folder = data.path() / "log";
      options.witness_file = data.path() / "keys" / "head-witness";
      const auto log = events::open_log(std::move(options));
      REQUIRE(log);
      events::CommitDraft draft;
      draft.command = "AddOrganisation";
      draft.streams = {{events::Stream("organisation/old"), base::StreamVersion(0)}};
      draft.events = {events::OrganisationAdded{"old", "Old", "https://example.org"}};
      REQUIRE((*log)->append(std::move(draft)));
    }
    CHECK(aliases() == all);
    CHECK(data.run_json({"log", "verify"})["commits"] == 2);
    CHECK(data.run_json({"log", "rebuild", "--check"})["equal"] == true);
  }
}

TEST_CASE("the log lists commits, one a line, in both directions, from any position", "[program]") {
  const Data data;
  add_ada(data);
  data.run({"user", "token", "ada"});
  data.run({"user", "deactivate", "ada"});
  const auto positions = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"log", "list", "--json"});
    std::vector<int> found;
    std::istringstream lines(data.run(std::move(arguments)));
    for (std::string line; std::getline(lines, line);) {
      found.push_back(Json::parse(line)["position"].get<int>());
    }
    return found;
  };
  // The folder itself makes the first commit.
  CHECK(positions({}) == std::vector{1, 2, 3, 4});
  CHECK(positions({"--newest-first"}) == std::vector{4, 3, 2, 1});
  CHECK(positions({"--from", "3"}) == std::vector{3, 4});
  CHECK(positions({"--from", "2", "--newest-first"}) == std::vector{2, 1});
  CHECK(positions({"--limit", "1"}) == std::vector{1});
  CHECK(positions({"--from", "9"}).empty());
  CHECK(positions({"--stream", "user/ada", "--from", "2"}) == std::vector{3, 4});
  CHECK(positions({"--stream", "user/nobody"}).empty());
  CHECK_THAT(data.run({"log", "list"}),
             Catch::Contains("UserAdded") && Catch::Contains("TokenSet"));
}

TEST_CASE("erasing a person makes them unreadable, and the log stays whole", "[program]") {
  const Data data;
  add_ada(data);
  const Json before = data.run_json({"log", "show", "2"});
  CHECK(before["events"][0]["personal"]["name"] == "Ada Adams");
  const Json root = data.run_json({"log", "verify"})["root"];

  data.run({"user", "erase", "ada"});
  const Json after = data.run_json({"log", "show", "2"});
  CHECK(after["events"][0]["personal"] == Json{{"erased", true}});
  CHECK_THAT(after.dump(), !Catch::Contains("Ada Adams"));
  const Json verified = data.run_json({"log", "verify"});
  CHECK(verified["problems"].empty());
  CHECK(verified["commits"] == 3);
  CHECK(verified["root"] != root);
  CHECK(data.run_json({"log", "rebuild", "--check"})["equal"] == true);
  CHECK(data.refused({"user", "erase", "ada"})["code"] == "conflict");
  // Neither the name nor the address is anywhere in the folder.
  for (const auto& entry : fs::recursive_directory_iterator(data.path())) {
    if (!entry.is_regular_file()) continue;
    CAPTURE(entry.path());
    const auto bytes = base::read_file(entry.path());
    REQUIRE(bytes);
    CHECK_THAT(*bytes, !Catch::Contains("Ada Adams") && !Catch::Contains("ada@example.org"));
  }
}

TEST_CASE("views can be deleted and rebuilt", "[program]") {
  const Data data;
  add_ada(data);
  fs::remove_all(data.path() / "projections");
  CHECK(data.run_json({"log", "rebuild", "--check"})["equal"] == true);
  const Json rebuilt = data.run_json({"log", "rebuild"});
  CHECK(rebuilt["rebuilt"] == true);
  CHECK(rebuilt["commits"] == 2);
  CHECK_FALSE(fs::exists(data.path() / "projections.check"));
  data.run({"user", "token", "ada"});
}

TEST_CASE("a log without its witness opens only with the option for it", "[program]") {
  const Data data;
  add_ada(data);
  fs::remove(data.path() / "keys" / "head-witness");
  CHECK(data.refused({"user", "token", "ada"})["code"] == "corrupt");
  CHECK(data.refused({"log", "verify"})["code"] == "corrupt");
  CHECK(data.run_json({"log", "verify", "--accept-missing-witness"})["problems"].empty());
  data.run({"user", "token", "ada"});
}

TEST_CASE("the witness may be on another volume", "[program]") {
  const Data data;
  const std::string witness = (data.path().parent_path() / "witness").string();
  data.run({"user", "add", "ada", "--name", "A", "--email", "a@example.org", "--witness", witness});
  CHECK(fs::exists(witness));
  CHECK_FALSE(fs::exists(data.path() / "keys" / "head-witness"));
  CHECK(data.run_json({"log", "verify", "--witness", witness})["problems"].empty());
  CHECK(data.refused({"log", "verify"})["code"] == "corrupt");
}

TEST_CASE("a log with its end cut off is refused with advice", "[program]") {
  const Data data;
  add_ada(data);
  const fs::path copy = data.path().parent_path() / "copy";
  fs::copy(data.path() / "log", copy, fs::copy_options::recursive);
  data.run({"user", "token", "ada"});
  fs::remove_all(data.path() / "log");
  fs::rename(copy, data.path() / "log");
  const Json error = data.refused({"user", "token", "ada"});
  CHECK(error["code"] == "corrupt");
  CHECK_THAT(error["detail"].get<std::string>(), Catch::Contains("backup"));
}

}  // namespace
}  // namespace codelog::tools::test::program_test
