#include "tests/mappings/mapping_support.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace codelog::tests {
namespace {

constexpr const char* main_part =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
          xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<bookViews><workbookView activeTab="1"/></bookViews>
<sheets><sheet name="Notes" sheetId="1" r:id="rId1"/><sheet name="Map" sheetId="2" r:id="rId2"/>
</sheets></workbook>)";

constexpr const char* relationships_part =
    R"(<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="http://x/worksheet" Target="/xl/worksheets/sheet2.xml"/>
<Relationship Id="rId3" Type="http://x/sharedStrings" Target="sharedStrings.xml"/>
</Relationships>)";

}  // namespace

Members Workbook::parts() const {
  std::string sheet = "<worksheet><sheetData>";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    sheet += "<row r=\"" + std::to_string(i + 1) + "\">" + rows[i] + "</row>";
  }
  std::string texts = "<sst>";
  for (const std::string& text : shared_texts) texts += "<si>" + text + "</si>";
  Members all = {{"[Content_Types].xml", "<Types/>"},
                 {"xl/workbook.xml", main_part},
                 {"xl/_rels/workbook.xml.rels", relationships_part},
                 {"xl/worksheets/sheet1.xml", "<worksheet/>"},
                 {"xl/worksheets/sheet2.xml", sheet + "</sheetData></worksheet>"},
                 {"xl/sharedStrings.xml", texts + "</sst>"}};
  for (const auto& [name, contents] : other_parts) {
    std::erase_if(all, [&](const auto& part) { return part.first == name; });
    if (!contents.empty()) all.emplace_back(name, contents);
  }
  return all;
}

std::string Workbook::bytes() const { return zipped(parts()); }

std::string shared_cell(std::size_t number) {
  return "<c t=\"s\"><v>" + std::to_string(number) + "</v></c>";
}

std::string inline_cell(const std::string& text) {
  return "<c t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
}

std::string number_cell(const std::string& number) { return "<c><v>" + number + "</v></c>"; }

std::string zipped(const Members& members) {
  const TemporaryFolder folder;
  write_archive(folder.path() / "a.zip", members);
  return read_bytes(folder.path() / "a.zip");
}

coding_systems::ImportRequest import_request(const std::filesystem::path& source,
                                             const std::filesystem::path& target) {
  return {.archive = source, .target_folder = target, .alias = "test_1"};
}

}  // namespace codelog::tests
