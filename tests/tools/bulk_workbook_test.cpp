// Tables of codelists in workbooks: texts are taken as they are, and nothing that a spreadsheet may
// have changed.
#include <catch2/catch.hpp>

#include "server/site/temporary_folder.h"
#include "tests/tools/workbook.h"
#include "tools/bulk_import.h"

namespace codelog::tools::test::bulk_workbook_test {
namespace {

const std::string titles =
    text_cell("codelist_name") + text_cell("code") + text_cell("coding_system");

BulkConfig config_with(const std::string& sheet) {
  BulkConfig config;
  config.organisation = "test-org";
  config.coding_systems = {{"SNOMED", {"snomedct", "snomedct_1"}}, {"BNF", {"bnf", "bnf_1"}}};
  config.sheet = sheet;
  return config;
}

class WorkbookFile {
 public:
  explicit WorkbookFile(const std::vector<WorkbookSheet>& sheets,
                        const std::vector<std::string>& shared_texts = {}) {
    write_workbook(path(), sheets, shared_texts);
  }
  std::filesystem::path path() const { return folder_.path() / "lists.xlsx"; }

  base::Result<std::vector<BulkList>> read(const std::string& sheet = "") const {
    const BulkConfig config = config_with(sheet);
    const auto table = read_workbook_table(path(), config.sheet);
    if (!table) return table.error();
    return read_bulk_lists(*table, config);
  }

 private:
  site::TemporaryFolder folder_ = std::move(*site::TemporaryFolder::make());
};

// The error of a table with this row.
std::string refused(const std::string& row) {
  const auto lists = WorkbookFile({{"Lists", {titles, row}}}).read();
  return lists ? "" : lists.error().detail;
}

using Codes = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("a sheet's shared, inline and computed texts and short numbers are read", "[bulk]") {
  const WorkbookFile file(
      {{"Lists",
        {"<c r=\"B1\" t=\"s\"><v>0</v></c><c r=\"D1\" t=\"s\"><v>1</v></c>"
         "<c r=\"E1\" t=\"s\"><v>2</v></c><c r=\"AB1\" t=\"s\"><v>3</v></c>",
         "",
         "<c r=\"B3\" t=\"s\"><v>4</v></c><c r=\"D3\"><v>195967001</v></c>"
         "<c r=\"E3\" t=\"s\"><v>5</v></c><c r=\"AB3\" t=\"inlineStr\"><is><t>One</t></is></c>",
         "<c r=\"B4\" t=\"str\"><f>B3</f><v>Asthma</v></c>"
         "<c r=\"D4\" t=\"inlineStr\"><is><t> 195967001000000106 </t></is></c>"
         "<c r=\"E4\" t=\"s\"><v>5</v></c>"}}},
      {"codelist_name", "code", "coding_system", "term", "Asthma", "SNOMED"});
  const auto lists = file.read();
  if (!lists) FAIL(lists.error().detail);
  REQUIRE(lists->size() == 1);
  CHECK(lists->front().name == "Asthma");
  CHECK(lists->front().codes == Codes{{"195967001", "One"}, {"195967001000000106", ""}});
}

TEST_CASE("the sheet is the configured one, or the first", "[bulk]") {
  const auto row = [](const std::string& name) {
    return text_cell(name) + text_cell("1") + text_cell("SNOMED");
  };
  const WorkbookFile file(
      {{"First", {titles, row("A")}}, {"Lists &amp; more", {titles, row("B")}}, {"Notes", {}}});
  CHECK(file.read()->front().name == "A");
  CHECK(file.read("Lists & more")->front().name == "B");
  CHECK(file.read("Notes").error().detail == "the table is empty");
  CHECK_THAT(file.read("lists").error().detail,
             Catch::Contains("there is no sheet 'lists'; the workbook has 'First', 'Lists & more', "
                             "'Notes'"));
}

TEST_CASE("a cell that the spreadsheet may have changed is refused with its place", "[bulk]") {
  const std::string name = text_cell("A");
  const std::string snomed = text_cell("SNOMED");
  CHECK(refused(name + number_cell("999999999999999") + snomed) == "");
  for (const std::string number : {"1.95967001000006E+17", "195967001000006016", "1000000000000000",
                                   "195967001.5", "-1", "1E+3"}) {
    CAPTURE(number);
    CHECK(refused(name + number_cell(number) + snomed) ==
          "row 2, column B: " + number +
              " is a number, which the spreadsheet may have rounded: format the column as text, "
              "and enter the original again");
  }
  CHECK(refused(name + number_cell("301") + text_cell("BNF")) ==
        "row 2, column B: 301 is a number, which may have lost leading zeros: format the column as "
        "text, and enter the original again");
  // A day is a number in the file.
  CHECK_THAT(refused(number_cell("45292") + text_cell("1") + snomed),
             Catch::StartsWith("row 2, column A: 45292 is a number"));
  CHECK_THAT(refused(name + "<c t=\"e\"><v>#N/A</v></c>" + snomed),
             Catch::StartsWith("row 2, column B: #N/A is no text: format"));
  CHECK_THAT(refused(name + "<c t=\"b\"><v>1</v></c>" + snomed),
             Catch::StartsWith("row 2, column B: 1 is no text: format"));
  // Columns that the import does not use may hold anything.
  CHECK(refused(name + text_cell("1") + snomed + number_cell("0.1") +
                "<c t=\"e\"><v>#N/A</v></c>") == "");
}

TEST_CASE("the faults of a sheet are named with their rows, as those of CSV", "[bulk]") {
  CHECK(refused(text_cell("") + text_cell("1") + text_cell("SNOMED")) ==
        "row 2 has no codelist_name");
  CHECK(refused(text_cell("A") + text_cell(" ") + text_cell("SNOMED")) == "row 2 has no code");
  CHECK(refused(text_cell("A") + text_cell("1") + text_cell("ICD")) ==
        "row 2 names the coding system 'ICD', which is not configured");
  const auto no_code = WorkbookFile({{"Lists", {text_cell("codelist_name")}}}).read();
  CHECK(no_code.error().detail == "the table has no column code");
}

TEST_CASE("a file that is no workbook is refused", "[bulk]") {
  const WorkbookFile file({{"Lists", {titles}}});
  std::filesystem::resize_file(file.path(), 10);
  const auto lists = file.read();
  REQUIRE(!lists);
  CHECK(lists.error().code == base::ErrorCode::invalid);
  CHECK_THAT(lists.error().detail, Catch::Contains("lists.xlsx"));
}

}  // namespace codelog::tools::test::bulk_workbook_test
