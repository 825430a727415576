// Shared by the tests of mappings: made-up source files.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "coding_systems/importing/import_progress.h"
#include "tests/coding_systems/import_support.h"

namespace codelog::tests {

// A workbook of one sheet: the cells of each row as XML, `<c>…</c>` one after the other.
struct Workbook {
  std::vector<std::string> rows;
  std::vector<std::string> shared_texts;
  // Parts that replace the generated ones.
  Members other_parts = {};

  Members parts() const;
  std::string bytes() const;
};

// Cells: with a reference to a shared text, with a text of their own, with a number.
std::string shared_cell(std::size_t number);
std::string inline_cell(const std::string& text);
std::string number_cell(const std::string& number);

// A zip archive as bytes.
std::string zipped(const Members& members);

coding_systems::ImportRequest import_request(const std::filesystem::path& source,
                                             const std::filesystem::path& target);

}  // namespace codelog::tests
