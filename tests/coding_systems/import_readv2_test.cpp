#include <algorithm>
#include <catch2/catch.hpp>

#include "coding_systems/readv2/codes.h"
#include "coding_systems/readv2/coding_system.h"
#include "coding_systems/readv2/import.h"
#include "import_support.h"

namespace codelog::tests::import_readv2_test {
namespace {

using coding_systems::import_readv2;
namespace readv2 = coding_systems::readv2;

// Rows of Keyv2.all: one for each keyword of a term.
const std::string keys =
    "\"RESPIRATORY\",\"01\",\"Respiratory diseases\",\"\",\"\",\"00\",\"EN\",\"H....\",\"0\"\r\n"
    "\"ASTHMA\",\"01\",\"Asthma\",\"\",\"\",\"00\",\"EN\",\"H33..\",\"0\"\r\n"
    "\"BRONCHIAL\",\"01\",\"Bronchial asthma\",\"\",\"\",\"11\",\"EN\",\"H33..\",\"0\"\r\n"
    "\"ASTHMA\",\"02\",\"Bronchial asthma\",\"\",\"\",\"11\",\"EN\",\"H33..\",\"0\"\r\n"
    "\"ASTHMA\",\"03\",\"Exercise indu\",\"Exercise induced\",\"Exercise induced asthma\",\"00\","
    "\"EN\",\"H33z1\",\"0\"\r\n"
    "\"LOWER\",\"01\",\"A lower-case code\",\"\",\"\",\"00\",\"EN\",\"h33..\",\"0\"\r\n";

struct Imported {
  TemporaryFolder folder;
  std::filesystem::path target = folder.path() / "readv2";
  std::filesystem::path file = target / "test_1.sqlite3";

  std::string run(const Members& members) const {
    write_archive(folder.path() / "a.zip", members);
    return import_error(import_readv2, folder.path() / "a.zip", target);
  }
  std::string run_file(const std::string& name, const std::string& text) const {
    write_bytes(folder.path() / name, text);
    return import_error(import_readv2, folder.path() / name, target);
  }
  // Expects a failure that leaves nothing behind.
  std::string failure(const std::string& name, const std::string& text) const {
    const std::string error = run_file(name, text);
    CHECK(files_in(target).empty());
    return error;
  }
  std::vector<Row> concepts() const {
    return query(file, "SELECT code, term, parent_id FROM readv2_concept ORDER BY rowid");
  }
  std::shared_ptr<const coding_systems::Release> open() const {
    auto opened = readv2::open_release({file, target / "test_1.index"}, "test_1");
    REQUIRE(opened);
    return *opened;
  }
};

std::vector<std::string> codes_of(const coding_systems::Release& release, const char* term) {
  std::vector<std::string> codes;
  for (const auto node : release.search_by_term(term)) codes.emplace_back(release.code(node));
  std::ranges::sort(codes);
  return codes;
}

}  // namespace

TEST_CASE("Read v2 codes are letters and digits padded with full stops", "[import][readv2]") {
  for (const char* code : {"H33..", "H....", "h33zz", ".....", "0a1B2"}) {
    CHECK(readv2::is_code(code));
  }
  for (const char* text : {"", "H33", "H33...", "H.3..", "H3 ..", "H33,.", "\xC3\xA9...."}) {
    CHECK(!readv2::is_code(text));
  }
  CHECK(readv2::one_level_up("H33z1") == "H33z.");
  CHECK(readv2::one_level_up("H....") == ".....");
  CHECK(readv2::one_level_up(".....").empty());
  CHECK(readv2::split_code("H33..11")->term_code == "11");
  CHECK(readv2::split_code("H33..")->term_code == "00");
  for (const char* text : {"H33..1", "H33..1.", "H33..111", "H33"}) {
    CHECK(!readv2::split_code(text));
  }
}

TEST_CASE("the published Read v2 archive becomes codes with synonyms in a tree", "[import]") {
  Imported imported;
  REQUIRE(imported.run({{"V2/Unified/Keyv2.all", keys}, {"V2/Unified/Corev2.all", "unread"}}) ==
          "");
  // H3... and H33z. are missing, so H33.. hangs under the chapter and H33z1 under H33.. .
  CHECK(imported.concepts() == std::vector<Row>{{"H....", "Respiratory diseases", "NULL"},
                                                {"H33..", "Asthma", "H...."},
                                                {"H33z1", "Exercise induced asthma", "H33.."},
                                                {"h33..", "A lower-case code", "NULL"}});
  CHECK(query(imported.file, "SELECT concept_id, term_code, term FROM readv2_synonym") ==
        std::vector<Row>{{"H33..", "11", "Bronchial asthma"}});
  CHECK(query(imported.file, "PRAGMA integrity_check") == std::vector<Row>{{"ok"}});
  CHECK(query(imported.file, "PRAGMA foreign_key_check").empty());
}

TEST_CASE("a Read v2 archive may have been made on a Mac", "[import]") {
  const Imported imported;
  CHECK(imported.run({{"codes.csv", "code,term\nH....,Respiratory\n"},
                      {"__MACOSX/._codes.csv", "x"}}) == "");
}

TEST_CASE("Read v2 codes are found by term, by synonym, and by either code", "[import]") {
  Imported imported;
  REQUIRE(imported.run({{"V2/Unified/Keyv2.all", keys}}) == "");
  const auto release = imported.open();
  CHECK(codes_of(*release, "asthma") == std::vector<std::string>{"H33..", "H33z1"});
  CHECK(codes_of(*release, "BRONCHIAL") == std::vector<std::string>{"H33.."});
  const auto asthma = *release->find("H33..");
  CHECK(release->name(asthma) == "Asthma");
  CHECK(release->synonyms(asthma) == std::vector<std::string_view>{"Bronchial asthma"});
  CHECK(release->search_by_code("H33..") == std::vector<std::string>{"H33.."});
  CHECK(release->search_by_code("H33..11") == std::vector<std::string>{"H33.."});
  CHECK(release->search_by_code("h33..") == std::vector<std::string>{"h33.."});
  for (const char* code : {"", "H33", "H3...", "H33...", "%"}) {
    CHECK(release->search_by_code(code).empty());
  }
  CHECK(release->type_titles(asthma) == std::vector<std::string>{"Respiratory diseases"});
  CHECK(release->type_titles(*release->find("h33..")) == std::vector<std::string>{"[Unknown]"});
}

TEST_CASE("a Read v2 release without keys is read from its core", "[import]") {
  const std::string core =
      "\"H....\",\"Respiratory dis\",\"Respiratory diseases\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
      "\"\",\"0\",\"EN\"\r\n"
      "\"H3...\",\"COPD\",\"\",\"\",\"496\",\"XX\",\"\",\"\",\"\",\"\",\"\",\"0\",\"EN\"\r\n";
  const std::vector<Row> expected = {{"H....", "Respiratory diseases", "NULL"},
                                     {"H3...", "COPD", "H...."}};
  Imported imported;
  REQUIRE(imported.run({{"v2/UNIFIED/COREV2.ALL", core}}) == "");
  CHECK(imported.concepts() == expected);
  REQUIRE(imported.run_file("Corev2.all", core) == "");
  CHECK(imported.concepts() == expected);
}

TEST_CASE("a plain table of Read v2 codes is imported, with parents of its own", "[import]") {
  const std::string table =
      "note,term,parent,code\n,Asthma,,H33..\n,Wheezing,,H33..12\n,Top,,Zz...\n"
      ",Moved,Zz...,H331.\n";
  const std::vector<Row> expected = {
      {"H33..", "Asthma", "NULL"}, {"H331.", "Moved", "Zz..."}, {"Zz...", "Top", "NULL"}};
  Imported imported;
  REQUIRE(imported.run_file("codes.csv", table) == "");
  CHECK(imported.concepts() == expected);
  const auto first = read_bytes(imported.file);
  // The order of the rows does not change the release.
  REQUIRE(imported.run({{"any/name.csv",
                         "code,term,parent,day\nH331.,Moved,Zz...,\nZz...,Top,,,,\n,,,2024\n"
                         "H33..12,Wheezing,,\nH33..,Asthma,,\nH33..00,Asthma,,\n"}}) == "");
  CHECK(read_bytes(imported.file) == first);
}

TEST_CASE("a bad row of Read v2 is refused with its line", "[import]") {
  Imported imported;
  const auto keys_failure = [&](const std::string& row) {
    return imported.failure("Keyv2.all", keys + row);
  };
  const std::string where = "Keyv2.all, line 7: ";
  CHECK(keys_failure("\"A\",\"01\",\"Term\"\n") ==
        where + "the row has 3 fields; the file must have 9");
  CHECK(keys_failure("A,01,Term,,,0,EN,H31..,0\n") ==
        where + "the term code '0' is not two letters or digits");
  CHECK(keys_failure("A,01,Term,,,00,EN,H31,0\n") ==
        where + "'H31' is not a Read code of 5 characters, or of 7 with its term code");
  CHECK(keys_failure("A,01,Term,,,00,EN,H31..11,0\n") ==
        where + "the code H31..11 has another term code than 00");
  CHECK(keys_failure("A,01,,,,00,EN,H31..,0\n") ==
        where + "the term is empty, not UTF-8, of several lines or longer than 1000 bytes");
  CHECK(keys_failure("A,01,Sj\xF6gren,,,00,EN,H31..,0\n") ==
        where + "the term is empty, not UTF-8, of several lines or longer than 1000 bytes");
  CHECK(keys_failure("A,01,Other,,,11,EN,H33..,0\n") ==
        where + "H33.. has another term with the term code 11 on line 3");

  const std::string header = "code,term,parent\nH33..,Asthma,\n";
  const auto table_failure = [&](const std::string& row) {
    return imported.failure("a.csv", header + row);
  };
  CHECK(table_failure("H331.,Moved\n") == "a.csv, line 3: the row has 2 fields, the header has 3");
  CHECK(table_failure("H331.,Moved,,x\n") ==
        "a.csv, line 3: the row has 4 fields, the header has 3");
  CHECK(table_failure("H331.,Moved,H331.\n") == "a.csv, line 3: H331. is its own parent");
  CHECK(table_failure("H33..,Asthma,Zz...\n") ==
        "a.csv, line 3: H33.. has another parent with the term code 00 on line 2");
  CHECK_THAT(table_failure("H331.,Up,H332.\nH332.,Down,H331.\n"),
             Catch::StartsWith("a.csv: ") && Catch::Contains("H331.") && Catch::Contains("H332."));
  CHECK(imported.failure("a.csv", "") == "a.csv, line 0: the file is empty: its header is missing");
  CHECK(imported.failure("a.csv", "code\n") == "a.csv, line 1: there is no column 'term'");
  CHECK(imported.failure("a.csv", "code,term\n") == "a.csv, line 1: the file has no codes");
}

TEST_CASE("a table may not have more rows than the limit", "[import]") {
  const Imported imported;
  const auto refusal = [&](const std::string& name, const std::string& text) {
    write_bytes(imported.folder.path() / name, text);
    coding_systems::ImportRequest request{.archive = imported.folder.path() / name,
                                          .target_folder = imported.target,
                                          .alias = "test_1",
                                          .rows_max = 1};
    const auto done = import_readv2(request);
    return done ? "" : done.error().detail;
  };
  const std::string table = "code,term\nH....,Respiratory\n";
  CHECK(refusal("a.csv", table + "H33..,Asthma\n") ==
        "a.csv, line 3: the file has more than 1 rows");
  CHECK(refusal("Keyv2.all", keys) == "Keyv2.all, line 2: there are more than 1 terms");
  CHECK(files_in(imported.target).empty());
  CHECK(refusal("a.csv", table) == "");
}

TEST_CASE("a file without a Read v2 release is refused by name", "[import]") {
  Imported imported;
  CHECK(imported.run({{"Keyv2.txt", keys}}) ==
        "a.zip: there is neither Unified/Keyv2.all nor Unified/Corev2.all, and not one .csv file "
        "but 0");
  CHECK(files_in(imported.target).empty());
  write_bytes(imported.folder.path() / "b.zip", "PK");
  CHECK_THAT(import_error(import_readv2, imported.folder.path() / "b.zip", imported.target),
             Catch::StartsWith("b.zip: the archive is truncated"));
  CHECK_THAT(import_error(import_readv2, imported.folder.path() / "c.csv", imported.target),
             Catch::EndsWith("c.csv: no such file"));
  CHECK_THAT(import_error(import_readv2, imported.folder.path(), imported.target),
             Catch::EndsWith(": is not a file"));
  CHECK(files_in(imported.target).empty());
}

}  // namespace codelog::tests::import_readv2_test
