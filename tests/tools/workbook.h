// Made-up .xlsx workbooks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace codelog::tools::test {

// Cells as XML.
std::string text_cell(const std::string& text);
std::string number_cell(const std::string& number);

struct WorkbookSheet {
  std::string name;
  std::vector<std::string> rows;  // the cells of each
};

void write_workbook(const std::filesystem::path& file, const std::vector<WorkbookSheet>& sheets,
                    const std::vector<std::string>& shared_texts = {});

}  // namespace codelog::tools::test
