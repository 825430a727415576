#include <catch2/catch.hpp>
#include <cctype>

#include "coding_systems/bnf/coding_system.h"
#include "coding_systems/bnf/import.h"
#include "coding_systems/index/release_files.h"
#include "import_support.h"

namespace codelog::tests::import_bnf_test {
namespace {

using coding_systems::import_bnf;

const std::filesystem::path small_archive =
    std::filesystem::path(CODELOG_TESTS_DIR) / "golden" / "releases" / "bnf_small.zip";

const std::string header =
    "BNF Chapter,BNF Chapter Code,BNF Section,BNF Section Code,BNF Paragraph,BNF Paragraph Code,"
    "BNF Subparagraph,BNF Subparagraph Code,BNF Chemical Substance,BNF Chemical Substance Code,"
    "BNF Product,BNF Product Code,BNF Presentation,BNF Presentation Code\r\n";
// A row without its presentation.
const std::string row_start =
    "Heart,02,Lipids,0212,DUMMY PARAGRAPH 021200,021200,DUMMY SUB,0212000,Simvastatin,0212000Y0,"
    "Simvastatin,0212000Y0AA,";

struct Imported {
  TemporaryFolder folder;
  std::filesystem::path archive = folder.path() / "bnf.zip";
  std::filesystem::path target = folder.path() / "bnf";
  std::filesystem::path file = target / "test_1.sqlite3";

  std::string run(const Members& members) {
    write_archive(archive, members);
    return import_error(import_bnf, archive, target);
  }
  std::string run(const std::string& csv) { return run(Members{{"a.csv", csv}}); }
  // Expects a failure that leaves nothing behind.
  std::string failure(const std::string& csv) {
    const std::string error = run(csv);
    CHECK(files_in(target).empty());
    return error;
  }
  std::vector<Row> rows() const {
    return query(file, "SELECT code, type, name, parent_id FROM bnf_concept ORDER BY rowid");
  }
};

}  // namespace

TEST_CASE("the golden BNF release is imported as OpenCodelists imports it", "[import]") {
  TemporaryFolder folder;
  const auto golden = unpack_small_release(folder.path() / "golden", "bnf").database;
  const auto imported =
      import_bnf({.archive = small_archive, .target_folder = folder.path(), .alias = small_bnf});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  CHECK(imported->concepts_count == 4160);
  const auto file = imported->file;
  const std::string schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name";
  CHECK(query(file, schema) == query(golden, schema));
  const std::string migrations = "SELECT id, app, name FROM django_migrations";
  CHECK(query(file, migrations) == query(golden, migrations));
  const std::string rows = "SELECT rowid, * FROM bnf_concept ORDER BY rowid";
  CHECK(query(file, rows) == query(golden, rows));
  CHECK(query(file, "PRAGMA integrity_check") == std::vector<Row>{{"ok"}});

  const auto index = std::filesystem::path(file).replace_extension("index");
  const auto imported_bytes = read_bytes(index);
  std::filesystem::remove(index);
  REQUIRE(coding_systems::open_release_index({file, index}, "bnf",
                                             coding_systems::bnf::read_index_source));
  CHECK(read_bytes(index) == imported_bytes);
}

TEST_CASE("DUMMY levels are left out, and the first of several with one code is kept", "[import]") {
  const std::string csv =
      header + row_start + "Simva_Tab 20mg,0212000Y0AAABAB\r\n" + row_start +
      "\"Simva, \"\"liquid\"\"\",0212000Y0AAAAAA\r\n" + row_start + "DUMMY,0212000Y0AAACAC\r\n" +
      // One code with two names and with two parents; the code of a chapter used again for a
      // section.
      row_start + "Simva_Cap 20mg,0212000Y0AAABAB\r\n" +
      "Heart,02,Heart,02,Para,0299990,Sub,0299991,S,0299991AA,P,0299991AAAA,Pr,0299991AAAAAAAA\n" +
      "DUMMY CHAPTER,03,Lungs,0301,Para,0299990,DUMMY,0,DUMMY,0,DUMMY,0,Inhaler,0301XXXXXXXXXXX";
  Imported imported;
  REQUIRE(imported.run(csv) == "");
  CHECK(imported.rows() ==
        std::vector<Row>{{"02", "Chapter", "Heart", "NULL"},
                         {"0212", "Section", "Lipids", "02"},
                         {"0301", "Section", "Lungs", "NULL"},
                         {"0299990", "Paragraph", "Para", "02"},
                         {"0299991", "Subparagraph", "Sub", "0299990"},
                         {"0212000Y0", "Chemical Substance", "Simvastatin", "0212"},
                         {"0299991AA", "Chemical Substance", "S", "0299991"},
                         {"0212000Y0AA", "Product", "Simvastatin", "0212000Y0"},
                         {"0299991AAAA", "Product", "P", "0299991AA"},
                         {"0212000Y0AAAAAA", "Presentation", "Simva, \"liquid\"", "0212000Y0AA"},
                         {"0212000Y0AAABAB", "Presentation", "Simva_Cap 20mg", "0212000Y0AA"},
                         {"0299991AAAAAAAA", "Presentation", "Pr", "0299991AAAA"},
                         {"0301XXXXXXXXXXX", "Presentation", "Inhaler", "0299990"}});
  const auto again = import_bnf(
      {.archive = imported.archive, .target_folder = imported.folder.path(), .alias = "test_2"});
  REQUIRE(again);
  CHECK(again->notices == std::vector<std::string>{
                              "codes come again at a deeper level, and are left out there: 1 (02)",
                              "codes have more than one parent; the first is kept: 1 (0299990)",
                              "codes have more than one name; the first is kept: 1 "
                              "(0212000Y0AAABAB)"});
}

TEST_CASE("columns are found by name, in any order", "[import]") {
  const std::vector<std::string> levels = {"Presentation", "Product",   "Chemical Substance",
                                           "Subparagraph", "Paragraph", "Section",
                                           "Chapter"};
  std::string titles = "\xEF\xBB\xBF\"Extra\"";
  std::string row = "x";
  int code = 1;
  for (const auto& level : levels) {
    titles += ",BNF " + level + " Code,BNF " + level;
    row += "," + std::to_string(code++) + ",Name of " + level;
  }
  Imported imported;
  REQUIRE(imported.run(titles + "\r\n" + row) == "");
  CHECK(imported.rows().front() == Row{"7", "Chapter", "Name of Chapter", "NULL"});
  CHECK(imported.rows().back() == Row{"1", "Presentation", "Name of Presentation", "2"});
}

TEST_CASE("a bad BNF file is refused with its line", "[import]") {
  Imported imported;
  const std::string good = row_start + "Simva_Tab 20mg,0212000Y0AAABAB\r\n";
  const std::string where = "bnf.zip: member a.csv, line ";
  CHECK(imported.failure("") == where + "0: the file is empty: its header is missing");
  CHECK(imported.failure(header) == where + "1: the file has no concepts");
  CHECK(imported.failure("BNF Chapter,BNF Section\n") ==
        where + "1: there is no column 'BNF Chapter Code'");
  CHECK(imported.failure("BNF Chapter," + header) ==
        where + "1: there are two columns 'BNF Chapter'");
  CHECK(imported.failure(header + good + row_start + "Simva\r\n") ==
        where + "3: the row has 13 fields, the header has 14");
  CHECK(imported.failure(header + good + row_start + "Simva,0212000Y0AAABAB,x\r\n") ==
        where + "3: the row has 15 fields, the header has 14");
  CHECK(imported.failure(header + good + row_start + "\"Simva,0212000Y0AAABAB\r\n") ==
        where + "3: a quote in this record is never closed");
  for (const char* code : {"", "0212000Y0AAABABX", "0212 000", "0212-00"}) {
    CHECK(imported.failure(header + good + row_start + "Simva," + code + "\r\n") ==
          where + "3: the code of the Presentation is not 1 to 15 letters and digits");
  }
  for (const std::string& name :
       {std::string(), std::string("Sim\xFFva"), std::string(1001, 'x')}) {
    CHECK(imported.failure(header + good + row_start + name + ",0212000Y0AAACAC\r\n") ==
          where + "3: the name of the Presentation is empty, not UTF-8 or longer than 1000 bytes");
  }
}

TEST_CASE("a BNF release is the same bare and zipped, with old and new titles", "[import]") {
  std::string new_header;
  for (const char c : header) {
    new_header += c == ' ' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  const std::string row = row_start + "Simva_Tab 20mg,0212000Y0AAABAB\r\n";
  // Rows of commas only, as in real files, and white space at the end.
  const std::string empty_row = ",,,,,,,,,,,,,\r\n";
  const std::string old_csv = header + row;
  const std::string new_csv = new_header + empty_row + row + empty_row + "\r\n";
  const std::string by_month =
      "\xEF\xBB\xBFYEAR_MONTH," + new_header + "202401," + row + "," + empty_row;
  Imported imported;
  REQUIRE(imported.run(old_csv) == "");
  const auto expected = imported.rows();
  REQUIRE(expected.size() == 5);
  for (const std::string& csv : {old_csv, new_csv, by_month}) {
    CAPTURE(csv);
    const auto bare = imported.folder.path() / "BNF_CODE_CURRENT_202401.csv";
    write_bytes(bare, csv);
    REQUIRE(import_error(import_bnf, bare, imported.target) == "");
    CHECK(imported.rows() == expected);
    REQUIRE(imported.run(Members{{"A.CSV", csv}}) == "");
    CHECK(imported.rows() == expected);
    // Downloads lose their extensions.
    const auto zipped = imported.folder.path() / "download";
    std::filesystem::rename(imported.archive, zipped);
    REQUIRE(import_error(import_bnf, zipped, imported.target) == "");
    CHECK(imported.rows() == expected);
  }
}

TEST_CASE("rows without names and codes, and white space around them, change no BNF release",
          "[import]") {
  const std::string row = row_start + "Simva_Tab 20mg,0212000Y0AAABAB";
  const std::string months = "YEAR_MONTH," + header + "202401," + row;
  Imported imported;
  REQUIRE(imported.run(header + row) == "");
  const auto expected = imported.rows();
  std::string spaces = "202401";
  for (int field = 0; field < 14; ++field) spaces += ",\u00a0";
  for (const std::string& rest :
       {std::string("\r\n202401,,,,,,,,,,,,,,\r\n"), "\r\n" + spaces + "\r\n" + spaces.substr(6),
        std::string(",,\u00a0,\r\n"), std::string(" \r\n"), std::string("\u00a0\r\n")}) {
    CAPTURE(rest);
    REQUIRE(imported.run(months + rest) == "");
    CHECK(imported.rows() == expected);
  }
}

TEST_CASE("a bare BNF file is refused by its own name and line", "[import]") {
  Imported imported;
  const auto bare = imported.folder.path() / "bnf.csv";
  write_bytes(bare, "BNF_CHAPTER,BNF_CHAPTER_CODE,bnf chapter\n");
  CHECK(import_error(import_bnf, bare, imported.target) ==
        "bnf.csv, line 1: there are two columns 'BNF Chapter'");
  CHECK(import_error(import_bnf, imported.folder.path() / "none.csv", imported.target) ==
        (imported.folder.path() / "none.csv").string() + ": no such file");
  CHECK(files_in(imported.target).empty());
}

TEST_CASE("there must be one CSV file", "[import]") {
  Imported imported;
  const std::string csv = header + row_start + "Simva_Tab 20mg,0212000Y0AAABAB\r\n";
  CHECK(imported.run(Members{{"readme.txt", "x"}}) == "bnf.zip: expected one .csv file, found 0");
  CHECK(imported.run(Members{{"a.csv", csv}, {"b.csv", csv}, {"folder/c.csv", csv}}) ==
        "bnf.zip: expected one .csv file, found 3");
  CHECK(imported.run(Members{{"folder/a.csv", csv}, {"folder/b.csv", csv}}) ==
        "bnf.zip: expected one .csv file, found 2");
  CHECK(files_in(imported.target).empty());
  // Windows puts the files of a folder that it compresses in that folder.
  CHECK(imported.run(Members{{"readme.txt", "x"}, {"folder/a.csv", csv}}) == "");
  CHECK(imported.run(Members{{"a.csv", csv}, {"readme.txt", "x"}, {"folder/b.csv", "x"}}) == "");
}

}  // namespace codelog::tests::import_bnf_test
