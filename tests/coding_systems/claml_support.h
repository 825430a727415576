// Small made-up ClaML documents for the tests of ICD-10: one element a line, the first in line 3.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "import_support.h"

namespace codelog::tests {

constexpr std::size_t claml_first_line = 3;

std::string escape_xml(const std::string& text);
std::string claml_document(const std::vector<std::string>& elements);

// The content of a class, or of a modifier's character, besides its name.
struct ClamlParts {
  std::string attributes = {};  // ` usage="dagger"`
  std::string inside = {};      // more elements
};

// A class; the shape of its code gives its kind. `name` is the content of the preferred label. An
// empty `parent` means none.
std::string claml_class(const std::string& code, const std::string& parent, const std::string& name,
                        const ClamlParts& parts = {});
std::string claml_rubric(const std::string& kind, const std::string& label);
std::string modified_by(const std::string& modifier, const std::string& valid_digits = "");
std::string exclude_modifier(const std::string& modifier);
// One of the characters of a modifier.
std::string claml_character(const std::string& modifier, const std::string& digit,
                            const std::string& name, const ClamlParts& parts = {});
// A reference to a dagger or asterisk code, as written in a label.
std::string partner_reference(const std::string& usage, const std::string& code);

// Imports documents as "test_1" from a folder of this test's own.
struct ClamlImport {
  TemporaryFolder folder;
  std::filesystem::path sources = folder.path() / "sources";
  std::filesystem::path target = folder.path() / "icd10";
  std::filesystem::path file = target / "test_1.sqlite3";
  std::vector<std::string> notices;

  ClamlImport() { std::filesystem::create_directories(sources); }
  void write_2016(const std::vector<std::string>& elements);
  void write_2019(const std::vector<std::string>& elements);
  void write_nhs(const std::vector<std::string>& elements);
  // The error's text, or "".
  std::string run();
  std::string run(const std::filesystem::path& path);
  // Expects a failure that leaves nothing behind.
  std::string failure();

  // The codes of an edition, in the order of its rows, each as "code parent kind usage position
  // name".
  std::vector<std::string> codes(const std::string& edition) const;
};

}  // namespace codelog::tests
