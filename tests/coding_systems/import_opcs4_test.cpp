#include <algorithm>
#include <catch2/catch.hpp>

#include "coding_systems/opcs4/codes.h"
#include "coding_systems/opcs4/coding_system.h"
#include "coding_systems/opcs4/import.h"
#include "import_support.h"

namespace codelog::tests::import_opcs4_test {
namespace {

using coding_systems::import_opcs4;
namespace opcs4 = coding_systems::opcs4;

constexpr const char* titles_name = "OPCS410 CodesAndTitles Nov 2022 V1.0.txt";
const std::string titles =
    "A01\tMajor excision of tissue of brain\r\nA01.1\tHemispherectomy\r\n"
    "A01.2\tTotal lobectomy of brain\r\nB02.1\tOperation without its category\r\n";

struct Imported {
  TemporaryFolder folder;
  std::filesystem::path target = folder.path() / "opcs4";
  std::filesystem::path file = target / "test_1.sqlite3";

  std::string run(const Members& members) const {
    write_archive(folder.path() / "a.zip", members);
    return import_error(import_opcs4, folder.path() / "a.zip", target);
  }
  std::string run_file(const std::string& name, const std::string& text) const {
    write_bytes(folder.path() / name, text);
    return import_error(import_opcs4, folder.path() / name, target);
  }
  // Expects a failure that leaves nothing behind.
  std::string failure(const std::string& name, const std::string& text) const {
    const std::string error = run_file(name, text);
    CHECK(files_in(target).empty());
    return error;
  }
  std::vector<Row> concepts() const {
    return query(file, "SELECT code, term, parent_id FROM opcs4_concept ORDER BY rowid");
  }
  std::shared_ptr<const coding_systems::Release> open() const {
    auto opened = opcs4::open_release({file, target / "test_1.index"}, "test_1");
    REQUIRE(opened);
    return *opened;
  }
};

}  // namespace

TEST_CASE("OPCS-4 codes are stored without their full stop", "[import][opcs4]") {
  CHECK(opcs4::normal_code("A01.1") == "A011");
  CHECK(opcs4::normal_code("A011") == "A011");
  CHECK(opcs4::normal_code("A01") == "A01");
  CHECK(opcs4::normal_code("A") == "A");
  for (const char* text :
       {"", "a01", "A0", "A01.", "A0.11", "A01.11", "A01-1", "AA1", "1", "A01 1", "A01.x"}) {
    CHECK(!opcs4::normal_code(text));
  }
  CHECK(opcs4::one_level_up("A011") == "A01");
  CHECK(opcs4::one_level_up("A01") == "A");
  CHECK(opcs4::one_level_up("A").empty());
}

TEST_CASE("the published OPCS-4 archive becomes a tree", "[import]") {
  Imported imported;
  REQUIRE(imported.run({{"Data files/" + std::string(titles_name), titles},
                        {"Data files/OPCS410 Metadata.txt", "unread"}}) == "");
  CHECK(imported.concepts() ==
        std::vector<Row>{{"A01", "Major excision of tissue of brain", "NULL"},
                         {"A011", "Hemispherectomy", "A01"},
                         {"A012", "Total lobectomy of brain", "A01"},
                         {"B021", "Operation without its category", "NULL"}});
  CHECK(query(imported.file, "PRAGMA integrity_check") == std::vector<Row>{{"ok"}});
  const auto release = imported.open();
  CHECK(release->type_titles(*release->find("A011")) == std::vector<std::string>{"Chapter A"});
}

TEST_CASE("OPCS-4 codes are found with and without their full stop", "[import]") {
  Imported imported;
  // Chapters, spaces in place of the tab, a byte order mark, a last line without an end.
  REQUIRE(imported.run_file(titles_name, "\xEF\xBB\xBFX\tOther operations\n\nA  Nervous System\n" +
                                             titles + "X99.9 Unspecified") == "");
  const auto release = imported.open();
  for (const char* code : {"A01.1", "A011", "a01.1", "a011"}) {
    CHECK(release->search_by_code(code) == std::vector<std::string>{"A011"});
  }
  for (const char* code : {"", "A01.", "A019", "A0", "%"}) {
    CHECK(release->search_by_code(code).empty());
  }
  const auto found = release->search_by_term("LOBECTOMY");
  REQUIRE(found.size() == 1);
  CHECK(release->code(found.front()) == "A012");
  CHECK(release->type_titles(found.front()) ==
        std::vector<std::string>{"Chapter A: Nervous System"});
  CHECK(release->hierarchy().is_ancestor(*release->find("A"), *release->find("A011")));
  CHECK(release->hierarchy().is_ancestor(*release->find("X"), *release->find("X999")));
}

TEST_CASE("a plain table of OPCS-4 codes is imported, with parents of its own", "[import]") {
  Imported imported;
  REQUIRE(imported.run_file("codes.CSV",
                            "term,code,parent\nOne,A01.1,\nTwo,A01.2,B01\nThree,B01,\n") == "");
  CHECK(imported.concepts() == std::vector<Row>{{"A011", "One", "NULL"},
                                                {"A012", "Two", "B01"},
                                                {"B01", "Three", "NULL"}});
  const auto first = read_bytes(imported.file);
  REQUIRE(imported.run({{"c.csv",
                         "code,term,parent\nB01,Three,,\nA012,Two,B01,,\u00a0\nA011,One,\n"
                         "A01.1,One,\n"}}) == "");
  CHECK(read_bytes(imported.file) == first);
}

TEST_CASE("a parent of OPCS-4 that is not in the table gives a notice, and the form decides",
          "[import]") {
  Imported imported;
  write_bytes(imported.folder.path() / "a.csv",
              "code,term,parent\nA01,One,\nA01.1,Two,A02\nB01,Three,A02\n,,\n");
  const auto outcome = import_opcs4({.archive = imported.folder.path() / "a.csv",
                                     .target_folder = imported.target,
                                     .alias = "test_1"});
  REQUIRE(outcome);
  CHECK(outcome->notices ==
        std::vector<std::string>{"parents that are given are not in the file: "
                                 "the form of the code decides: 2 (A011, B01)"});
  CHECK(imported.concepts() ==
        std::vector<Row>{{"A01", "One", "NULL"}, {"A011", "Two", "A01"}, {"B01", "Three", "NULL"}});
}

TEST_CASE("blank lines of OPCS-4 are skipped", "[import]") {
  Imported imported;
  REQUIRE(imported.run_file(titles_name, titles) == "");
  const auto expected = imported.concepts();
  REQUIRE(imported.run_file(titles_name, "\xEF\xBB\xBF\r\n\t\r\n" + titles + "\n \t \n") == "");
  CHECK(imported.concepts() == expected);
}

TEST_CASE("a bad line of OPCS-4 is refused", "[import]") {
  Imported imported;
  const auto failure = [&](const std::string& line) {
    return imported.failure("titles.txt", titles + line);
  };
  const std::string where = "titles.txt, line 5: ";
  CHECK(failure("Code\tTitle\n") == where + "'Code' is not an OPCS-4 code like A, A01 or A01.1");
  CHECK(failure("A013\n") ==
        where + "the title is empty, not UTF-8, of several lines or longer than 1000 bytes");
  CHECK(failure("A013\tSj\xF6gren\n") ==
        where + "the title is empty, not UTF-8, of several lines or longer than 1000 bytes");
  CHECK(failure("A013\t" + std::string(1001, 'x')) ==
        where + "the title is empty, not UTF-8, of several lines or longer than 1000 bytes");
  CHECK(failure("A011\tAnother\n") == where + "A011 has another title on line 2");
  CHECK(imported.failure("titles.txt", "\n\n") == "titles.txt: the file has no codes");
  CHECK(imported.failure("a.csv", "code,term,parent\nA01,One,A0\n") ==
        "a.csv, line 2: 'A0' is not an OPCS-4 code like A, A01 or A01.1");
  CHECK(imported.run({{"a.txt", titles}}) ==
        "a.zip: expected one file *CodesAndTitles*.txt, or one .csv file; found 0 and 0");
  CHECK(imported.run({{"a CodesAndTitles.txt", titles}, {"b CodesAndTitles.txt", titles}}) ==
        "a.zip: expected one file *CodesAndTitles*.txt, or one .csv file; found 2 and 0");
  CHECK(files_in(imported.target).empty());
}

}  // namespace codelog::tests::import_opcs4_test
