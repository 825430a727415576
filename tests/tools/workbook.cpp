#include "tests/tools/workbook.h"

#include <catch2/catch.hpp>

#include "tools/demo/zip_writer.h"

namespace codelog::tools::test {

std::string text_cell(const std::string& text) {
  return "<c t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
}

std::string number_cell(const std::string& number) { return "<c><v>" + number + "</v></c>"; }

void write_workbook(const std::filesystem::path& file, const std::vector<WorkbookSheet>& sheets,
                    const std::vector<std::string>& shared_texts) {
  demo::ZipWriter zip;
  std::string list;
  std::string relationships =
      "<Relationship Id=\"texts\" Type=\"http://x/sharedStrings\" Target=\"sharedStrings.xml\"/>";
  for (std::size_t i = 0; i < sheets.size(); ++i) {
    const std::string number = std::to_string(i + 1);
    list += "<sheet name=\"" + sheets[i].name + "\" sheetId=\"" + number + "\" r:id=\"rId" +
            number + "\"/>";
    relationships += "<Relationship Id=\"rId" + number +
                     "\" Type=\"http://x/worksheet\" Target=\"worksheets/sheet" + number +
                     ".xml\"/>";
    std::string rows;
    for (const std::string& row : sheets[i].rows) rows += "<row>" + row + "</row>";
    zip.add("xl/worksheets/sheet" + number + ".xml",
            "<worksheet><sheetData>" + rows + "</sheetData></worksheet>");
  }
  // The last sheet is the one that was open when the workbook was saved.
  zip.add("xl/workbook.xml",
          "<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/"
          "relationships\"><bookViews><workbookView activeTab=\"" +
              std::to_string(sheets.size() - 1) + "\"/></bookViews><sheets>" + list +
              "</sheets></workbook>");
  zip.add("xl/_rels/workbook.xml.rels", "<Relationships>" + relationships + "</Relationships>");
  std::string texts;
  for (const std::string& text : shared_texts) texts += "<si><t>" + text + "</t></si>";
  zip.add("xl/sharedStrings.xml", "<sst>" + texts + "</sst>");
  REQUIRE(zip.write(file));
}

}  // namespace codelog::tools::test
