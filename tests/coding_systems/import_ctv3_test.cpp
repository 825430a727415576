#include <catch2/catch.hpp>

#include "coding_systems/ctv3/coding_system.h"
#include "coding_systems/ctv3/import.h"
#include "coding_systems/index/release_files.h"
#include "import_support.h"

namespace codelog::tests::import_ctv3_test {
namespace {

using coding_systems::import_ctv3;
namespace ctv3 = coding_systems::ctv3;

const std::filesystem::path small_folder =
    std::filesystem::path(CODELOG_TESTS_DIR) / "golden" / "releases" / "ctv3" / "2024-01-01";
constexpr const char* archive_name = "nhs_readctv3_25.0.0_20180401000001.zip";

// The sources of a small release, for a test to change: a root, two sections, and a code below
// both.
struct Sources {
  std::string concepts =
      ".....|C|A|.....\r\nX0...|C|A|X0...\r\nXa1b.|C|N|Xa1b.\r\nOLD..|C|N|OLD..\r\n";
  std::string terms = "Y0001|C|Findings||\r\nY0002|C|Old ter|Old term|Old term in full\r\n";
  std::string descriptions = "X0...|Y0001|P\r\nXa1b.|Y0002|S\r\nOLD..|Y0002|P\r\n";
  std::string hierarchy = "X0...|.....|00\r\n";
  std::string tpp_dictionary =
      "CTV3Code,Description\r\n.....,Root\r\nX0...,Findings\r\nX78tJ,\"Values, additional\"\r\n"
      "Xa1b.,Both\r\nxa1b.,Lower case\r\nlost.,Nowhere\r\n";
  std::string tpp_hierarchy =
      "ParentCTV3Code,ChildCTV3Code,ChildToParentDistance\r\n.....,.....,0\r\n.....,X0...,1\r\n"
      ".....,X78tJ,1\r\nX0...,Xa1b.,1\r\nX78tJ,Xa1b.,1\r\n.....,Xa1b.,2\r\nX78tJ,xa1b.,1\r\n";

  Members members() const {
    return {{"V3/Concept.v3", concepts},
            {"V3/Terms.v3", terms},
            {"V3/Descrip.v3", descriptions},
            {"V3/V3hier.v3", hierarchy}};
  }
};

struct Imported {
  TemporaryFolder folder;
  std::filesystem::path day = folder.path() / "2024-01-01";
  std::filesystem::path target = folder.path() / "target";
  std::filesystem::path file = target / "test_1.sqlite3";

  void write(const Sources& sources) const {
    std::filesystem::create_directories(day);
    write_archive(folder.path() / archive_name, sources.members());
    write_bytes(day / "ctv3_dictionary.csv.gz", gzip(sources.tpp_dictionary));
    write_bytes(day / "ctv3_hierarchy.csv.gz", gzip(sources.tpp_hierarchy));
  }
  std::string run(const Sources& sources) const {
    write(sources);
    return import_error(import_ctv3, day, target);
  }
  // Expects a failure that leaves nothing behind.
  std::string failure(const Sources& sources) const {
    const std::string error = run(sources);
    CHECK(files_in(target).empty());
    return error;
  }
  std::shared_ptr<const coding_systems::Release> open() const {
    auto opened = ctv3::open_release({file, target / "test_1.index"}, "test_1");
    REQUIRE(opened);
    return *opened;
  }
};

std::string member_line(const char* member, int line) {
  return std::string(archive_name) + ": member V3/" + member + ", line " + std::to_string(line) +
         ": ";
}

// Checks that the importer's index equals the index built from its file.
void check_index(const std::filesystem::path& file) {
  const auto index = std::filesystem::path(file).replace_extension("index");
  const auto imported_bytes = read_bytes(index);
  std::filesystem::remove(index);
  REQUIRE(coding_systems::open_release_index({file, index}, "ctv3", ctv3::read_index_source));
  CHECK(read_bytes(index) == imported_bytes);
}

}  // namespace

TEST_CASE("the golden CTV3 release is imported as OpenCodelists imports it", "[import]") {
  TemporaryFolder folder;
  const auto golden = unpack_small_release(folder.path() / "golden", "ctv3").database;
  const auto imported =
      import_ctv3({.archive = small_folder, .target_folder = folder.path(), .alias = small_ctv3});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  CHECK(imported->concepts_count == 4000);
  CHECK(imported->descriptions_count == 5492);
  CHECK(imported->relationships_count == 69494);
  const auto file = imported->file;
  const std::string schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name";
  CHECK(query(file, schema) == query(golden, schema));
  for (const std::string table :
       {"ctv3_rawconcept", "ctv3_rawconcepthierarchy", "ctv3_rawconcepttermmapping", "ctv3_rawterm",
        "ctv3_tppconcept", "ctv3_tpprelationship"}) {
    CAPTURE(table);
    const std::string rows = "SELECT rowid, * FROM " + table + " ORDER BY rowid";
    CHECK((query(file, rows) == query(golden, rows)));
  }
  for (const std::string rows : {"SELECT id, app, name FROM django_migrations",
                                 "SELECT name, seq FROM sqlite_sequence ORDER BY name"}) {
    CHECK(query(file, rows) == query(golden, rows));
  }
  CHECK(query(file, "PRAGMA integrity_check") == std::vector<Row>{{"ok"}});
  CHECK(query(file, "PRAGMA foreign_key_check").empty());
  check_index(file);
}

TEST_CASE("the same sources of CTV3 give the same bytes", "[import]") {
  Imported imported;
  REQUIRE(imported.run({}) == "");
  const auto first = read_bytes(imported.file);
  imported.day += "/";  // the folder may have a '/' at its end
  REQUIRE(imported.run({}) == "");
  CHECK(read_bytes(imported.file) == first);
  check_index(imported.file);
}

TEST_CASE("codes of CTV3 are listed under every section but the additional values", "[import]") {
  Imported imported;
  REQUIRE(imported.run({}) == "");
  const auto release = imported.open();
  const auto titles = [&](const char* code) { return release->type_titles(*release->find(code)); };
  using Titles = std::vector<std::string>;
  CHECK(titles("Xa1b.") == Titles{"Findings"});
  CHECK(titles("xa1b.") == Titles{"Values, additional"});
  CHECK(titles("X78tJ") == Titles{"Values, additional"});
  CHECK(titles("X0...") == Titles{"Findings"});
  CHECK(titles(".....") == Titles{"[Unknown]"});
  CHECK(titles("lost.") == Titles{"[Unknown]"});
  CHECK(titles("OLD..") == Titles{"[Unknown]"});
}

TEST_CASE("codes of CTV3 that differ in case are different codes", "[import]") {
  Imported imported;
  REQUIRE(imported.run({}) == "");
  const auto release = imported.open();
  CHECK(release->name(*release->find("Xa1b.")) == "Both");
  CHECK(release->name(*release->find("xa1b.")) == "Lower case");
  CHECK(!release->find("x0..."));
  CHECK(release->search_by_code("xa1b.") == std::vector<std::string>{"xa1b."});
  CHECK(release->search_by_code("XA1B.").empty());
}

TEST_CASE("official terms find codes, with and without a name of TPP's", "[import]") {
  Imported imported;
  REQUIRE(imported.run({}) == "");
  const auto release = imported.open();
  std::vector<std::string> found;
  for (const auto node : release->search_by_term("TERM IN"))
    found.emplace_back(release->code(node));
  std::ranges::sort(found);
  CHECK(found == std::vector<std::string>{"OLD..", "Xa1b."});
  const auto old = *release->find("OLD..");
  CHECK(release->has_concept(old));
  CHECK(!release->name(old));
  CHECK(release->term(old) == "Unknown");
  CHECK(release->search_by_code("OLD..") == std::vector<std::string>{"OLD.."});
}

TEST_CASE("a bad line of the official CTV3 release is refused with member and line", "[import]") {
  Imported imported;
  const auto failure = [&](std::string Sources::*file, const std::string& text) {
    Sources sources;
    sources.*file += text;
    return imported.failure(sources);
  };
  CHECK(failure(&Sources::concepts, "Xa1b|C|A\n") ==
        member_line("Concept.v3", 5) + "the row has 3 fields; the file must have 4");
  CHECK(failure(&Sources::concepts, "X0...|C|A|X0...\n") ==
        member_line("Concept.v3", 5) + "the code 'X0...' was given before");
  CHECK(failure(&Sources::concepts, "X0....|C|A|X0...\n") ==
        member_line("Concept.v3", 5) + "the code is not 1 to 5 printable characters");
  CHECK(failure(&Sources::concepts, "X1...|CC|A|X0...\n") ==
        member_line("Concept.v3", 5) + "the status is longer than 1 printable characters");
  CHECK(failure(&Sources::terms, "Y0001|C|Again||\n") ==
        member_line("Terms.v3", 3) + "the term's id was given before");
  CHECK(failure(&Sources::terms, "Y0003|C|||\n") ==
        member_line("Terms.v3", 3) + "the term is empty");
  CHECK(failure(&Sources::terms, "Y0003|C|Sj\xF6gren||\n") ==
        member_line("Terms.v3", 3) + "the term is not UTF-8 or longer than 1000 bytes");
  CHECK(failure(&Sources::descriptions, "X0...|Y0003|P|x\n") ==
        member_line("Descrip.v3", 4) + "the row has 4 fields; the file must have 3");
  CHECK(failure(&Sources::hierarchy, "X0...||00\n") ==
        member_line("V3hier.v3", 2) + "the parent is not 1 to 5 printable characters");
  CHECK(failure(&Sources::hierarchy, "X0...|.....|000\n") ==
        member_line("V3hier.v3", 2) + "the order is longer than 2 printable characters");
}

TEST_CASE("a bad row of TPP's tables is refused with file and line", "[import]") {
  Imported imported;
  const auto dictionary = [&](const std::string& row) {
    Sources sources;
    sources.tpp_dictionary += row;
    return imported.failure(sources);
  };
  const std::string in_dictionary = "ctv3_dictionary.csv.gz, line 8: ";
  CHECK(dictionary("X1...\n") == in_dictionary + "the row has 1 fields, the header has 2");
  CHECK(dictionary("X1...,a,b\n") == in_dictionary + "the row has 3 fields, the header has 2");
  CHECK(dictionary("X1...,\n") ==
        in_dictionary + "the description is empty, not UTF-8 or longer than 1000 bytes");
  CHECK(dictionary("X0...,Again\n") == in_dictionary + "the code 'X0...' was given before");
  CHECK(dictionary("X 1..,Space\n") ==
        in_dictionary + "the code is not 1 to 5 printable characters");
  CHECK(dictionary("X1...,\"Open\n") == in_dictionary + "a quote in this record is never closed");

  const auto hierarchy = [&](const std::string& row) {
    Sources sources;
    sources.tpp_hierarchy += row;
    return imported.failure(sources);
  };
  const std::string in_hierarchy = "ctv3_hierarchy.csv.gz, line 9: ";
  for (const char* distance : {"", "-1", "1.0", "1001", "one"}) {
    CHECK(hierarchy(std::string("X0...,X78tJ,") + distance + "\n") ==
          in_hierarchy + "the distance is not a number from 0 to 1000");
  }
  CHECK_THAT(hierarchy("Xa1b.,X0...,1\n"), Catch::StartsWith("ctv3_hierarchy.csv.gz: ") &&
                                               Catch::Contains("Xa1b.") &&
                                               Catch::Contains("X0..."));
}

TEST_CASE("rows of CTV3 that refer to missing things are left out, with notices", "[import]") {
  Sources sources;
  sources.tpp_hierarchy += "X0...,none.,1\r\nOLD..,X0...,1\r\n.....,none.,2\r\n";
  sources.descriptions += "gone.|Y0001|P\r\nX0...|Y0009|S\r\n";
  // The first other code comes in a later row, and the second only in TPP's dictionary.
  sources.concepts += "A1...|C|N|A2...\r\nA2...|C|N|lost.\r\nA3...|C|N|zero.\r\n";
  sources.hierarchy += "void.|X0...|01\r\nX0...|null.|02\r\nXa1b.|null.|03\r\n";
  Imported imported;
  imported.write(sources);
  const auto outcome =
      import_ctv3({.archive = imported.day, .target_folder = imported.target, .alias = "test_1"});
  INFO((outcome ? "" : outcome.error().detail));
  REQUIRE(outcome);
  CHECK(outcome->notices ==
        std::vector<std::string>{
            "codes lack their other code, since it is in no file: 1 (A3...)",
            "terms are left out, since their code is in no file: 1 (gone.)",
            "codes lack a term, since it is in no file: 1 (Y0009)",
            "rows of V3hier.v3 are left out, since their child is in no file: 1 (void.)",
            "rows of V3hier.v3 are left out, since their parent is in no file: 2 (null.)",
            "rows of the hierarchy are left out, since a child is not in the dictionary: 2 (none.)",
            "rows of the hierarchy are left out, since a parent is not in the dictionary: 1 "
            "(OLD..)"});
  const auto count = [&](const std::string& table) {
    return query(imported.file, "SELECT count(*) FROM " + table).at(0).at(0);
  };
  CHECK(count("ctv3_tpprelationship") == "7");
  CHECK(outcome->relationships_count == 7);
  CHECK(count("ctv3_rawconcepttermmapping") == "3");
  CHECK(outcome->descriptions_count == 3);
  CHECK(count("ctv3_rawconcepthierarchy") == "1");
  CHECK(count("ctv3_rawconcept") == "7");
  const auto release = imported.open();
  for (const char* code : {"none.", "gone.", "void.", "null."}) CHECK(!release->find(code));
  CHECK(release->search_by_term("findings").size() == 1);
  CHECK(release->hierarchy().parents(*release->find("X0...")).size() == 1);
  check_index(imported.file);
}

TEST_CASE("blank lines of CTV3 are skipped, and byte order marks with them", "[import]") {
  Imported imported;
  REQUIRE(imported.run({}) == "");
  const std::string expected = read_bytes(imported.file);
  Sources bent;
  for (std::string* text : {&bent.concepts, &bent.terms, &bent.descriptions, &bent.hierarchy}) {
    *text = "\xEF\xBB\xBF\r\n" + *text + "||||\n \n";
  }
  for (std::string* text : {&bent.tpp_dictionary, &bent.tpp_hierarchy}) {
    *text = "\xEF\xBB\xBF" + *text + ",,,,\n\n";
  }
  REQUIRE(imported.run(bent) == "");
  CHECK((read_bytes(imported.file) == expected));
}

TEST_CASE("empty fields behind the last column of CTV3's tables change nothing", "[import]") {
  Imported imported;
  REQUIRE(imported.run({}) == "");
  const std::string expected = read_bytes(imported.file);
  Sources wide;
  for (std::string* text : {&wide.concepts, &wide.terms, &wide.descriptions, &wide.hierarchy}) {
    const std::string extra = "| |";
    for (auto at = text->find("\r\n"); at != std::string::npos;
         at = text->find("\r\n", at + extra.size() + 2)) {
      text->insert(at, extra);
    }
  }
  REQUIRE(imported.run(wide) == "");
  CHECK((read_bytes(imported.file) == expected));
}

TEST_CASE("headers of TPP's tables are needed, in any order", "[import]") {
  Imported imported;
  Sources sources;
  sources.tpp_dictionary = "Description,More,CTV3Code\nRoot,1,.....,, \n";
  sources.tpp_hierarchy = "ChildToParentDistance,ChildCTV3Code,ParentCTV3Code\n0,.....,.....\n";
  CHECK(imported.run(sources) == "");
  CHECK(query(imported.file, "SELECT * FROM ctv3_tppconcept") ==
        std::vector<Row>{{".....", "Root"}});
  std::filesystem::remove_all(imported.target);

  sources.tpp_dictionary = "CTV3Code,Term\n";
  CHECK(imported.failure(sources) ==
        "ctv3_dictionary.csv.gz, line 1: there is no column 'Description'");
  sources.tpp_dictionary = "";
  CHECK(imported.failure(sources) ==
        "ctv3_dictionary.csv.gz, line 0: the file is empty: its header is missing");
  sources.tpp_dictionary = "CTV3Code,Description\nX0...,Findings\n";
  CHECK(imported.failure(sources) == "ctv3_dictionary.csv.gz: there is no root, the code .....");
}

TEST_CASE("TPP's tables of CTV3 may be unpacked, under either name", "[import]") {
  Imported imported;
  const Sources sources;
  REQUIRE(imported.run(sources) == "");
  const std::string expected = read_bytes(imported.file);
  std::filesystem::remove(imported.day / "ctv3_dictionary.csv.gz");
  write_bytes(imported.day / "ctv3_dictionary.csv", sources.tpp_dictionary);
  write_bytes(imported.day / "ctv3_hierarchy.csv.gz", sources.tpp_hierarchy);
  REQUIRE(import_error(import_ctv3, imported.day, imported.target) == "");
  CHECK((read_bytes(imported.file) == expected));
}

TEST_CASE("a source of CTV3 that is missing or damaged is named", "[import]") {
  Imported imported;
  const auto error = [&] {
    const std::string text = import_error(import_ctv3, imported.day, imported.target);
    CHECK(files_in(imported.target).empty());
    return text;
  };
  CHECK_THAT(error(), Catch::Contains("2024-01-01: no such folder"));
  imported.write({});
  std::filesystem::resize_file(imported.day / "ctv3_hierarchy.csv.gz", 60);
  CHECK(error() == "ctv3_hierarchy.csv.gz: the file is truncated");
  std::filesystem::remove(imported.day / "ctv3_hierarchy.csv.gz");
  CHECK(error() == (imported.day / "ctv3_hierarchy.csv.gz").string() + ": no such file");

  imported.write({});
  write_archive(imported.folder.path() / archive_name, {{"V3/Concept.v3", ""}});
  CHECK(error() == std::string(archive_name) + ": there is no member V3/Terms.v3");
  std::filesystem::remove(imported.folder.path() / archive_name);
  CHECK(error() == (imported.folder.path() / archive_name).string() + ": no such file");
  CHECK_THAT(import_error(import_ctv3, imported.day / "ctv3_dictionary.csv.gz", imported.target),
             Catch::Contains("is not a folder; give the folder with"));
}

TEST_CASE("an import of CTV3 can be stopped while it reads, and leaves nothing", "[import]") {
  TemporaryFolder folder;
  std::stop_source stop;
  coding_systems::ImportRequest request{
      .archive = small_folder, .target_folder = folder.path(), .alias = small_ctv3};
  request.stop = stop.get_token();
  request.report_progress = [&](const coding_systems::ImportProgress& progress) {
    if (progress.done > progress.total / 2) stop.request_stop();
  };
  const auto imported = import_ctv3(request);
  REQUIRE(!imported);
  CHECK(imported.error().code == base::ErrorCode::unavailable);
  CHECK(files_in(folder.path()).empty());
}

}  // namespace codelog::tests::import_ctv3_test
