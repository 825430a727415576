// Checks every source and text file of the project, after testing that the checks find breaches.
#include <re2/re2.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "events/base/file.h"
#include "tests/tidy/source_rules.h"
#include "tests/tidy/structure_rules.h"

namespace codelog::tests::tidy_test {
namespace {

namespace fs = std::filesystem;
using Breaches = std::vector<std::string>;
const Breaches none;

const auto root = fs::path(CODELOG_TESTS_DIR).parent_path();

// The project's own text files, relative to its root, without built, fetched and recorded files.
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
    } else if (name != ".git" &&  // in a second work tree, .git is a file
               entry->is_regular_file() && texts.contains(entry->path().extension().string())) {
      paths.push_back(fs::relative(entry->path(), root).generic_string());
    }
  }
  return paths;
}

Sources read_project() {
  Sources sources;
  for (const auto& path : project_files()) {
    auto text = base::read_file(root / path);
    REQUIRE(text);
    sources.emplace(path, std::move(*text));
  }
  return sources;
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

// The compile commands, and the files that CMake made to compile several sources together: each
// source's path stands in one of them, in quotes.
std::string compiled_sources() {
  const auto commands = base::read_file(CODELOG_COMPILE_COMMANDS);
  REQUIRE(commands);
  std::string all = *commands;
  static const RE2 together(R"re("file": "([^"]+\.cxx)")re");
  re2::StringPiece rest = *commands;
  std::string path;
  while (RE2::FindAndConsume(&rest, together, &path)) {
    const auto sources = base::read_file(path);
    REQUIRE(sources);
    all += *sources;
  }
  return all;
}

TEST_CASE("every source file is compiled by some target, every folder has a README", "[tidy]") {
  const std::string compiled = compiled_sources();
  for (const auto& path : project_files()) {
    CAPTURE(path);
    const auto at = compiled.find('"' + (root / path).string() + '"');
    if (path.ends_with(".cpp")) CHECK(at != std::string::npos);
    if (!path.ends_with("/CMakeLists.txt") || path.starts_with("tests/")) continue;
    CHECK(fs::exists((root / path).replace_filename("README.md")));
  }
}

TEST_CASE("a breach of a rule is found, and harmless look-alikes are not", "[tidy]") {
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
  const std::string mutex = "class A {\n  mutable std::mutex mutex_;\n};\n";
  CHECK(breaches_in("a.h", mutex) == Breaches{"2: a mutex that clang does not check"});
  CHECK(breaches_in("tests/a.h", mutex) == none);
  const std::string literals = "using namespace std::chrono_literals;\n";
  CHECK(breaches_in("a.cpp", literals) == Breaches{"1: using namespace"});
  CHECK(breaches_in("tests/a.cpp", literals) == none);
}

TEST_CASE("libraries depend on exactly the libraries that they include", "[tidy]") {
  CHECK(dependency_breaches(read_project()) == none);
}

TEST_CASE("a dependency that is unused or not declared is found", "[tidy]") {
  Sources sources{
      {"CMakeLists.txt", "find_package(ZLIB REQUIRED)\nfind_package(spdlog)\n"},
      {"a/CMakeLists.txt", "codelog_library(a LAYER 1 SOURCES a.cpp)\n"},
      {"a/a.h", "#pragma once\n"},
      {"b/CMakeLists.txt",
       "codelog_library(b LAYER 2 SOURCES b.cpp DEPENDS a EXTERNAL ZLIB::ZLIB)\n"},
      {"b/b.cpp", "#include <zlib.h>\n\n#include \"a/a.h\"\n"},
  };
  CHECK(dependency_breaches(sources) == Breaches{"find_package(spdlog)"});
  sources["CMakeLists.txt"].clear();
  sources["b/b.cpp"] = "int b;\n";
  CHECK(dependency_breaches(sources) == Breaches{"b: a", "b: ZLIB::ZLIB"});
  sources["b/b.cpp"] = "#include <zlib.h>\n\n#include \"a/a.h\"\n";
  sources["a/a.h"] = "#pragma once\n#include \"b/b.h\"\n";
  CHECK(dependency_breaches(sources) == Breaches{"a: undeclared b"});
}

TEST_CASE("every function of a header is used outside the tests", "[tidy]") {
  // Functions for auditors, and functions that tests need to inspect objects or to make requests.
  const std::set<std::string> kept{
      "ancestor_codes (coding_systems/algebra/search_expansion.h)",
      "ancestors (coding_systems/algebra/extended_hierarchy.h)",
      "make_request (server/http/request.h)",
      "node_status (coding_systems/algebra/codeset_algebra.h)",
      "passes_verhoeff (tools/demo/sctid.h)",
      "route_permissions (server/identity/permissions.h)",
      "verify_consistency (events/merkle.h)",
      "verify_inclusion (events/merkle.h)",
  };
  for (const auto& function : dead_functions(read_project())) {
    CAPTURE(function);
    CHECK(kept.contains(function));
  }
}

TEST_CASE("a function that only tests call is found", "[tidy]") {
  Sources sources{
      {"a.h", "int live();\nclass A {\n  int dead() const;\n  int used() { return 1; }\n};\n"},
      {"a.cpp", "int A::dead() const { return 1; }\nint live() {\n  return A().used();\n}\n"},
      {"b.cpp", "int main() {\n  return live();  // not dead()\n}\n"},
      {"tests/a_test.cpp", "void test() {\n  dead();\n}\n"},
  };
  CHECK(dead_functions(sources) == Breaches{"dead (a.h)"});
  sources["b.cpp"] = "int main() {\n  return A().dead() + live();\n}\n";
  CHECK(dead_functions(sources) == none);
}

}  // namespace
}  // namespace codelog::tests::tidy_test
