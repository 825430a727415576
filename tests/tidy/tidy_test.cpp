// Checks every source and text file of the project, and first that the checks themselves bite.
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "events/base/files.h"
#include "tests/tidy/source_rules.h"

namespace codelog::tests {
namespace {

namespace fs = std::filesystem;
using Breaches = std::vector<std::string>;
const Breaches none;

const auto root = fs::path(CODELOG_TESTS_DIR).parent_path();

// The project's own text files, relative to its root; what was built, fetched or recorded is not.
std::vector<std::string> project_files() {
  static const std::set<std::string> not_ours{"build", "data",   "node_modules",
                                              "dist",  "golden", "corpus"};
  static const std::set<std::string> texts{"",    ".cpp", ".h",  ".fbs", ".cmake", ".txt",
                                           ".md", ".sh",  ".ts", ".tsx", ".js",    ".css"};
  std::vector<std::string> paths;
  for (auto entry = fs::recursive_directory_iterator(root); entry != fs::end(entry); ++entry) {
    const auto name = entry->path().filename().string();
    if (entry->is_directory() && (name.starts_with('.') || not_ours.contains(name))) {
      entry.disable_recursion_pending();
    } else if (name != ".git" &&  // a file in a second work tree
               entry->is_regular_file() && texts.contains(entry->path().extension().string())) {
      paths.push_back(fs::relative(entry->path(), root).generic_string());
    }
  }
  return paths;
}

std::string lines(const std::string& first, std::size_t count, const std::string& last) {
  std::string text = first;
  for (std::size_t index = 0; index < count; ++index) text += "  x();\n";
  return text + last;
}

TEST_CASE("every file of the project keeps to the rules of its kind", "[tidy]") {
  const auto paths = project_files();
  CHECK(paths.size() > 50);
  for (const auto& path : paths) {
    CAPTURE(path);
    const auto text = base::read_file(root / path);
    REQUIRE(text);
    CHECK(breaches_in(path, *text) == none);
  }
}

TEST_CASE("every source file is compiled by some target, every folder says what it is", "[tidy]") {
  const auto commands = base::read_file(CODELOG_COMPILE_COMMANDS);
  REQUIRE(commands);
  for (const auto& path : project_files()) {
    CAPTURE(path);
    const auto at = commands->find('"' + (root / path).string() + '"');
    if (path.ends_with(".cpp")) CHECK(at != std::string::npos);
    if (!path.ends_with("/CMakeLists.txt") || path.starts_with("tests/")) continue;
    CHECK(fs::exists((root / path).replace_filename("README.md")));
  }
}

TEST_CASE("a breach of a rule is found, and what only looks like one is not", "[tidy]") {
  const Breaches too_long{"1: a function of more than 70 lines"};
  CHECK(breaches_in("a.cpp", lines("void f() {\n", 68, "}\n")) == none);
  CHECK(breaches_in("a.cpp", lines("void f() {\n", 69, "}\n")) == too_long);
  CHECK(breaches_in("a.cpp", lines("A::A() : b_{1}, c_{} {\n", 69, "}\n")) == too_long);
  CHECK(breaches_in("a.cpp", lines("#if A(1)\nnamespace a {\n", 90, "}\n")) == none);
  CHECK(breaches_in("a.cpp", lines("/* f() { */ auto a = \"(\\\"{\";\nint b = 1'0;\n", 90, "")) ==
        none);
  CHECK(breaches_in("a.cpp", lines("auto a = R\"x(f() {)\" )x\";\n", 90, "")) == none);
  CHECK(breaches_in("a.sh", lines("", 501, "")) == Breaches{"501: more than 500 lines"});
  CHECK(breaches_in("a.md", std::string(101, 'a')) == none);
  CHECK(breaches_in("a.h", std::string(101, 'a')) == Breaches{"1: more than 100 columns"});
  CHECK(breaches_in("a.md", "a\n\xff") == Breaches{"1: not UTF-8"});
  CHECK(breaches_in("a.md", "a\r\n") == Breaches{"1: white space at the end"});
  CHECK(breaches_in("a.md",
                    "in /ho"
                    "me/me") == Breaches{"1: a path of one machine"});
  CHECK(breaches_in("a.ts",
                    "// TO"
                    "DO later") == Breaches{"1: left for later"});
  CHECK(breaches_in("a.h", "#include <cassert>\n") == Breaches{"1: <cassert>"});
  const std::string literals = "using namespace std::chrono_literals;\n";
  CHECK(breaches_in("a.cpp", literals) == Breaches{"1: using namespace"});
  CHECK(breaches_in("tests/a.cpp", literals) == none);
}

}  // namespace
}  // namespace codelog::tests
