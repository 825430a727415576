#include "tests/tidy/structure_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "tests/tidy/source_rules.h"

namespace codelog::tests {
namespace {

struct Library {
  std::string folder;
  std::vector<std::string> depends;
  std::vector<std::string> external;
};
using Libraries = std::map<std::string, Library>;

// The start of each external library's include paths.
const std::map<std::string, std::string> external_includes{
    {"Boost::headers", "boost/"},
    {"CLI11::CLI11", "CLI/"},
    {"EXPAT::EXPAT", "expat.h"},
    {"OpenSSL::Crypto", "openssl/"},
    {"PkgConfig::cjose", "cjose/"},
    {"PkgConfig::ctemplate", "ctemplate/"},
    {"PkgConfig::gumbo", "gumbo.h"},
    {"PkgConfig::libcurl", "curl/"},
    {"PkgConfig::libzip", "zip.h"},
    {"PkgConfig::md4c", "md4c-html.h"},
    {"PkgConfig::re2", "re2/"},
    {"PkgConfig::libzstd", "zstd.h"},
    {"PkgConfig::sodium", "sodium.h"},
    {"PkgConfig::utf8proc", "utf8proc.h"},
    {"RocksDB::rocksdb-shared", "rocksdb/"},
    {"SQLite::SQLite3", "sqlite3.h"},
    {"SQLiteCpp", "SQLiteCpp/"},
    {"ZLIB::ZLIB", "zlib.h"},
    {"flatbuffers::flatbuffers", "events/schema/events_generated.h"},
    {"nlohmann_json::nlohmann_json", "nlohmann/"},
};

// The arguments of a CMake command; a comment runs to the end of its line.
std::vector<std::string> cmake_words(std::string text) {
  RE2::GlobalReplace(&text, "#[^\n]*", "");
  std::vector<std::string> words;
  re2::StringPiece rest = text;
  std::string word;
  static const RE2 next("\\s*(\\S+)");
  while (RE2::Consume(&rest, next, &word)) words.push_back(word);
  return words;
}

Library parse_library(const std::string& folder, const std::string& arguments) {
  Library library{folder, {}, {}};
  std::vector<std::string>* list = nullptr;
  static const std::set<std::string> others{"LAYER", "PRECOMPILED", "SOURCES"};
  for (std::string& word : cmake_words(arguments)) {
    if (word == "DEPENDS") {
      list = &library.depends;
    } else if (word == "EXTERNAL") {
      list = &library.external;
    } else if (others.contains(word)) {
      list = nullptr;
    } else if (list != nullptr) {
      list->push_back(std::move(word));
    }
  }
  return library;
}

Libraries parse_libraries(const Sources& sources) {
  static const RE2 library("codelog_library\\((\\w+)([^)]*)\\)");
  Libraries libraries;
  for (const auto& [path, text] : sources) {
    if (!path.ends_with("/CMakeLists.txt") || path.starts_with("tests/")) continue;
    re2::StringPiece rest = text;
    std::string name;
    std::string arguments;
    while (RE2::FindAndConsume(&rest, library, &name, &arguments)) {
      libraries[name] = parse_library(path.substr(0, path.rfind('/')), arguments);
    }
  }
  return libraries;
}

// The innermost library folder that contains a file.
std::string folder_of(const Libraries& libraries, const std::string& path) {
  std::string innermost;
  for (const auto& [name, library] : libraries) {
    if (path.starts_with(library.folder + "/") && library.folder.size() > innermost.size()) {
      innermost = library.folder;
    }
  }
  return innermost;
}

bool is_cpp(const std::string& path) { return path.ends_with(".h") || path.ends_with(".cpp"); }

// All includes of the files in each folder: the words between <> or "".
std::map<std::string, std::set<std::string>> includes_by_folder(const Libraries& libraries,
                                                                const Sources& sources) {
  static const RE2 include("(?m)^#include [<\"]([^>\"]+)[>\"]");
  std::map<std::string, std::set<std::string>> included;
  for (const auto& [path, text] : sources) {
    if (!is_cpp(path)) continue;
    re2::StringPiece rest = text;
    std::string header;
    auto& all = included[folder_of(libraries, path)];
    while (RE2::FindAndConsume(&rest, include, &header)) all.insert(header);
  }
  return included;
}

bool any_starts_with(const std::set<std::string>& words, const std::string& prefix) {
  const auto found = words.lower_bound(prefix);
  return found != words.end() && found->starts_with(prefix);
}

bool includes_folder(const Libraries& libraries, const std::set<std::string>& included,
                     const std::string& folder) {
  return std::any_of(included.begin(), included.end(), [&](const std::string& header) {
    return header.starts_with(folder + "/") && folder_of(libraries, header) == folder;
  });
}

std::vector<std::string> unused_packages(const Sources& sources) {
  static const RE2 package("(?m)^(?:find_package|pkg_check_modules)\\((\\w+)");
  const auto top = sources.find("CMakeLists.txt");
  if (top == sources.end()) return {};
  std::vector<std::string> unused;
  re2::StringPiece rest = top->second;
  std::string name;
  while (RE2::FindAndConsume(&rest, package, &name)) {
    if (name == "PkgConfig") continue;  // only finds the other packages
    const RE2 target("(?i)\\b" + name + "::|PkgConfig::" + name + "\\b|\\s" + name + "[\\s)]");
    const bool is_used = std::any_of(sources.begin(), sources.end(), [&](const auto& source) {
      return source.first.ends_with("CMakeLists.txt") && RE2::PartialMatch(source.second, target);
    });
    if (!is_used) unused.push_back("find_package(" + name + ")");
  }
  return unused;
}

struct Mentions {
  std::size_t all = 0;
  // In a .cpp file, takes lines that do not start with white space, and of each the first name
  // before a parenthesis. Calls are indented, or come after that name.
  std::size_t definitions = 0;
};

// The lines of macros, which code_only() blanks out.
std::string macros_of(const std::string& text) {
  static const RE2 macro("(?m)(^#define(?:[^\\n]*\\\\\n)*[^\n]*)");
  std::string macros;
  re2::StringPiece rest = text;
  std::string found;
  while (RE2::FindAndConsume(&rest, macro, &found)) macros += found + "\n";
  return macros;
}

void count_mentions(re2::StringPiece line, bool may_define, std::map<std::string, Mentions>& all) {
  static const RE2 word("([A-Za-z_]\\w*)");
  std::string name;
  while (RE2::FindAndConsume(&line, word, &name)) {
    Mentions& mentions = all[name];
    ++mentions.all;
    if (!may_define || !line.starts_with("(")) continue;
    ++mentions.definitions;
    may_define = false;
  }
}

std::map<std::string, Mentions> mentions_outside_tests(const Sources& sources) {
  std::map<std::string, Mentions> mentions;
  for (const auto& [path, text] : sources) {
    if (!is_cpp(path) || path.starts_with("tests/")) continue;
    count_mentions(macros_of(text), false, mentions);
    const std::string code = code_only(text);
    for (std::size_t at = 0; at < code.size();) {
      const std::size_t end = std::min(code.find('\n', at), code.size());
      const re2::StringPiece line(code.data() + at, end - at);
      const bool is_indented = line.empty() || line[0] == ' ';
      count_mentions(line, path.ends_with(".cpp") && !is_indented, mentions);
      at = end + 1;
    }
  }
  return mentions;
}

}  // namespace

std::vector<std::string> dependency_breaches(const Sources& sources) {
  const Libraries libraries = parse_libraries(sources);
  auto included_by = includes_by_folder(libraries, sources);
  std::vector<std::string> breaches = unused_packages(sources);
  for (const auto& [name, library] : libraries) {
    const std::set<std::string>& included = included_by[library.folder];
    for (const std::string& dependency : library.depends) {
      const auto found = libraries.find(dependency);
      const bool is_used =
          found != libraries.end() && includes_folder(libraries, included, found->second.folder);
      if (!is_used) breaches.push_back(name + ": " + dependency);
    }
    for (const std::string& external : library.external) {
      const auto found = external_includes.find(external);
      if (found == external_includes.end() || !any_starts_with(included, found->second)) {
        breaches.push_back(name + ": " + external);
      }
    }
    for (const auto& [other, there] : libraries) {
      const bool is_declared =
          std::find(library.depends.begin(), library.depends.end(), other) != library.depends.end();
      if (other != name && !is_declared && includes_folder(libraries, included, there.folder)) {
        breaches.push_back(name + ": undeclared " + other);
      }
    }
  }
  return breaches;
}

std::vector<std::string> dead_functions(const Sources& sources) {
  static const RE2 declaration("(?m)[\\s&*>]([a-z_]\\w*)\\(");
  static const std::set<std::string> keywords{"alignas", "decltype", "requires", "sizeof"};
  const auto mentions = mentions_outside_tests(sources);
  std::set<std::string> dead;
  for (const auto& [path, text] : sources) {
    if (!path.ends_with(".h") || path.starts_with("tests/")) continue;
    const std::string code = code_only(text);
    re2::StringPiece rest = code;
    std::string name;
    while (RE2::FindAndConsume(&rest, declaration, &name)) {
      const Mentions& found = mentions.at(name);
      if (keywords.contains(name)) continue;
      if (found.all <= found.definitions + 1) dead.insert(name + " (" + path + ")");
    }
  }
  return {dead.begin(), dead.end()};
}

}  // namespace codelog::tests
