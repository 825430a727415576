#include <catch2/catch.hpp>

#include "coding_systems/importing/sheet_reader.h"
#include "mappings/bnfdmd/import.h"
#include "mappings/bnfdmd/mapping.h"
#include "tests/mappings/mapping_support.h"

namespace codelog::tests::bnfdmd_import_test {
namespace {

using mappings::import_bnfdmd;
using Rows = std::vector<Row>;

// The sheet's columns: unused, type, BNF code, unused, SNOMED code, unused.
std::string sheet_row(const std::string& type, const std::string& bnf, const std::string& snomed) {
  const auto cell = [](const std::string& text) {
    return text.empty() ? std::string("<c/>") : inline_cell(text);
  };
  return number_cell("1") + cell(type) + cell(bnf) + cell("name") + cell(snomed) + cell("more");
}

const std::string header = sheet_row("VMP / VMPP/ AMP / AMPP", "BNF Code", "SNOMED Code");

struct Imported {
  TemporaryFolder folder;
  std::filesystem::path archive = folder.path() / "map.xlsx";
  std::filesystem::path target = folder.path() / "bnfdmd";
  std::filesystem::path file = target / "test_1.sqlite3";

  std::string run(const std::string& bytes) {
    write_bytes(archive, bytes);
    const auto imported = import_bnfdmd(import_request(archive, target));
    return imported ? "" : imported.error().detail;
  }
  std::string run(const Workbook& workbook) { return run(workbook.bytes()); }
  // Expects a failure that leaves nothing behind.
  std::string failure(const Workbook& workbook) {
    const std::string error = run(workbook);
    CHECK(files_in(target).empty());
    return error;
  }
  std::string failure(const std::string& type, const std::string& bnf, const std::string& snomed) {
    return failure(Workbook{{header, sheet_row(type, bnf, snomed)}, {}});
  }
  Rows rows() const { return query(file, "SELECT * FROM bnfdmd_mapping ORDER BY rowid"); }
};

}  // namespace

TEST_CASE("a BNF to dm+d workbook becomes OpenCodelists' table, sorted", "[mappings][import]") {
  Imported imported;
  const Workbook workbook{
      {header, sheet_row("AMP", "0101000AAAAAAAA", "20000000000001100"),
       sheet_row("VMP", "0101000AAAAAAAA", "10000000000001100"),
       // Rows without both codes are not mappings.
       sheet_row("VMP", "", "10000000000001101"), sheet_row("VMP", "0101000AAAAAAAA", ""), "<c/>",
       sheet_row("AMPP", "20010100101", "300000")},
      {}};
  REQUIRE(imported.run(workbook) == "");
  CHECK(imported.rows() == Rows{{"10000000000001100", "VMP", "0101000AAAAAAAA"},
                                {"20000000000001100", "AMP", "0101000AAAAAAAA"},
                                {"300000", "AMPP", "20010100101"}});
  CHECK(query(imported.file,
              "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND "
              "name LIKE 'bnfdmd%' ORDER BY name") ==
        Rows{{"CREATE TABLE \"bnfdmd_mapping\" (\"dmd_code\" varchar(18) NOT NULL PRIMARY KEY, "
              "\"dmd_type\" varchar(4) NOT NULL, \"bnf_concept_id\" varchar(15) NOT NULL)"},
             {"CREATE INDEX \"bnfdmd_mapping_bnf_concept_id_36992164\" ON \"bnfdmd_mapping\" "
              "(\"bnf_concept_id\")"}});
  CHECK(files_in(imported.target) == std::vector<std::string>{"test_1.sqlite3"});
  CHECK(query(imported.file, "PRAGMA integrity_check") == Rows{{"ok"}});

  const auto mapping = mappings::BnfDmdMapping::open(imported.file);
  REQUIRE(mapping);
  CHECK(mapping->pairs_count() == 2);  // without the pack
  const auto pairs = mapping->of_bnf("0101000AAAAAAAA");
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].type == mappings::DmdType::vmp);
  CHECK(pairs[0].dmd.view() == "10000000000001100");
  CHECK(mapping->of_bnf("0101000AAAAAAA").empty());
  CHECK(mapping->of_bnf("20010100101").empty());
  CHECK(mapping->of_bnf("").empty());
}

TEST_CASE("cells with shared, inline and computed texts are read, also from a zipped workbook",
          "[mappings][import]") {
  Workbook workbook{
      {},
      {"<t>VMP / VMPP/ AMP / AMPP</t>", "<r><t>BNF </t></r><r><t>Code</t></r>",
       "<t>SNOMED Code</t><rPh sb=\"0\" eb=\"1\"><t>not this</t></rPh>", "<t>0101000AAAAAAAA</t>"}};
  workbook.rows = {
      // Cells may have addresses; cells in between may then be missing.
      "<c r=\"B1\" t=\"s\"><v>0</v></c>" + shared_cell(1) + "<c r=\"E1\" t=\"s\"><v>2</v></c>",
      "<c r=\"B2\" t=\"str\"><f>A1</f><v>VMP</v></c>" + shared_cell(3) +
          "<c r=\"E2\" t=\"inlineStr\"><is><r><t>1000</t></r><r><t>00</t></r></is></c>"
          "<c r=\"XFD2\"><v>1</v></c>"};
  const std::string plain = workbook.bytes();
  Imported imported;
  REQUIRE(imported.run(plain) == "");
  const Rows expected = {{"100000", "VMP", "0101000AAAAAAAA"}};
  CHECK(imported.rows() == expected);
  REQUIRE(imported.run(zipped({{"readme.txt", "x"}, {"deep/er/map.xlsx", plain}})) == "");
  CHECK(imported.rows() == expected);

  CHECK(imported.run(zipped({{"a.xlsx", plain}, {"b.xlsx", plain}})) ==
        "map.xlsx: expected one .xlsx file, found 2");
  CHECK(imported.run(zipped({{"readme.txt", "x"}})) ==
        "map.xlsx: expected one .xlsx file, found 0");
  CHECK(imported.rows() == expected);  // a failure leaves the old file
}

TEST_CASE("titles of a BNF to dm+d workbook may be in any place and form", "[mappings][import]") {
  const std::string title = GENERATE("VMP / VMPP/ AMP / AMPP", "VMP / VMPP / AMP / AMPP",
                                     "vmp/vmpp/amp/ampp", " VMP_/_VMPP_/_AMP_/_AMPP\u00a0");
  const std::string codes = GENERATE("BNF Code,SNOMED Code", "BNF_CODE,SNOMED_CODE");
  const std::string bnf_title = codes.substr(0, codes.find(','));
  const std::string snomed_title = codes.substr(codes.find(',') + 1);
  const std::string bnf = "0101000AAAAAAAA";
  Imported imported;
  // As published, behind a month, and in another order.
  REQUIRE(imported.run(Workbook{
              {sheet_row(title, bnf_title, snomed_title), sheet_row("VMP", bnf, "100000")}, {}}) ==
          "");
  const Rows expected = {{"100000", "VMP", bnf}};
  CHECK(imported.rows() == expected);
  REQUIRE(imported.run(Workbook{
              {inline_cell("YEAR_MONTH") + sheet_row(title, bnf_title, snomed_title),
               number_cell("202401") + sheet_row("VMP", bnf, "100000"), number_cell("202401")},
              {}}) == "");
  CHECK(imported.rows() == expected);
  REQUIRE(imported.run(
              Workbook{{inline_cell(snomed_title) + inline_cell(title) + inline_cell(bnf_title),
                        inline_cell("100000") + inline_cell("VMP") + inline_cell(bnf)},
                       {}}) == "");
  CHECK(imported.rows() == expected);
}

TEST_CASE("cells of white space are empty, and a BNF to dm+d workbook may begin with empty rows",
          "[mappings][import]") {
  const std::string bnf = "0101000AAAAAAAA";
  const std::string space = inline_cell("\u00a0");
  Imported imported;
  REQUIRE(imported.run(Workbook{
              {"", inline_cell(" ") + space, header, sheet_row("VMP", " " + bnf, "100000\u00a0"),
               sheet_row(" ", "  ", "\u00a0"), sheet_row("VMP", "\u00a0", "100001"),
               sheet_row("VMP", bnf, " "), space + space + space + space + space},
              {}}) == "");
  CHECK(imported.rows() == Rows{{"100000", "VMP", bnf}});
}

TEST_CASE("the workbook in an archive may end in .XLSX, and have a lock file beside it",
          "[mappings][import]") {
  const std::string plain =
      Workbook{{header, sheet_row("VMP", "0101000AAAAAAAA", "100000")}, {}}.bytes();
  Imported imported;
  REQUIRE(imported.run(zipped({{"in/~$Map.XLSX", "lock"}, {"in/Map.XLSX", plain}})) == "");
  CHECK(imported.rows().size() == 1);
}

TEST_CASE("an import of a workbook reports its progress", "[mappings][import]") {
  Imported imported;
  Workbook workbook{{header}, {}};
  for (int i = 0; i < 1500; ++i) {
    workbook.rows.push_back(sheet_row("VMP", "0101000AAAAAAAA", std::to_string(100'000 + i)));
  }
  write_bytes(imported.archive, workbook.bytes());
  auto request = import_request(imported.archive, imported.target);
  std::vector<coding_systems::ImportProgress> reading;
  request.report_progress = [&](const coding_systems::ImportProgress& progress) {
    if (progress.stage == "reading") reading.push_back(progress);
  };
  REQUIRE(import_bnfdmd(request));
  REQUIRE(reading.size() == 2);
  CHECK(reading[0].done == 0);
  CHECK(reading[1].done > reading[1].total / 2);
  CHECK(reading[1].done <= reading[1].total);
  CHECK(reading[0].total == reading[1].total);
}

TEST_CASE("a bad row of a BNF to dm+d workbook is refused with row and column",
          "[mappings][import]") {
  Imported imported;
  const std::string good_bnf = "0101000AAAAAAAA";
  CHECK(imported.failure(Workbook{{}, {}}) == "map.xlsx: the sheet is empty");
  CHECK(imported.failure(Workbook{{header}, {}}) == "map.xlsx: the sheet maps no code");
  CHECK(imported.failure(Workbook{{"", sheet_row("Type", "BNF Code", "SNOMED Code")}, {}}) ==
        "map.xlsx, row 2: there is no column 'VMP / VMPP/ AMP / AMPP'");
  CHECK(imported.failure(Workbook{{sheet_row("VMP / VMPP/ AMP / AMPP", "BNF", "SNOMED Code")},
                                  {}}) == "map.xlsx, row 1: there is no column 'BNF Code'");
  CHECK(imported.failure(Workbook{{header + inline_cell("bnf_code")}, {}}) ==
        "map.xlsx, row 1: there are two columns 'BNF Code'");
  CHECK(imported.failure("VMP", "'0101", "100000") ==
        "map.xlsx, row 2, column C: ''0101' is not 1 to 15 letters and digits");
  CHECK(imported.failure("VMP", good_bnf + "X", "100000") ==
        "map.xlsx, row 2, column C: '" + good_bnf + "X' is not 1 to 15 letters and digits");
  for (const std::string code : {"'100000", "10000", "1000000000000000000", "10000a", "100 000"}) {
    CHECK(imported.failure("VMP", good_bnf, code) ==
          "map.xlsx, row 2, column E: '" + code + "' is not a code of 6 to 18 digits");
  }
  CHECK(imported.failure("VTM", good_bnf, "100000") ==
        "map.xlsx, row 2, column B: 'VTM' is not VMP, VMPP, AMP or AMPP");
  CHECK(imported.failure("", good_bnf, "100000") ==
        "map.xlsx, row 2, column B: '' is not VMP, VMPP, AMP or AMPP");
  const std::string number_row = number_cell("1") + inline_cell("VMP") + inline_cell(good_bnf) +
                                 "<c/>" + number_cell("1.000000000000011E16");
  CHECK(imported.failure(Workbook{{header, number_row}, {}}) ==
        "map.xlsx, row 2, column E: the code is a number, and spreadsheets keep only 15 digits; it "
        "must be text");
  write_bytes(imported.archive, Workbook{{header, sheet_row("VMP", good_bnf, "100000"),
                                          sheet_row("VMP", good_bnf, "100001")},
                                         {}}
                                    .bytes());
  auto request = import_request(imported.archive, imported.target);
  request.rows_max = 1;
  const auto refused = import_bnfdmd(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "map.xlsx, row 3, column E: the sheet maps more than 1 codes");
  CHECK(files_in(imported.target).empty());
  const std::string good = sheet_row("VMP", good_bnf, "100000");
  CHECK(imported.failure(Workbook{{header, good, "<c/>", good}, {}}) ==
        "map.xlsx, row 4, column E: '100000' is already in row 2");
}

TEST_CASE("a file that is not a workbook is refused, naming the wrong part", "[mappings][import]") {
  Imported imported;
  const std::string good = sheet_row("VMP", "0101000AAAAAAAA", "100000");
  const auto with = [&](const std::string& part, const std::string& contents) {
    return imported.failure(Workbook{{header, good}, {}, {{part, contents}}});
  };
  const std::string main = "xl/workbook.xml";
  const std::string relations = "xl/_rels/workbook.xml.rels";
  const std::string sheet = "xl/worksheets/sheet2.xml";
  CHECK(imported.run(std::string("no zip")) == "map.xlsx: not a zip archive");
  CHECK(with(main, "") == "map.xlsx: expected one .xlsx file, found 0");
  CHECK(with(main, "<workbook><sheets/></workbook>") ==
        "map.xlsx: xl/workbook.xml, line 1: the workbook has no active sheet");
  CHECK_THAT(with(main, "<workbook><sheets>"),
             Catch::StartsWith("map.xlsx: xl/workbook.xml, line 1: "));
  CHECK(with(relations, "") == "map.xlsx: is not an .xlsx workbook: it has no " + relations);
  CHECK(with(relations, "<Relationships/>") ==
        "map.xlsx: is not an .xlsx workbook: it has no file for the sheet");
  CHECK(with(sheet, "") == "map.xlsx: is not an .xlsx workbook: it has no file for the sheet");
  CHECK(with("xl/sharedStrings.xml", "") ==
        "map.xlsx: is not an .xlsx workbook: it has no xl/sharedStrings.xml");
  const auto with_rows = [&](const std::string& rows) {
    return with(sheet, "<worksheet><sheetData>" + rows + "</sheetData></worksheet>");
  };
  const std::string at = "map.xlsx: " + sheet + ", line 1: ";
  CHECK(with_rows("<row r=\"1\">" + shared_cell(0) + "</row>") ==
        at + "row 1, column A refers to a missing text");
  CHECK(with_rows("<row r=\"2\"/><row r=\"1\"/>") == at + "the rows are not in order");
  CHECK(with_rows("<row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row>") ==
        at + "a cell of row 1 has no valid address");
  CHECK(with_rows("<row r=\"1\"><c r=\"ABCD1\"/></row>") ==
        at + "a cell of row 1 has no valid address");
}

TEST_CASE("a workbook's texts stay within a bound", "[mappings][import]") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "map.xlsx";
  write_bytes(path, Workbook{{}, {"<t>0123456789</t>", "<t>0123456789</t>"}}.bytes());
  const auto workbook = coding_systems::ZipArchive::open(path);
  REQUIRE(workbook);
  const auto read_with = [&](const coding_systems::SheetLimits& limits) {
    coding_systems::SheetRequest request;
    request.columns_count = 1;
    request.on_row = [](std::uint64_t, auto) { return base::Result<void>(); };
    request.limits = limits;
    const auto read = coding_systems::read_sheet(*workbook, request);
    return read ? "" : read.error().detail;
  };
  CHECK(read_with({.texts_bytes_max = 20}) == "");
  const std::string refused =
      "map.xlsx: xl/sharedStrings.xml, line 1: the workbook has too many texts";
  CHECK(read_with({.texts_bytes_max = 19}) == refused);
  CHECK(read_with({.texts_count_max = 1}) == refused);
  // Even if a cell repeats its value many times, in any number of unread columns.
  std::string values;
  for (int i = 0; i < 200; ++i) values += "<v>" + std::string(1000, '1') + "</v>";
  const auto with_cell = [&](const std::string& address, std::size_t values_count) {
    const std::string row =
        "<c r=\"" + address + "\">" + values.substr(0, values_count * 1007) + "</c>";
    write_bytes(path, Workbook{{row}, {}}.bytes());
    const auto other = coding_systems::ZipArchive::open(path);
    REQUIRE(other);
    coding_systems::SheetRequest request;
    request.columns_count = 1;
    request.on_row = [](std::uint64_t, auto) { return base::Result<void>(); };
    const auto read = coding_systems::read_sheet(*other, request);
    return read ? "" : read.error().detail;
  };
  CHECK(with_cell("A1", 131) == "");
  CHECK_THAT(with_cell("A1", 132), Catch::EndsWith("row 1, column A is longer than 131072 bytes"));
  CHECK(with_cell("B1", 132) == "");
  CHECK(coding_systems::cell_place(17, 0) == "row 17, column A");
  CHECK(coding_systems::cell_place(1, 26) == "row 1, column AA");
  CHECK(coding_systems::cell_place(1, 16'383) == "row 1, column XFD");
}

}  // namespace codelog::tests::bnfdmd_import_test
