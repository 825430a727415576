// The history on the command line, and exports that flatc and jq alone read.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/tools/program.h"

namespace codelog::tools::test::log_audit_test {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;

std::string output_of(std::vector<std::string> command) {
  const auto finished = run_process({.arguments = std::move(command)});
  REQUIRE(finished);
  INFO(finished->errors);
  REQUIRE(finished->exit_code == 0);
  return finished->output;
}

// The demonstration, and the newest finished version of one of its codelists.
struct Demo {
  Data data;
  std::string codelist;
  std::string version;

  Demo() {
    data.run({"demo"});
    const Json changes = data.run_json({"log", "diff", "0"});
    for (const Json& one : changes["codelists"]) {
      if (one["published"].empty() || one["decided_count"] == 0) continue;
      codelist = one["codelist"]["owner"].get<std::string>() + "/" +
                 one["codelist"]["slug"].get<std::string>();
      version = one["published"].back().get<std::string>();
    }
    REQUIRE_FALSE(version.empty());
  }
  fs::path folder(const char* name) const { return data.path().parent_path() / name; }
};

std::vector<fs::path> files_in(const fs::path& folder, const std::string& extension) {
  std::set<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == extension) files.insert(entry.path());
  }
  return {files.begin(), files.end()};
}

std::string bytes_of(const fs::path& folder) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file() || entry.path().parent_path().filename() == "schema") continue;
    std::ostringstream bytes;
    bytes << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    all += bytes.str();
  }
  return all;
}

}  // namespace

TEST_CASE_METHOD(Demo, "the history is read on the command line, with and without a server",
                 "[program]") {
  const Json blame = data.run_json({"log", "blame", version});
  REQUIRE(blame["codes_count"] == blame["codes"].size());
  std::string decided;
  for (const Json& code : blame["codes"]) {
    const bool is_direct = code["status"] == "+" && !code["decided_by"].empty();
    if (is_direct) decided = code["code"].get<std::string>();
  }
  REQUIRE_FALSE(decided.empty());
  CHECK_THAT(data.run({"log", "blame", version}), Contains("follows from") && Contains(decided));
  CHECK_THAT(data.run({"log", "blame", version, "--csv"}),
             Catch::StartsWith("code,term,status,") && Contains(decided));
  const Json life = data.run_json({"log", "blame", version, "--code", decided});
  CHECK(life["now"]["code"] == decided);
  CHECK_FALSE(life["life"].empty());
  CHECK_THAT(data.run({"log", "blame", version, "--code", decided}), Contains("who"));
  CHECK(data.refused({"log", "blame", "ffffffff"})["code"] == "not_found");

  CHECK_THAT(data.run({"log", "story", codelist}), Contains(version));
  CHECK_THAT(data.run({"log", "diff", "0", "--codelist", codelist}),
             Contains("version " + version));
  const Json replay = data.run_json({"log", "replay", codelist, "--backwards", "--limit", "2"});
  CHECK(replay["steps"].size() == 2);
  CHECK_THAT(data.run({"log", "replay", codelist}), Contains("state at "));
  CHECK(data.refused({"log", "replay", "nothing"})["code"] == "invalid");
  CHECK(data.refused({"log", "diff", "tomorrow"})["code"] == "invalid");

  const Server server(data.path());
  CHECK(data.run_json({"log", "blame", version}) == blame);
  CHECK(data.run_json({"log", "replay", codelist, "--backwards", "--limit", "2"}) == replay);
}

TEST_CASE_METHOD(Demo, "flatc and jq alone read an export", "[program]") {
  const fs::path whole = folder("whole");
  const Json made = data.run_json({"log", "export", whole.string()});
  const auto commits_count = made["commits"].get<std::size_t>();
  CHECK(commits_count == data.run_json({"log", "verify"})["commits"]);
  const auto lines = files_in(whole, ".jsonl");
  std::vector<std::string> command = {"jq", "-s", "-c", "map(.position)"};
  for (const fs::path& file : lines) command.push_back(file.string());
  const Json positions = Json::parse(output_of(command));
  REQUIRE(positions.size() == commits_count);
  CHECK(positions.front() == 1);
  CHECK(positions.back() == commits_count);
  for (const fs::path& file : files_in(whole, ".clx")) {
    output_of({"flatc", "--json", "--raw-binary", "--strict-json", "-o", whole.string(),
               (whole / "schema" / "codelog.fbs").string(), "--", file.string()});
  }
  std::size_t read_count = 0;
  for (const fs::path& file : files_in(whole, ".json")) {
    if (file.filename() == "manifest.json") continue;
    const Json shown = Json::parse(output_of(
        {"jq", "-c", ".commits | map([.position, .actor, (.events | length)])", file.string()}));
    read_count += shown.size();
  }
  CHECK(read_count == commits_count);
  // The folder is there now.
  CHECK(data.refused({"log", "export", whole.string()})["code"] == "conflict");
  CHECK_FALSE(fs::exists(whole.string() + ".partial"));
}

TEST_CASE_METHOD(Demo, "a sanitised export has nobody's name and nobody's words", "[program]") {
  const fs::path plain = folder("plain");
  const fs::path clean = folder("clean");
  data.run({"log", "export", plain.string(), "--codelist", codelist});
  data.run({"log", "export", clean.string(), "--codelist", codelist, "--sanitise"});
  const Json story = data.run_json({"log", "replay", codelist});
  const std::string name = story["state"]["codelist"]["name"].get<std::string>();
  std::string actor;
  for (const Json& step : story["steps"]) {
    if (step["actor"].is_string()) actor = step["actor"].get<std::string>();
  }
  REQUIRE_FALSE(actor.empty());
  const std::string before = bytes_of(plain);
  const std::string after = bytes_of(clean);
  for (const std::string& text : {name, actor}) {
    CAPTURE(text);
    CHECK(before.find(text) != std::string::npos);
    CHECK(after.find(text) == std::string::npos);
  }
  const auto shape = [&](const fs::path& folder) {
    return output_of({"jq", "-c",
                      "[.position, .time, .command, (.events | map([.type, .version, .changes]))]",
                      (folder / "commits-000001.jsonl").string()});
  };
  CHECK(shape(plain) == shape(clean));

  const Json part =
      data.run_json({"log", "export", folder("part").string(), "--from", "2", "--to", "4"});
  CHECK(part["commits"] == 3);
  CHECK(part["first"] == 2);
  CHECK(part["last"] == 4);
}

}  // namespace codelog::tools::test::log_audit_test
