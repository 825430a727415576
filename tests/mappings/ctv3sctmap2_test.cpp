#include <catch2/catch.hpp>

#include "mappings/ctv3sctmap2/import.h"
#include "mappings/ctv3sctmap2/mapping.h"
#include "tests/mappings/mapping_support.h"

namespace codelog::tests::ctv3sctmap2_test {
namespace {

using mappings::Ctv3SnomedMapping;
using mappings::import_ctv3sctmap2;
using Rows = std::vector<Row>;

const std::string table_folder = "Mapping Tables/Updated/Clinically Assured";
const std::string header =
    "MAPID\tCTV3_CONCEPTID\tCTV3_TERMID\tCTV3_TERMTYPE\tSCT_CONCEPTID\tSCT_DESCRIPTIONID\t"
    "MAPSTATUS\tEFFECTIVEDATE\tIS_ASSURED\r\n";

std::string line(const std::string& id, const std::string& ctv3, const std::string& sct,
                 const std::string& status = "1", const std::string& date = "20200401",
                 const std::string& assured = "1") {
  return id + "\t" + ctv3 + "\tYa000\tP\t" + sct + "\t" + (sct == "_DRUG" ? sct : "2000016") +
         "\t" + status + "\t" + date + "\t" + assured + "\r\n";
}

struct Imported {
  TemporaryFolder folder;
  std::filesystem::path source = folder.path() / "delivery";
  std::filesystem::path target = folder.path() / "ctv3sctmap2";
  std::filesystem::path file = target / "test_1.sqlite3";

  std::filesystem::path table(const std::string& name = "ctv3sctmap2_uk_20200401000001.txt") const {
    return source / table_folder / name;
  }
  std::string import(const std::filesystem::path& path) const {
    const auto imported = import_ctv3sctmap2(import_request(path, target));
    return imported ? "" : imported.error().detail;
  }
  std::string run(const std::string& text) const {
    std::filesystem::create_directories(table().parent_path());
    write_bytes(table(), text);
    return import(source);
  }
  // Expects a failure that leaves nothing behind.
  std::string failure(const std::string& text) const {
    const std::string error = run(text);
    CHECK(files_in(target).empty());
    return error;
  }
  Rows rows() const { return query(file, "SELECT * FROM ctv3sctmap2_mapping ORDER BY rowid"); }
};

std::vector<std::string> codes_of(std::span<const mappings::Ctv3SnomedPair> pairs) {
  std::vector<std::string> codes;
  for (const auto& pair : pairs) {
    codes.push_back(std::string(pair.ctv3.view()) + " " + std::string(pair.snomedct.view()));
  }
  return codes;
}

}  // namespace

TEST_CASE("the mapping of CTV3 is imported as OpenCodelists imports it", "[mappings][import]") {
  Imported imported;
  const std::string text = header + line("{B-2}", "X1.aB", "100000018") +
                           line("A-1", "X1.aB", "_DRUG") +
                           line("C-3", "XE123", "100000018", "0", "20190101", "0") +
                           // The same row with a later, an earlier and the same date.
                           line("C-3", "other", "999999999", "1", "20190102", "1") +
                           line("C-3", "other", "999999999", "0", "20180101", "0") +
                           line("C-3", "other", "999999999", "0", "20190102", "0") +
                           line("D-4", "XE124", "100000018", "2");
  REQUIRE(imported.run(text) == "");
  CHECK(imported.rows() ==
        Rows{{"A-1", "P", "1", "2020-04-01", "1", "X1.aB", "Ya000", "NULL", "NULL"},
             {"B-2", "P", "1", "2020-04-01", "1", "X1.aB", "Ya000", "100000018", "2000016"},
             {"C-3", "P", "1", "2019-01-02", "1", "XE123", "Ya000", "100000018", "2000016"},
             {"D-4", "P", "0", "2020-04-01", "1", "XE124", "Ya000", "100000018", "2000016"}});
  CHECK(query(imported.file,
              "SELECT sql FROM sqlite_master WHERE type = 'table' AND "
              "name = 'ctv3sctmap2_mapping'") ==
        Rows{{"CREATE TABLE \"ctv3sctmap2_mapping\" (\"id\" char(32) NOT NULL PRIMARY KEY, "
              "\"ctv3_term_type\" varchar(1) NOT NULL, \"map_status\" bool NOT NULL, "
              "\"effective_date\" date NOT NULL, \"is_assured\" bool NOT NULL, "
              "\"ctv3_concept_id\" varchar(5) NOT NULL, \"ctv3_term_id\" varchar(5) NOT NULL, "
              "\"sct_concept_id\" varchar(18) NULL, \"sct_description_id\" varchar(18) NULL)"}});
  CHECK(query(imported.file,
              "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND "
              "name LIKE 'ctv3sctmap2_mapping_%'") == Rows{{"4"}});
  const std::string bytes = read_bytes(imported.file);

  // The archive of the folder gives the same file, byte for byte.
  const auto archive = imported.folder.path() / "delivery.zip";
  write_archive(archive, {{"readme.txt", "x"},
                          {"top/" + table_folder + "/ctv3sctmap2_uk_20200401000001.txt", text}});
  REQUIRE(imported.import(archive) == "");
  CHECK(read_bytes(imported.file) == bytes);
  // So does the table by itself.
  const auto bare = imported.folder.path() / "table.txt";
  write_bytes(bare, text);
  REQUIRE(imported.import(bare) == "");
  CHECK(read_bytes(imported.file) == bytes);
}

TEST_CASE("empty fields behind the last column of the CTV3 mapping are ignored",
          "[mappings][import]") {
  const Imported imported;
  const std::string row = line("1", "X1...", "100000");
  const std::string cells = row.substr(0, row.size() - 2);
  REQUIRE(imported.run(header + cells + "\t\t\u00a0\r\n") == "");
  CHECK(imported.rows().size() == 1);
  CHECK(imported.run(header + cells + "\t\tx\r\n") ==
        "ctv3sctmap2_uk_20200401000001.txt, line 2: the row has 11 fields, the header has 9");
}

TEST_CASE("codes are looked up from both sides, in rows that are assured and in force",
          "[mappings]") {
  Imported imported;
  REQUIRE(imported.run(header + line("1", "X1...", "200000") + line("2", "X1...", "100000") +
                       line("3", "X2...", "100000") + line("4", "X2...", "100000") +
                       line("5", "X3...", "100000", "0") + line("6", "X4...", "_DRUG") +
                       line("7", "X5...", "300000", "1", "20200401", "0")) == "");
  const auto mapping = Ctv3SnomedMapping::open(imported.file);
  REQUIRE(mapping);
  using Codes = std::vector<std::string>;
  CHECK(mapping->pairs_count() == 4);
  CHECK(codes_of(mapping->of_ctv3("X1...")) == Codes{"X1... 100000", "X1... 200000"});
  // Once for each pair of terms.
  CHECK(codes_of(mapping->of_snomedct("100000")) ==
        Codes{"X1... 100000", "X2... 100000", "X2... 100000"});
  for (const char* code : {"X3...", "X4...", "X5...", "X1", "", "100000"}) {
    CHECK(mapping->of_ctv3(code).empty());
  }
  CHECK(mapping->of_snomedct("300000").empty());
  CHECK(mapping->of_snomedct("X1...").empty());
}

TEST_CASE("a bad table of the CTV3 mapping is refused with its line", "[mappings][import]") {
  const Imported imported;
  const std::string where = "ctv3sctmap2_uk_20200401000001.txt, line ";
  CHECK(imported.failure("") == where + "0: the table is empty: its header is missing");
  CHECK(imported.failure(header) == where + "1: the table has no rows below its header");
  CHECK(imported.failure("MAPID\tCTV3_CONCEPTID\n") ==
        where + "1: there is no column 'CTV3_TERMID'");
  const std::string good = line("1", "X1...", "100000");
  CHECK(imported.failure(header + good + "2\tX1...\n") ==
        where + "3: the row has 2 fields, the header has 9");
  CHECK(imported.failure(header + line("{-}", "X1...", "100000")) ==
        where + "2: the MAPID is empty, or not 1 to 64 characters");
  CHECK(imported.failure(header + line(std::string(65, '1'), "X1...", "100000")) ==
        where + "2: the MAPID is empty, or not 1 to 64 characters");
  for (const std::string code : {"", "X1....", "X 1"}) {
    CHECK(imported.failure(header + line("1", code, "100000")) ==
          where + "2: the CTV3_CONCEPTID '" + code + "' is not 1 to 5 characters");
  }
  for (const std::string code : {"10000", "X1...", "_NONE", "1000000000000000000"}) {
    CHECK(imported.failure(header + line("1", "X1...", code)) ==
          where + "2: the SCT_CONCEPTID '" + code + "' is not an id of 6 to 18 digits");
  }
  for (const std::string date : {"", "2020-04-01", "20200230", "2020041"}) {
    CHECK(imported.failure(header + line("1", "X1...", "100000", "1", date)) ==
          where + "2: the EFFECTIVEDATE is not a date (YYYYMMDD)");
  }
  CHECK(imported.failure(header + good + std::string(400'000, 'x')) ==
        where + "3: the line is longer than 65536 bytes");
}

TEST_CASE("a table of the CTV3 mapping may not have more rows than the limit",
          "[mappings][import]") {
  const Imported imported;
  const std::string row = line("1", "X1...", "100000");
  REQUIRE(imported.run(header + row + row) == "");
  auto request = import_request(imported.source, imported.target);
  request.rows_max = 1;
  const auto refused = import_ctv3sctmap2(request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail ==
        "ctv3sctmap2_uk_20200401000001.txt, line 3: the table has more than 1 rows");
}

TEST_CASE("there must be one table of the CTV3 mapping", "[mappings][import]") {
  Imported imported;
  const std::string expected =
      ": expected one file '" + table_folder + "/ctv3sctmap2*.txt', found ";
  std::filesystem::create_directories(imported.source);
  CHECK(imported.import(imported.source) == imported.source.string() + expected + "0");
  std::filesystem::create_directories(imported.table().parent_path());
  write_bytes(imported.table("ctv3sctmap2_b.txt"), header);
  CHECK(imported.run(header) == imported.source.string() + expected + "2");
  CHECK(imported.import(imported.folder.path() / "nothing") ==
        (imported.folder.path() / "nothing").string() + ": no such file");
  write_archive(imported.folder.path() / "a.zip", {{"other/ctv3sctmap2_b.txt", header}});
  CHECK(imported.import(imported.folder.path() / "a.zip") == "a.zip" + expected + "0");
}

}  // namespace codelog::tests::ctv3sctmap2_test
