// TRUD's table of the NHS's 5th edition: alone and beside WHO's editions. All titles are made up.
#include <algorithm>
#include <catch2/catch.hpp>

#include "claml_support.h"
#include "coding_systems/icd10/coding_system.h"

namespace codelog::tests::icd10_nhs_table_test {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* table_name = "ICD10_Edition5_CodesAndTitlesAndMetadata_GB_20160401.txt";
const std::string header =
    "CODE\tALT_CODE\tUSAGE\tUSAGE_UK\tDESCRIPTION\tMODIFIER_4\tMODIFIER_5\tQUALIFIERS\t"
    "GENDER_MASK\tMIN_AGE\tMAX_AGE\tTREE_DESCRIPTION\r\n";

// A row of the table; ALT_CODE is ignored if there is a CODE.
std::string row(const std::string& code, const std::string& title,
                const std::string& usage = "DEFAULT", const std::string& fourth = "",
                const std::string& fifth = "", const std::string& qualifiers = "") {
  return code + "\tunread\t" + usage + "\t3\t" + title + "\t" + fourth + "\t" + fifth + "\t" +
         qualifiers + "\t\t\t\t\r\n";
}

const std::string small_table =
    header + row("A17", "Lung fever", "DAGGER", "", "", "G01^G99.8") +
    row("A17.0", "Lung fever of the head", "DAGGER", "", "", "G01XA") +
    row("G01", "Head in lung fever", "ASTERISK", "", "", "A17.0") + row("E10", "Sugar") +
    row("E10.0", "Sugar", "DEFAULT", "With sleep") + row("M00", "Joints") +
    row("M00.0", "Red joints") + row("M00.04", "Red joints", "DEFAULT", "", "Hand") +
    row("T08", "Broken back") + row("T08.X1", "Broken back", "DEFAULT", "", "Open") +
    row("V01", "Struck by a cart") + row("U07.1", "Emergency") +
    row("J46.X", "\"Never say \"\"never\"\"\"");

struct TableImport : ClamlImport {
  std::filesystem::path table = sources / table_name;

  std::string run_table(const std::string& text) {
    write_bytes(table, text);
    return run();
  }
  std::string failure_of(const std::string& text) {
    write_bytes(table, text);
    const std::string error = failure();
    const std::string start = std::string(table_name) + ", line ";
    CHECK_THAT(error, Catch::StartsWith(start));
    return error.substr(std::min(error.size(), start.size()));
  }
  bool has_told(const std::string& notice) const {
    return std::ranges::find(notices, notice) != notices.end();
  }
  std::shared_ptr<const coding_systems::Release> open() const {
    const auto opened = coding_systems::icd10::open_release(
        {file, std::filesystem::path(file).replace_extension("index")}, "icd10_test_20160401");
    REQUIRE(opened);
    return *opened;
  }
};

}  // namespace

TEST_CASE("the NHS's table alone is the edition of 2016, below chapters named by their ranges",
          "[icd10]") {
  TableImport import;
  REQUIRE(import.run_table(small_table) == "");
  CHECK(import.codes("2016") == Lines{"I - chapter normal 0 Codes A00-B99",
                                      "IV - chapter normal 0 Codes E00-E90",
                                      "VI - chapter normal 0 Codes G00-G99",
                                      "X - chapter normal 0 Codes J00-J99",
                                      "XIII - chapter normal 0 Codes M00-M99",
                                      "XIX - chapter normal 0 Codes S00-T98",
                                      "XXII - chapter normal 0 Codes U00-U99",
                                      "XX - chapter normal 0 Codes V01-Y98",
                                      "A17 I category dagger 0 Lung fever",
                                      "A170 A17 category dagger 0 Lung fever of the head",
                                      "G01 VI category aster 0 Head in lung fever",
                                      "E10 IV category normal 0 Sugar",
                                      "E100 E10 category normal 4 Sugar : With sleep",
                                      "M00 XIII category normal 0 Joints",
                                      "M000 M00 category normal 0 Red joints",
                                      "M0004 M000 category normal 5 Red joints : Hand",
                                      "T08 XIX category normal 0 Broken back",
                                      "T08X1 T08 category normal 5 Broken back : Open",
                                      "V01 XX category normal 0 Struck by a cart",
                                      "U071 XXII category normal 0 Emergency",
                                      "J46 X category normal 0 Never say \"never\""});
  CHECK(query(import.file, "SELECT id, year FROM icd10_edition") ==
        std::vector<Row>{{"2016", "2016"}});
  CHECK(query(import.file,
              "SELECT dagger_code, asterisk_code FROM icd10_daggerasteriskrelation ORDER BY id") ==
        std::vector<Row>{{"A17", "G01"}, {"A17", "G998"}, {"A170", "G01"}});
  CHECK(import.notices ==
        Lines{"codes hang on their block or chapter, since their category is in no file: 1 (U071)",
              "dagger and asterisk codes have a partner that is in no edition, and no link to it: "
              "1 (A17 G998)"});

  const auto release = import.open();
  CHECK(release->name(*release->find("E100")) == "Sugar : With sleep");
  CHECK(release->type_titles(*release->find("M0004")) == Lines{"XIII: Codes M00-M99"});
  CHECK(release->search_by_term("codes").empty());
  CHECK(release->search_by_term("red JOINTS").size() == 2);
}

TEST_CASE("the NHS's table is found in TRUD's archive, in a folder, and by itself", "[icd10]") {
  TableImport import;
  const std::string in_archive = "ICD10_Edition5_20160401/Content/" + std::string(table_name);
  SECTION("an archive in a folder") {
    const auto archive = import.sources / "icd_df_10.5.0_20151102000001.zip";
    write_archive(archive,
                  {{in_archive, small_table},
                   {"ICD10_Edition5_20160401/Documentation/caf?.doc", "x"},
                   {"ICD10_Edition4_CodesAndTitlesAndMetadata_GB_20120401.txt", "not read"}});
    // A name in code page 437.
    std::string bytes = read_bytes(archive);
    for (auto at = bytes.find("caf?"); at != std::string::npos; at = bytes.find("caf?")) {
      bytes[at + 3] = '\x82';
    }
    write_bytes(archive, bytes);
    CHECK(import.run() == "");
  }
  SECTION("an archive by any name") {
    write_archive(import.sources / "x.zip", {{in_archive, small_table}});
    CHECK(import.run(import.sources / "x.zip") == "");
  }
  SECTION("the file") {
    write_bytes(import.table, small_table);
    CHECK(import.run(import.table) == "");
  }
  SECTION("the file by any name") {
    const auto file = import.sources / GENERATE("icd10_5th.txt", "Codes.TSV");
    write_bytes(file, small_table);
    CHECK(import.run(file) == "");
  }
  SECTION("not another edition") {
    const auto file = import.sources / "ICD10_Edition4_CodesAndTitlesAndMetadata_GB_20120401.txt";
    write_bytes(file, small_table);
    CHECK_THAT(import.run(file), Catch::Contains("not a zip archive"));
    return;
  }
  SECTION("not beside the scrape of the class browser") {
    write_bytes(import.table, small_table);
    import.write_nhs({claml_class("I", "", "x")});
    CHECK(import.failure() ==
          "sources: both the scrape of the NHS class browser and the NHS's table are there, but "
          "only one may give the NHS's form of 2016; leave the other out");
    return;
  }
  CHECK(import.codes("2016").size() == 21);
}

TEST_CASE("columns of the NHS's table are found by title, and lines as everywhere", "[icd10]") {
  TableImport import;
  REQUIRE(import.run_table("\xEF\xBB\xBF\r\n\t\t\r\nNEW\tdescription\tALT_CODE\r\n\r\n"
                           "\tSugar\tE10X\r\nx\tSugar with sleep\tE100\r\n\t\t\r\n") == "");
  CHECK(import.codes("2016") == Lines{"IV - chapter normal 0 Codes E00-E90",
                                      "E10 IV category normal 0 Sugar",
                                      "E100 E10 category normal 0 Sugar with sleep"});
}

TEST_CASE("titles of the NHS's table in Windows-1252 are read, with a notice", "[icd10]") {
  TableImport import;
  REQUIRE(import.run_table(header + row("E10", "M\xE9ni\xE8re \x93x\x94 \x86\x81")) == "");
  CHECK(import.codes("2016")[1] == "E10 IV category normal 0 Ménière “x” †\xEF\xBF\xBD");
  CHECK(import.has_told("lines that are not UTF-8 are read as Windows-1252: 1 (line 2)"));
}

TEST_CASE("without a USAGE, the marks of codes in the NHS's table tell it", "[icd10]") {
  TableImport import;
  REQUIRE(import.run_table(header + row("A17.0\u2020", "Fever", "", "", "", "G01*") +
                           row("A18.0+", "Rash", "") + row("G01*", "Head", "") +
                           row("G02*", "Neck", "default") + row("M00\x86", "Joint", "") +
                           row("E10", "Sugar", "")) == "");
  const auto codes = import.codes("2016");
  const Lines expected = {"A170 I category dagger 0 Fever",   "A180 I category dagger 0 Rash",
                          "G01 VI category aster 0 Head",     "G02 VI category normal 0 Neck",
                          "M00 XIII category dagger 0 Joint", "E10 IV category normal 0 Sugar"};
  REQUIRE(codes.size() > expected.size());
  CHECK(Lines(codes.end() - static_cast<std::ptrdiff_t>(expected.size()), codes.end()) == expected);
  CHECK(query(import.file, "SELECT dagger_code, asterisk_code FROM icd10_daggerasteriskrelation") ==
        std::vector<Row>{{"A170", "G01"}});
}

TEST_CASE("rows of the NHS's table that are about no code of their own are left out, with a notice",
          "[icd10]") {
  TableImport import;
  REQUIRE(import.run_table(header + row("I", "Fevers") + row("E10-E14", "Sugars") +
                           row("E10", "Sugar") + row("", "Note") + row("E10", "Sugar") +
                           row("E10.X", "Sugar")) == "");
  CHECK(import.codes("2016") ==
        Lines{"IV - chapter normal 0 Codes E00-E90", "E10 IV category normal 0 Sugar"});
  CHECK(import.notices == Lines{"rows of chapters and blocks are left out: 2 (I, E10-E14)",
                                "rows without a CODE are left out: 1 (line 5)",
                                "rows that repeat another one are left out: 2 (E10)"});
}

TEST_CASE("unknown parts of the NHS's table that nothing needs are left out, with a notice",
          "[icd10]") {
  TableImport import;
  REQUIRE(import.run_table(header + row("E10", "Sugar", "SWORD", "", "", "A00") +
                           row("E11", "Salt", "DAGGER", "", "", "see below^^E11^A00.-")) == "");
  CHECK(import.codes("2016")[1] == "E10 IV category normal 0 Sugar");
  CHECK(
      import.has_told("codes have a USAGE that is unknown, and count as neither dagger nor "
                      "asterisk: 1 (E10)"));
  CHECK(import.has_told("QUALIFIERS that are no codes are left out: 1 (E11 'see below')"));
  CHECK(query(import.file, "SELECT dagger_code, asterisk_code FROM icd10_daggerasteriskrelation") ==
        std::vector<Row>{{"E11", "A00"}});
}

TEST_CASE("beside WHO's edition of 2019 the NHS's codes get their parents from that edition",
          "[icd10]") {
  TableImport import;
  import.write_2019({claml_class("I", "", "Fevers"), claml_class("A00-B99", "I", "All fevers"),
                     claml_class("A15-A19", "A00-B99", "Lung fevers"),
                     claml_class("A17", "A15-A19", "Lung fever"),
                     claml_class("A17.0", "A17", "Lung fever of the head")});
  REQUIRE(import.run_table(header + row("A17", "Lung fever") +
                           row("A17.0", "Lung fever of the skull") + row("A18", "Old only") +
                           row("A20", "Elsewhere") + row("C00", "Growth")) == "");
  CHECK(import.codes("2016") ==
        Lines{"II - chapter normal 0 Codes C00-D48", "A17 A15-A19 category normal 0 Lung fever",
              "A170 A17 category normal 0 Lung fever of the skull",
              "A18 A15-A19 category normal 0 Old only", "A20 A00-B99 category normal 0 Elsewhere",
              "C00 II category normal 0 Growth"});
  CHECK(
      import.has_told("a code is named differently in 2016 and 2019, and nobody has compared the "
                      "meanings: A170 'Lung fever of the skull' / 'Lung fever of the head'"));
}

TEST_CASE("beside WHO's edition of 2016 the NHS's words are taken over", "[icd10]") {
  TableImport import;
  import.write_2016({claml_character("S05F10_4", ".0", "Acute"), claml_class("V", "", "Mind"),
                     claml_class("F10-F19", "V", "Drinks"),
                     claml_class("F10", "F10-F19", "Wine", {.inside = modified_by("S05F10_4")}),
                     claml_class("F11", "F10-F19", "Beer")});
  REQUIRE(import.run_table(header + row("F10", "Wine") + row("F10.0", "Wine", "DEFAULT", "Sudden") +
                           row("F12", "Gin")) == "");
  CHECK(import.codes("2016") ==
        Lines{"V - chapter normal 0 Mind", "F10-F19 V block normal 0 Drinks",
              "F10 F10-F19 category normal 0 Wine", "F100 F10 category normal 4 Wine : Sudden",
              "F11 F10-F19 category normal 0 Beer", "F12 F10-F19 category normal 0 Gin"});
  CHECK(
      import.has_told("2016: WHO and the NHS name a code differently; the NHS's name is taken: "
                      "F100 'Wine (Acute)' / 'Wine (Sudden)'"));
  CHECK(import.has_told("2016: a code of WHO's is not in the NHS's 5th edition; it is kept: F11"));
  CHECK(import.has_told(
      "2016: a code of the NHS's 5th edition is not in WHO's edition; it is taken: F12"));
}

TEST_CASE("a bad line of the NHS's table is refused", "[icd10]") {
  TableImport import;
  const auto failure = [&](const std::string& line) {
    return import.failure_of(header + row("E10", "Sugar") + line);
  };
  for (const char* code : {"E1", "E10-", "e10", "E10.00.0", "IVIVIVIV", "E10 1", "E10.Y"}) {
    CAPTURE(code);
    CHECK(failure(row(code, "x")) ==
          "3: '" + std::string(code) + "' is not a code of ICD-10 like A00 or A00.0");
  }
  CHECK(failure(row("E11", "")) == "3: E11 has no DESCRIPTION");
  CHECK(failure(row("E11", std::string(1001, 'x'))) ==
        "3: a text of E11 has a byte 0 or is longer than 1000 bytes");
  CHECK(failure(row("E11", std::string("a\0b", 3))) ==
        "3: a text of E11 has a byte 0 or is longer than 1000 bytes");
  CHECK(failure(row("E10.X", "Salt")) == "3: E10 is there twice, first in line 2");
  CHECK(failure(row("E10", "Sugar", "DAGGER")) == "3: E10 is there twice, first in line 2");
  CHECK(failure("E11\t\t\t\tx\t\t\t\t\t\t\t\tmore\r\n") ==
        "3: the row has 13 fields, the header has 12");
  CHECK(failure("E11\r\n") == "3: E11 has no DESCRIPTION");
  CHECK(failure(std::string(70'000, 'x')) == "3: the line is longer than 65536 bytes");
  CHECK(import.failure_of("") == "0: the file is empty: its header is missing");
  CHECK(import.failure_of(header) == "1: the table has no codes");
  CHECK(import.failure_of("CODE\tTITLE\r\n") == "1: there is no column 'DESCRIPTION'");
  CHECK(import.failure_of("DESCRIPTION\tUSAGE\r\n") == "1: there is no column 'CODE'");
  CHECK(import.failure_of("\xFF\xFE") == "1: the file is UTF-16: it must be saved as UTF-8");
}

}  // namespace codelog::tests::icd10_nhs_table_test
