#include <catch2/catch.hpp>
#include <sstream>

#include "events/base/file.h"
#include "tests/tools/program.h"

namespace codelog::tools::test::completion_test {
namespace {

// The completions that bash offers for a command line with an unfinished last word.
std::vector<std::string> offers(const std::vector<std::string>& words) {
  const auto folder = std::move(*site::TemporaryFolder::make());
  const auto script = folder.path() / "completion";
  const FinishedProcess made = run_codelog({"completion", "bash"});
  REQUIRE(made.exit_code == 0);
  REQUIRE(base::write_file_durably(script, made.output));
  std::string list;
  for (const std::string& word : words) list += " '" + word + "'";
  const auto finished = run_process(
      {.arguments = {
           "bash", "-c",
           "source " + script.string() + "; COMP_WORDS=(codelog" + list +
               "); COMP_CWORD=" + std::to_string(words.size()) +
               "; _codelog; printf '%s\\n' \"${COMPREPLY[@]}\"; complete -p codelog >&2"}});
  REQUIRE(finished);
  CAPTURE(finished->errors);
  REQUIRE(finished->exit_code == 0);
  CHECK_THAT(finished->errors, Catch::Contains("-F _codelog codelog"));
  std::vector<std::string> found;
  std::istringstream lines(finished->output);
  for (std::string line; std::getline(lines, line);) found.push_back(line);
  return found;
}

TEST_CASE("bash completes commands, subcommands, and their options", "[program]") {
  using Words = std::vector<std::string>;
  CHECK(offers({"s"}) == Words{"serve", "status"});
  CHECK(offers({"user", "to"}) == Words{"token"});
  CHECK(offers({"user", "add", "ada", "--e"}) == Words{"--email"});
  CHECK(offers({"log", "rebuild", "--ch"}) == Words{"--check"});
  CHECK_THAT(offers({""}), Catch::VectorContains(std::string("organisation")) &&
                               Catch::VectorContains(std::string("--version")));
  CHECK(offers({"import", "snomedct", "archive.zip", "--valid"}) == Words{"--valid-from"});
  CHECK(offers({"import", "bn"}) == Words{"bnf", "bnfdmd"});
  CHECK(offers({"import", "bnfdmd", "map.zip", "--rel"}) == Words{"--release"});
  // bash itself completes file names.
  CHECK(offers({"import", "snomedct", "some-file"}) == Words{""});
}

}  // namespace
}  // namespace codelog::tools::test::completion_test
