// Uploaded tables: the column of codes, accepted faults, the stored form, and refusals.
#include <catch2/catch.hpp>
#include <set>

#include "server/commands/code_column.h"
#include "server/commands/csv_table.h"
#include "server/commands/uploaded_table.h"
#include "tests/coding_systems/codeset_fake_release.h"

namespace codelog::tests::uploaded_table_test {
namespace {

using commands::contents_of_csv;
using commands::TableRules;

constexpr const char* no_break_space = "\xC2\xA0";
constexpr const char* byte_order_mark = "\xEF\xBB\xBF";

// A release with the codes 10, 20 and 30.
const coding_systems::Release& release() {
  static const FakeRelease fake({{"10", "20"}, {"10", "30"}}, {}, "10");
  return fake;
}

std::string outcome(const base::Result<std::string>& stored) {
  return stored ? *stored : "error: " + stored.error().detail;
}

std::string upload(const std::string& csv, const TableRules& rules = {},
                   const char* system = "dmd") {
  return outcome(
      contents_of_csv(csv, *coding_systems::find_coding_system(system), &release(), rules));
}

// Uploads to a release without a file.
std::string upload_unchecked(const std::string& csv, const TableRules& rules = {}) {
  return outcome(
      contents_of_csv(csv, *coding_systems::find_coding_system("opcs4"), nullptr, rules));
}

}  // namespace

TEST_CASE("a table that OpenCodelists accepts is stored byte for byte, with LF", "[tables]") {
  for (const std::string table :
       {"code,term\n10,a\n", "code,term\n10,a", "term,dmd_id\n\"a\",20\n\n\"b, c\"\"\",30\n",
        "code, term\n10,a\n", "code,term,\n10,a,,\n", "code,term\n10\n", "code\n10\n10\n",
        "code,Code,id\n10,x,y\n"}) {
    CAPTURE(table);
    CHECK(upload(table) == table);
    CHECK(upload_unchecked(table) == table);
  }
  CHECK(upload("code,term\r\n10,\"a\r\nb\"\r\n") == "code,term\n10,\"a\nb\"\n");
  CHECK(upload("code,term\n") == "code,term\n");
  CHECK(upload_unchecked("anything\nx,\n,\n") == "anything\nx,\n,\n");
}

TEST_CASE("a byte order mark before a table is skipped", "[tables]") {
  CHECK(upload(std::string(byte_order_mark) + "code\n10\n") == "code\n10\n");
  CHECK(upload(std::string(byte_order_mark) + "\"code\"\n10\n") == "\"code\"\n10\n");
  CHECK(upload_unchecked(std::string(byte_order_mark) + "code\n10\n") == "code\n10\n");
  CHECK(upload(byte_order_mark) == "error: csv: the table is empty");
  CHECK(*commands::codes_of_csv(std::string(byte_order_mark) + "code\n10\n", "") ==
        std::vector<std::string>{"10"});
}

TEST_CASE("the first row that is not blank is the header, and the stored table starts there",
          "[tables]") {
  const std::string mark(byte_order_mark);
  for (const std::string& before :
       {mark + mark, std::string("\n"), std::string("\r\n\r\n"), std::string(",,\n"),
        std::string(" \n"), "\"\"," + std::string(no_break_space) + "\n", mark + mark + "\n,\n",
        ",\n" + mark + mark}) {
    CAPTURE(before);
    CHECK(upload(before + "code,term\n10,a\n") == "code,term\n10,a\n");
    CHECK(upload(before + "\"code\",term\n10,a") == "\"code\",term\n10,a");
    CHECK(upload_unchecked(before + "code,term\nA01,a\n") == "code,term\nA01,a\n");
    CHECK(upload(before) == "error: csv: the table is empty");
  }
  CHECK(upload(",,\n\ncode,term\nx,a\n") ==
        "error: csv: row 4: the code 'x' is not in fake_20240101");
}

TEST_CASE("case and white space of the title of the codes do not matter", "[tables]") {
  CHECK(upload("Code,term\n10,a\n") == "Code,term\n10,a\n");
  CHECK(upload("DMD_ID,term\n10,a\n") == "DMD_ID,term\n10,a\n");
  CHECK(upload("term, code\n\"a\",10\n") == "term,code\n\"a\",10\n");
  CHECK(upload("\"code \",term\n10,a\n") == "code,term\n10,a\n");
  CHECK(upload(std::string(no_break_space) + "Code\n10\n") == "Code\n10\n");
  // A header that is written anew loses the white space around its other titles too: downloads
  // would not find the terms.
  CHECK(upload("Code , Term\n10,a\n") == "Code,Term\n10,a\n");
  CHECK(upload("dmd_id\t, nm ,x\n10,a,\n") == "dmd_id,nm,x\n10,a,\n");
  // An exact title is preferred to one in another case.
  CHECK(upload(" code,code\nx,10\n") == " code,code\nx,10\n");
}

TEST_CASE("without a release, a title that downloads would not find is corrected", "[tables]") {
  CHECK(upload_unchecked("code ,term\nA01,x\n") == "code,term\nA01,x\n");
  CHECK(upload_unchecked(" Code, Term \n A01 ,x\n") == "Code,Term\n A01 ,x\n");
  CHECK(upload_unchecked("term,OPCS4_or_ICD10\t\nx,A01\n") == "term,OPCS4_or_ICD10\nx,A01\n");
  // Nothing is corrected if downloads find a title, or if none could be the codes.
  for (const std::string table :
       {"code, term\nA01,x\n", " code,code\nx,A01\n", " any, thing\nA01,x\n"}) {
    CHECK(upload_unchecked(table) == table);
  }
}

TEST_CASE("a header without a column of codes is shown, with the accepted titles", "[tables]") {
  CHECK(upload("name,term\n10,a\n") ==
        "error: csv: the header 'name,term' has no column named code or dmd_id");
  CHECK(upload("code;term\n10;a\n") ==
        "error: csv: the header 'code;term' has semicolons between its cells; separate the table's "
        "cells by commas");
  CHECK(
      upload("code\tterm\n10\ta\n") ==
      "error: csv: the header 'code\tterm' has tabs between its cells; separate the table's cells "
      "by commas");
  CHECK(upload("name,term\n10,a\n", {.takes_published_titles = true}, "icd10") ==
        "error: csv: the header 'name,term' has no column named code or dmd_id or icd_code or "
        "icd10_code or icd; name the column of codes in code_column");
  const std::string long_header = upload(std::string(200, 'x') + "\n10\n");
  CHECK(long_header.size() < 200);
  CHECK_THAT(long_header, Catch::Contains("xxx...'"));
}

TEST_CASE("a row longer than the header is refused, unless the extra cells are empty", "[tables]") {
  const std::string refused = "error: csv: row 2 has 3 cells, but the header has 2";
  CHECK(upload("code,term\n10,Asthma, allergic\n") == refused);
  CHECK(upload_unchecked("code,term\n10,Asthma, allergic\n") == refused);
  CHECK(upload("code,term\n10,a\n\n20,b,c,d\n") ==
        "error: csv: row 4 has 4 cells, but the header has 2");
  CHECK(upload("code,term\n10,\"a\nb\"\n20,b,c\n") ==
        "error: csv: row 3 (line 4) has 3 cells, but the header has 2");
  CHECK(upload("code,term\n10,a, ,\n") == "code,term\n10,a, ,\n");
}

TEST_CASE("empty rows are left out, rows without a code are refused", "[tables]") {
  CHECK(upload("code,term\r\n10,a\r\n,\r\n , \r\n") == "code,term\n10,a\n");
  CHECK(upload("code,term\n,\n10,a\n,,,\n20,\"b\"") == "code,term\n10,a\n20,\"b\"");
  CHECK(upload("code,term\n10,a\n,b\n") == "error: csv: row 3 has no code");
  CHECK(upload("term,code\na,10\nb\n") == "error: csv: row 3 has no code");
  CHECK(*commands::codes_of_csv("code,term\n10,a\n,\n", "") == std::vector<std::string>{"10"});
  CHECK(*commands::codes_of_csv("code,term\n10,a\n,b\n", "") == std::vector<std::string>{"", "10"});
}

TEST_CASE("all unknown codes are listed with their rows, up to a limit, and counted", "[tables]") {
  CHECK(upload("code,term\n10,a\nx,b\n") ==
        "error: csv: row 3: the code 'x' is not in fake_20240101");
  const auto refused = contents_of_csv("code\nx\n10\n\ny\nx\nsee note 1\n",
                                       *coding_systems::find_coding_system("dmd"), &release(), {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail ==
        "3 codes of the table are not in fake_20240101: 'x' (row 2), 'y' (row 5), 'see note 1' "
        "(row 7)");
  REQUIRE(refused.error().fields.size() == 3);
  CHECK(refused.error().fields[1] ==
        base::FieldError{"csv", "row 5: the code 'y' is not in fake_20240101"});
  std::string many = "code\n";
  for (int i = 0; i < 60; ++i) many += "x" + std::to_string(i) + "\n";
  const std::string told = upload(many);
  CHECK_THAT(told, Catch::StartsWith("error: 60 codes of the table are not in"));
  CHECK_THAT(told, Catch::EndsWith("'x49' (row 51) and 10 more"));
}

TEST_CASE("codes in a table are trimmed, and terms in pipes are removed", "[tables]") {
  CHECK(upload("code,term\n10 ,\"a\"\n\"20\",\"b\"\n") == "code,term\n10,a\n\"20\",\"b\"\n");
  CHECK(upload(std::string("code\n") + no_break_space + "10" + no_break_space +
               "\n20 |Twenty|\n") == "code\n10\n20\n");
  CHECK(upload("code,term\n10|Ten|,a\n30,c") == "code,term\n10,a\n30,c");
  CHECK(upload("code\n|Ten|\n") == "error: csv: row 2 has no code");
}

TEST_CASE("two columns of codes are accepted if they are equal", "[tables]") {
  const std::string served = "code,term,dmd_id\n10,a,10\n20,b,20\n";
  CHECK(upload(served) == served);
  CHECK(upload("code,dmd_id\n10 ,10\n") == "code,dmd_id\n10,10\n");
  CHECK(upload("code,term,dmd_id\n10,a,10\n20,b,30\n") ==
        "error: csv: row 3: the columns 'code' and 'dmd_id' have codes that differ: '20' and '30'");
  CHECK(upload("code,term,dmd_id\n10,a\n") ==
        "error: csv: row 2: the columns 'code' and 'dmd_id' have codes that differ: '10' and ''");
}

TEST_CASE("the column of codes can be named, and is found by downloads afterwards", "[tables]") {
  const auto named = [](const std::string& csv, const std::string& column, const char* system) {
    return upload(csv, {.code_column = column, .takes_published_titles = true}, system);
  };
  CHECK(named("CTV3ID,Description\n10,a\n", "ctv3id ", "ctv3") == "CTV3ID,Description\n10,a\n");
  CHECK(named("Concept,term\n10,a\n", "concept", "ctv3") == "code,term\n10,a\n");
  CHECK(named("readcode,term\n10,a\n", "readcode", "readv2") == "code,term\n10,a\n");
  CHECK(named("icd,x\n10,a\n", "y", "icd10") ==
        "error: code_column: the table has no column 'y'; its header is 'icd,x'");
  CHECK(named("code,id\n10,x\n", "code", "snomedct") ==
        "error: csv: the column 'id' would be read as the codes instead of 'code'; give it another "
        "title, or leave it out");
  CHECK(named("code,concept\nx,10\n", "concept", "ctv3") ==
        "error: csv: the column 'code' would be read as the codes instead of 'concept'; give it "
        "another title, or leave it out");
  CHECK(upload_unchecked("OPCS,term\nA01,a\n", {.code_column = "OPCS"}) == "code,term\nA01,a\n");
}

TEST_CASE("the native API's column of codes is the one that downloads and codes use", "[tables]") {
  const auto stored = [](const std::string& csv, const char* system = "snomedct",
                         const std::optional<std::string>& column = std::nullopt) {
    const TableRules rules{
        .code_column = column, .takes_published_titles = true, .retitles_others = true};
    const std::string table = upload(csv, rules, system);
    if (table.starts_with("error: ")) return table;
    // The downloads' column and the version's codes are those of the release.
    const auto rows = commands::read_csv(table);
    const auto& headers = coding_systems::find_coding_system(system)->code_headers;
    const auto download = commands::find_column(rows->front().fields, headers);
    REQUIRE(download);
    std::set<std::string> downloaded;
    for (std::size_t i = 1; i < rows->size(); ++i) downloaded.insert((*rows)[i].fields[*download]);
    const auto codes = commands::codes_of_csv(table, "");
    CHECK(std::vector<std::string>(downloaded.begin(), downloaded.end()) == *codes);
    for (const std::string& code : *codes) CHECK(release().find(code));
    // A stored table is stored again as it is.
    const TableRules again{.takes_published_titles = true, .retitles_others = true};
    CHECK(upload(table, again, system) == table);
    return table;
  };
  // Row numbers, or anything else that differs from the codes.
  CHECK(stored("id,code,term\n1,10,a\n2,20,b\n") == "id_,code,term\n1,10,a\n2,20,b\n");
  CHECK(stored("code,id\n10,1\n") == "code,id_\n10,1\n");
  CHECK(stored("ID, Code \n1,10\n") == "ID_,Code\n1,10\n");
  CHECK(stored("id,code,id\n1,10,2\n") == "id_,code,id_\n1,10,2\n");
  CHECK(stored("dmd_id,code,id\n10,10,1\n", "dmd") == "dmd_id,code,id\n10,10,1\n");
  CHECK(stored("dmd_id,code,id\n10,10,1\n") == "dmd_id,code,id\n10,10,1\n");
  CHECK(stored("dmd_id,id\n10,1\n") == "dmd_id,id_\n10,1\n");
  CHECK(stored("dmd_id,snomed_id\n10,1\n", "dmd") == "dmd_id,snomed_id_\n10,1\n");
  CHECK(stored("ctv3id,code\nx,10\n", "ctv3") == "ctv3id_,code\nx,10\n");
  CHECK(stored("icd_code,icd,code\nx,y,10\n", "icd10") == "icd_code_,icd_,code\nx,y,10\n");
  CHECK(stored(" code,code\nx,10\n") == "code_,code\nx,10\n");
  CHECK(stored("dmd_id,term\n10,a\n", "bnf") == "code,term\n10,a\n");
  // Equal columns keep their titles, and are corrected alike.
  CHECK(stored("id,code,term\n10,10,a\n") == "id,code,term\n10,10,a\n");
  CHECK(stored("id,code\n10 ,10\n20,20 |x|\n") == "id,code\n10,10\n20,20\n");
  CHECK(stored("dmd_id,code\n10,10\n", "dmd") == "dmd_id,code\n10,10\n");
  CHECK_THAT(stored("dmd_id,code\n1,10\n", "dmd"), Catch::Contains("have codes that differ"));
  // A named column comes first, whatever the titles are.
  CHECK(stored("id,code\n1,10\n", "snomedct", "code") == "id_,code\n1,10\n");
  CHECK(stored("id,code\n10,x\n", "snomedct", "id") == "id,code_\n10,x\n");
  CHECK(stored("dmd_id,code\nx,10\n", "dmd", "code") == "dmd_id_,code\nx,10\n");
  CHECK(stored("code,Concept\nx,10\n", "ctv3", "concept") == "code_,code\nx,10\n");
  // Of several published titles none is certain.
  CHECK(stored("snomedcode,id\n10,20\n") ==
        "error: csv: the column 'snomedcode' would be read as the codes instead of 'id'; name the "
        "column of codes in code_column");
}

TEST_CASE("without a release, the native API keeps the column of codes for later", "[tables]") {
  const TableRules rules{.takes_published_titles = true, .retitles_others = true};
  CHECK(upload_unchecked("id,code,term\n1,A01,a\n", rules) == "id_,code,term\n1,A01,a\n");
  CHECK(upload_unchecked("id, Code\n1,A01\n", rules) == "id_,Code\n1,A01\n");
  CHECK(upload_unchecked("id,code\nA01,A01\n", rules) == "id,code\nA01,A01\n");
  CHECK(upload_unchecked("id,term\n1,a\n", rules) == "id,term\n1,a\n");
  CHECK(upload_unchecked("id,code,term\n1,A01,a\n") == "id,code,term\n1,A01,a\n");
}

TEST_CASE("published titles of the coding system are accepted on request", "[tables]") {
  const TableRules published{.takes_published_titles = true};
  for (const auto& [system, title] :
       std::vector<std::pair<const char*, std::string>>{{"ctv3", "CTV3ID"},
                                                        {"ctv3", "CTV3Code"},
                                                        {"icd10", "icd"},
                                                        {"icd10", "ICD10_code"},
                                                        {"snomedct", "id"},
                                                        {"dmd", "snomed_id"},
                                                        {"dmd", "dmd"}}) {
    CAPTURE(system, title);
    const std::string table = title + ",name\n10,a\n";
    CHECK(upload(table, published, system) == table);
    CHECK_THAT(upload(table, {}, system), Catch::Contains("has no column named code or dmd_id"));
  }
  CHECK(upload("ReadCode,name\n10,a\n", published, "readv2") == "code,name\n10,a\n");
  CHECK(upload("code,id\n10,x\n", published, "snomedct") == "code,id\n10,x\n");
}

TEST_CASE("text that is not UTF-8 is refused with its place", "[tables]") {
  CHECK(upload("code,term\n10,caf\xE9\n") ==
        "error: csv: the table is not well-formed UTF-8 at byte 17, in line 2; save it as CSV in "
        "UTF-8");
  CHECK_THAT(upload("caf\xC3\xA9\n\xC3"), Catch::Contains("at byte 7, in line 2"));
  CHECK_THAT(upload("code\n10\n\"20\n30\n"),
             Catch::Contains("row 3: a quoted field is never closed"));
}

TEST_CASE("a table with too many columns or cells is refused", "[tables]") {
  const std::string widest = "code" + std::string(999, ',') + "\n10\n";
  CHECK(upload(widest) == widest);
  const std::string refused = "error: csv: the table has 1001 columns; at most 1000 are read";
  CHECK(upload("code" + std::string(1'000, ',') + "\n10\n") == refused);
  CHECK(upload_unchecked("code" + std::string(1'000, ',') + "\n10\n") == refused);
  // Each of the rows would be as long as the header.
  std::string rows;
  for (int i = 0; i < 4'000; ++i) rows += "10\n";
  CHECK(upload("code" + std::string(999, ',') + "\n" + rows) ==
        "error: csv: the table has 4001 rows and 1000 columns, more than 4000000 cells");
}

}  // namespace codelog::tests::uploaded_table_test
