#include <catch2/catch.hpp>

#include "coding_systems/index/release_files.h"
#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/snomedct/import.h"
#include "import_support.h"

namespace codelog::tests::import_snomedct_test {
namespace {

using coding_systems::import_snomedct;
using coding_systems::ImportProgress;
using coding_systems::ImportRequest;

const std::filesystem::path small_archive = std::filesystem::path(CODELOG_TESTS_DIR) / "golden" /
                                            "releases" / "uk_sct2cl_5.0.0_20240101000001Z.zip";

// A field that starts with a quotation mark, as a CSV reader reads it.
std::string without_quotes(const std::string& field) {
  if (!field.starts_with('"')) return field;
  std::string text;
  bool is_quoted = true;
  for (std::size_t i = 1; i < field.size(); ++i) {
    if (!is_quoted || field[i] != '"') {
      text += field[i];
    } else if (i + 1 < field.size() && field[i + 1] == '"') {
      text += field[i++];
    } else {
      is_quoted = false;
    }
  }
  return text;
}

struct Imported {
  TemporaryFolder folder;
  std::filesystem::path archive = folder.path() / "release.zip";
  std::filesystem::path target = folder.path() / "snomedct";
  std::filesystem::path file = target / "test_1.sqlite3";

  std::string run(const Rf2Archive& rf2) { return run(rf2.members()); }
  std::string run(const Members& members) {
    write_archive(archive, members);
    return import_error(import_snomedct, archive, target);
  }
  // Expects a failure that leaves nothing behind.
  std::string failure(const Members& members) {
    const std::string error = run(members);
    CHECK(files_in(target).empty());
    return error;
  }
  std::string failure(const Rf2Archive& rf2) { return failure(rf2.members()); }
};

std::string at(std::size_t folder, Rf2Archive::File file, int line) {
  return "release.zip: member " + Rf2Archive::member_name(folder, file) + ", line " +
         std::to_string(line) + ": ";
}

}  // namespace

TEST_CASE("the golden SNOMED CT release is imported as OpenCodelists imports it", "[import]") {
  TemporaryFolder folder;
  const auto golden = unpack_small_release(folder.path() / "golden", "snomedct").database;
  const auto imported = import_snomedct(
      {.archive = small_archive, .target_folder = folder.path(), .alias = small_snomedct});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  const auto file = folder.path() / "snomedct_small_20240101.sqlite3";
  CHECK(imported->file == file);
  CHECK(imported->concepts_count == 4915);
  CHECK(imported->descriptions_count == 15223);
  CHECK(imported->relationships_count == 11314);
  CHECK(imported->source_bytes == 4'583'362);
  CHECK(base::to_hex(imported->file_digest) == base::to_hex(*base::sha256_file(file)));

  const std::string schema = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name";
  CHECK(query(file, schema) == query(golden, schema));
  const std::string migrations = "SELECT id, app, name FROM django_migrations";
  CHECK(query(file, migrations) == query(golden, migrations));
  CHECK(query(file, "PRAGMA integrity_check") == std::vector<Row>{{"ok"}});
  CHECK(query(file, "PRAGMA journal_mode") == std::vector<Row>{{"delete"}});

  for (const std::string table : {"snomedct_concept", "snomedct_relationship"}) {
    const std::string rows = "SELECT rowid, * FROM " + table + " ORDER BY rowid";
    CHECK(query(file, rows) == query(golden, rows));
  }
  // Terms that start with a quotation mark are the one difference: OpenCodelists drops the mark.
  const std::string descriptions = "SELECT rowid, * FROM snomedct_description ORDER BY rowid";
  auto rows = query(file, descriptions);
  constexpr std::size_t term_column = 5;
  int quoted_count = 0;
  for (Row& row : rows) {
    if (row[term_column].starts_with('"')) ++quoted_count;
    row[term_column] = without_quotes(row[term_column]);
  }
  CHECK(quoted_count == 265);
  CHECK(rows == query(golden, descriptions));
}

TEST_CASE("the same archive gives the same file and the index that the file gives", "[import]") {
  TemporaryFolder folder;
  const auto import_into = [&](const std::string& name) {
    auto imported = import_snomedct(
        {.archive = small_archive, .target_folder = folder.path() / name, .alias = small_snomedct});
    REQUIRE(imported);
    return *imported;
  };
  const auto first = import_into("first");
  const auto second = import_into("second");
  CHECK(first.file_digest == second.file_digest);

  // After the import, the index is mapped without reading the release file. Then it is built again
  // from that.
  const auto index = std::filesystem::path(first.file).replace_extension("index");
  const auto imported_bytes = read_bytes(index);
  const coding_systems::ReleaseFiles files{first.file, index};
  const auto open = [&] {
    return coding_systems::open_release_index(files, "snomedct",
                                              coding_systems::snomedct::read_index_source);
  };
  const auto as_imported = open();
  REQUIRE(as_imported);
  CHECK(as_imported->origin == coding_systems::IndexOrigin::mapped);
  std::filesystem::remove(index);
  const auto rebuilt = open();
  REQUIRE(rebuilt);
  CHECK(rebuilt->origin == coding_systems::IndexOrigin::built);
  CHECK(read_bytes(index) == imported_bytes);
}

TEST_CASE("of each id the latest state is kept, in the place of the first", "[import]") {
  Rf2Archive rf2;
  auto& concepts = rf2.lines(0, Rf2Archive::concepts);
  concepts.push_back(concept_line("100013", "20210131", "0"));  // later: replaces the state
  concepts.push_back(concept_line("100013", "20190131", "1"));  // earlier: does not
  concepts.push_back(concept_line("100013", "20210131", "1"));  // the same day: the first stays
  rf2.lines(2, Rf2Archive::concepts).push_back(concept_line("100021", "20220131", "1"));
  rf2.lines(1, Rf2Archive::concepts).push_back(concept_line("100005", "20230131", "1"));
  rf2.lines(1, Rf2Archive::concepts).push_back(concept_line("100039", "20220131", "1"));
  rf2.lines(1, Rf2Archive::descriptions)
      .push_back(description_line("200002", "20220131", "1", "100005", "Renamed (finding)"));
  // Stated relationships come before inferred ones.
  rf2.lines(0, Rf2Archive::stated)
      .push_back(is_a_line("300003", "20200131", "1", "100013", "138875005"));

  Imported imported;
  REQUIRE(imported.run(rf2) == "");
  CHECK(query(imported.file,
              "SELECT id, effective_time, active FROM snomedct_concept ORDER BY rowid") ==
        std::vector<Row>{{"138875005", "2020-01-31", "1"},
                         {"100005", "2023-01-31", "1"},
                         {"100013", "2021-01-31", "0"},
                         {"100039", "2022-01-31", "1"},
                         {"100021", "2022-01-31", "1"}});
  CHECK(query(imported.file, "SELECT id, term FROM snomedct_description ORDER BY rowid") ==
        std::vector<Row>{{"200001", "Root (root)"},
                         {"200002", "Renamed (finding)"},
                         {"200003", "Lower (finding)"}});
  CHECK(query(imported.file, "SELECT id FROM snomedct_relationship ORDER BY rowid") ==
        std::vector<Row>{{"300003"}, {"300001"}, {"300002"}});
}

TEST_CASE("RF2 is read as RF2: no quoting, any UTF-8, LF or CR LF", "[import]") {
  Rf2Archive rf2;
  auto& descriptions = rf2.lines(0, Rf2Archive::descriptions);
  const std::vector<std::string> terms = {
      "\"Never closed (finding)", "\"\"", "a \"quoted\" word",
      "Ménière’s disease",        "",     std::string(32 * 1024, 'x'),
      "\xF0\x9F\xA9\xBA"};
  for (std::size_t i = 0; i < terms.size(); ++i) {
    descriptions.push_back(
        description_line("20001" + std::to_string(i), "20200131", "0", "100005", terms[i]));
  }
  for (const std::string_view line_end : {"\r\n", "\n"}) {
    Imported imported;
    auto members = rf2.members(line_end);
    // The last line may lack its end; a byte order mark is not part of the header.
    members[1].second.resize(members[1].second.size() - line_end.size());
    members[0].second.insert(0, "\xEF\xBB\xBF");
    REQUIRE(imported.run(members) == "");
    const auto rows = query(
        imported.file, "SELECT term FROM snomedct_description WHERE NOT active ORDER BY rowid");
    REQUIRE(rows.size() == terms.size());
    for (std::size_t i = 0; i < terms.size(); ++i) CHECK(rows[i] == Row{terms[i]});
  }
}

TEST_CASE("files larger than a block are read whole", "[import]") {
  Rf2Archive rf2;
  auto& descriptions = rf2.lines(0, Rf2Archive::descriptions);
  std::vector<Row> expected;
  // 7 MB: lines of all lengths fall across the ends of blocks of 1 MB.
  for (int i = 0; i < 700; ++i) {
    const std::string term(static_cast<std::size_t>(i * 37 % 20'000 + 1),
                           static_cast<char>('a' + i % 26));
    descriptions.push_back(
        description_line(std::to_string(1'000'000 + i), "20200131", "0", "100005", term));
    expected.push_back({std::to_string(1'000'000 + i), term});
  }
  Imported imported;
  REQUIRE(imported.run(rf2) == "");
  CHECK(query(imported.file,
              "SELECT id, term FROM snomedct_description WHERE NOT active ORDER BY rowid") ==
        expected);
}

TEST_CASE("a wrong row is refused with its file and line", "[import]") {
  using File = Rf2Archive::File;
  struct Wrong {
    File file;
    std::string line;
    std::string why;
  };
  const std::string module_id = "900000000000207008";
  const Wrong wrong = GENERATE_COPY(values<Wrong>({
      {Rf2Archive::concepts, "100021\t20200131\t1\t" + module_id,
       "the row has 4 fields; the file must have 5"},
      {Rf2Archive::concepts, concept_line("100021", "20200131", "1") + "\tx",
       "the row has 6 fields; the file must have 5"},
      {Rf2Archive::concepts, concept_line("10002", "20200131", "1"),
       "id '10002' is not an identifier of 6 to 18 digits"},
      {Rf2Archive::concepts, concept_line("1234567890123456789", "20200131", "1"),
       "id '1234567890123456789' is not an identifier of 6 to 18 digits"},
      {Rf2Archive::concepts, concept_line("010002", "20200131", "1"),
       "id '010002' is not an identifier of 6 to 18 digits"},
      {Rf2Archive::concepts, concept_line("10O021", "20200131", "1"),
       "id '10O021' is not an identifier of 6 to 18 digits"},
      {Rf2Archive::concepts, concept_line("", "20200131", "1"),
       "id '' is not an identifier of 6 to 18 digits"},
      {Rf2Archive::concepts, concept_line("100021", "20200230", "1"),
       "effectiveTime '20200230' is not a date YYYYMMDD"},
      {Rf2Archive::concepts, concept_line("100021", "2020-01-31", "1"),
       "effectiveTime '2020-01-31' is not a date YYYYMMDD"},
      {Rf2Archive::concepts, concept_line("100021", "", "1"),
       "effectiveTime '' is not a date YYYYMMDD"},
      {Rf2Archive::concepts, concept_line("100021", "20200131", "true"),
       "active 'true' is neither 0 nor 1"},
      {Rf2Archive::concepts, concept_line("100021", "20200131", ""),
       "active '' is neither 0 nor 1"},
      {Rf2Archive::descriptions, description_line("200021", "20200131", "1", "1", "x"),
       "conceptId '1' is not an identifier of 6 to 18 digits"},
      {Rf2Archive::descriptions, description_line("200021", "20200131", "1", "100005", "caf\xE9"),
       "term 'caf?' is not UTF-8"},
      {Rf2Archive::descriptions,
       description_line("200021", "20200131", "1", "100005", std::string("a\0b", 3)),
       "term 'a?b' has a byte 0"},
      {Rf2Archive::descriptions,
       description_line("200021", "20200131", "1", "100005", std::string(32 * 1024 + 1, 'x')),
       "term '' is longer than 32768 bytes"},
      {Rf2Archive::descriptions, std::string(70'000, 'x'), "the line is longer than 65536 bytes"},
      {Rf2Archive::descriptions, std::string(3'000'000, 'x'),
       "the line is longer than 65536 bytes"},
      {Rf2Archive::descriptions,
       rf2_line({"200021", "20200131", "1", module_id, "100005", "english", "900000000000003001",
                 "x", "900000000000448009"}),
       "languageCode 'english' is not a language code of 2 or 3 letters"},
      {Rf2Archive::stated,
       rf2_line({"300021", "20200131", "1", module_id, "100013", "100005", "", "116680003",
                 "900000000000010007", "900000000000451002"}),
       "relationshipGroup '' is not a number"},
      {Rf2Archive::relationships, is_a_line("300021", "20200131", "1", "100013", "x"),
       "destinationId 'x' is not an identifier of 6 to 18 digits"},
  }));
  const std::size_t folder = GENERATE(std::size_t{0}, std::size_t{2});
  CAPTURE(folder, wrong.why);
  Rf2Archive rf2;
  auto& lines = rf2.lines(folder, wrong.file);
  lines.push_back(wrong.line);
  const int line = static_cast<int>(lines.size());
  lines.push_back(lines[0]);  // not reached

  Imported imported;
  CHECK(imported.failure(rf2) == at(folder, wrong.file, line) + wrong.why);
}

TEST_CASE("a missing or wrong header is refused", "[import]") {
  Rf2Archive rf2;
  auto& lines = rf2.lines(1, Rf2Archive::stated);
  Imported imported;
  SECTION("an empty file") {
    lines.clear();
    CHECK(imported.failure(rf2) ==
          at(1, Rf2Archive::stated, 0) + "the file is empty: its header is missing");
  }
  SECTION("rows without one") {
    lines = {is_a_line("300021", "20200131", "1", "100013", "100005")};
    CHECK(imported.failure(rf2) ==
          at(1, Rf2Archive::stated, 1) +
              "the header is not: id effectiveTime active moduleId sourceId destinationId "
              "relationshipGroup typeId characteristicTypeId modifierId");
  }
  SECTION("another part's") {
    lines = {rf2.lines(1, Rf2Archive::concepts)[0]};
    CHECK_THAT(imported.failure(rf2),
               Catch::StartsWith(at(1, Rf2Archive::stated, 1) + "the header is not: id"));
  }
}

TEST_CASE("a folder or file that is missing or there twice is refused", "[import]") {
  Imported imported;
  auto members = Rf2Archive().members();
  SECTION("no members at all") {
    CHECK(imported.failure(Members{{"readme.txt", "hello"}}) ==
          "release.zip: no folder matches SnomedCT_InternationalRF2_PRODUCTION_*");
  }
  SECTION("a folder is missing") {
    members.erase(members.begin() + 4, members.begin() + 8);
    CHECK(imported.failure(members) ==
          "release.zip: no folder matches SnomedCT_UKClinicalRF2_PRODUCTION_*");
  }
  SECTION("a folder is there twice") {
    members.emplace_back("SnomedCT_UKClinicalRF2_PRODUCTION_20230101T000001Z/readme.txt", "hello");
    CHECK(imported.failure(members) ==
          "release.zip: 2 folders match SnomedCT_UKClinicalRF2_PRODUCTION_*: "
          "SnomedCT_UKClinicalRF2_PRODUCTION_20230101T000001Z, "
          "SnomedCT_UKClinicalRF2_PRODUCTION_20230412T000001Z");
  }
  SECTION("a file is missing") {
    members.erase(members.begin() + 5);
    CHECK(imported.failure(members) ==
          "release.zip: no file matches SnomedCT_UKClinicalRF2_PRODUCTION_20230412T000001Z"
          "/Full/Terminology/sct2_Description_*.txt");
  }
  SECTION("a file is there twice") {
    const std::string folder = members[3].first.substr(0, members[3].first.find("sct2_"));
    members.emplace_back(folder + "sct2_Relationship_Delta_INT_20230131.txt", "");
    CHECK(imported.failure(members) == "release.zip: 2 files match " + folder +
                                           "sct2_Relationship_*.txt: " + members[3].first + ", " +
                                           members.back().first);
  }
  SECTION("other files are ignored") {
    const std::string folder = members[3].first.substr(0, members[3].first.find("sct2_"));
    members.emplace_back(folder + "sct2_RelationshipConcreteValues_Full_INT_20230131.txt", "x");
    members.emplace_back(folder + "more/sct2_Relationship_Full_INT_20230131.txt", "x");
    members.emplace_back(folder + "sct2_Relationship_old/Full_INT_20230131.txt", "x");
    members.emplace_back("__MACOSX/SnomedCT_UKEditionRF2_PRODUCTION_1/x", "x");
    CHECK(imported.run(members) == "");
  }
}

TEST_CASE(
    "references of SNOMED CT to missing things give notices, are stored, and are otherwise ignored",
    "[import]") {
  Rf2Archive rf2;
  auto& edges = rf2.lines(1, Rf2Archive::relationships);
  edges.push_back(is_a_line("300021", "20200131", "1", "100013", "999999"));
  edges.push_back(is_a_line("300023", "20200131", "1", "999999", "100005"));
  // No notices for ended relationships and other types.
  edges.push_back(is_a_line("300024", "20200131", "1", "100013", "999998"));
  edges.push_back(is_a_line("300024", "20210131", "0", "100013", "999998"));
  edges.push_back(rf2_line({"300022", "20200131", "1", "900000000000207008", "100013", "999999",
                            "0", "363698007", "900000000000011006", "900000000000451002"}));
  auto& descriptions = rf2.lines(2, Rf2Archive::descriptions);
  for (int i = 0; i < 7; ++i) {
    descriptions.push_back(description_line(std::to_string(200021 + i), "20200131", "1", "999997",
                                            "Lost term (finding)"));
  }
  descriptions.push_back(
      description_line("200031", "20200131", "0", "999996", "Ended term (finding)"));
  TemporaryFolder folder;
  const auto archive = folder.path() / "release.zip";
  write_archive(archive, rf2.members());
  const auto imported =
      import_snomedct({.archive = archive, .target_folder = folder.path(), .alias = "test_1"});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  CHECK(imported->notices ==
        std::vector<std::string>{
            "is-a relationships are left out of the hierarchy, since their parent is in no file: "
            "1 (300021)",
            "is-a relationships are left out of the hierarchy, since their child is in no file: "
            "1 (300023)",
            "descriptions are not searched, since their concept is in no file: 7 (200021, 200022, "
            "200023, 200024, 200025, ...)"});
  CHECK(query(imported->file, "SELECT count(*) FROM snomedct_description") ==
        std::vector<Row>{{"11"}});

  const coding_systems::ReleaseFiles files{
      imported->file, std::filesystem::path(imported->file).replace_extension("index")};
  const std::string imported_bytes = read_bytes(files.index);
  const auto release = coding_systems::snomedct::open_release(files, "snomedct_test_20240101");
  REQUIRE(release);
  for (const char* code : {"999999", "999997", "999996"}) CHECK(!(*release)->find(code));
  CHECK((*release)->search_by_term("lost").empty());
  CHECK((*release)->hierarchy().children(*(*release)->find("100005")).size() == 1);
  std::filesystem::remove(files.index);
  REQUIRE(coding_systems::snomedct::open_release(files, "snomedct_test_20240101"));
  CHECK((read_bytes(files.index) == imported_bytes));
}

TEST_CASE("blank lines of RF2 are skipped, and a byte order mark with them", "[import]") {
  const auto plain = Rf2Archive().members("\r\n");
  Members bent = plain;
  for (auto& [name, text] : bent) {
    CAPTURE(name);
    const std::size_t header_end = text.find('\n') + 1;
    const std::string rows = text.substr(header_end);
    text = "\xEF\xBB\xBF" + text.substr(0, header_end) + "\n\r\n" + rows + " \t\t\t\n\n";
  }
  Imported imported;
  REQUIRE(imported.run(plain) == "");
  const std::string expected = read_bytes(imported.file);
  REQUIRE(imported.run(bent) == "");
  CHECK((read_bytes(imported.file) == expected));
}

TEST_CASE("a hierarchy with a cycle is refused", "[import]") {
  Rf2Archive rf2;
  Imported imported;
  auto& lines = rf2.lines(1, Rf2Archive::relationships);
  SECTION("a cycle") {
    lines.push_back(is_a_line("300021", "20200131", "1", "100005", "100013"));
    const std::string error = imported.failure(rf2);
    CHECK_THAT(error, Catch::StartsWith("release.zip: the hierarchy of the release has a cycle: "));
    CHECK_THAT(error, Catch::Contains("100005") && Catch::Contains("100013"));
    CHECK_THAT(error, !Catch::Contains("138875005"));
  }
  SECTION("a concept above itself") {
    lines.push_back(is_a_line("300021", "20200131", "1", "100005", "100005"));
    CHECK(imported.failure(rf2) ==
          "release.zip: the hierarchy of the release has a cycle: 100005 -> 100005");
  }
}

TEST_CASE("a release without concepts is refused", "[import]") {
  Rf2Archive rf2;
  for (const auto file :
       {Rf2Archive::concepts, Rf2Archive::descriptions, Rf2Archive::relationships}) {
    rf2.lines(0, file).resize(1);
  }
  CHECK(Imported().failure(rf2) == "release.zip: has no concepts");
}

TEST_CASE("an import reports its progress and stops when asked", "[import]") {
  TemporaryFolder folder;
  ImportRequest request{
      .archive = small_archive, .target_folder = folder.path() / "out", .alias = "test_1"};
  std::vector<std::string> stages;
  std::vector<ImportProgress> reading;
  request.report_progress = [&](const ImportProgress& progress) {
    CHECK(progress.done <= progress.total);
    if (stages.empty() || stages.back() != progress.stage) stages.emplace_back(progress.stage);
    if (progress.stage == "reading") reading.push_back(progress);
  };
  SECTION("progress") {
    const auto imported = import_snomedct(request);
    REQUIRE(imported);
    CHECK(stages == std::vector<std::string>{"reading", "writing", "syncing", "indexing"});
    CHECK(imported->stages.size() == 4);
    CHECK(reading.front().done == 0);
    CHECK(reading.back().done == 4'583'362);
    CHECK(reading.size() > 3);
  }
  SECTION("stopping in any stage") {
    const std::string last_stage = GENERATE("reading", "writing", "indexing");
    std::stop_source stop;
    request.stop = stop.get_token();
    request.report_progress = [&](const ImportProgress& progress) {
      if (progress.stage == last_stage) stop.request_stop();
    };
    const auto imported = import_snomedct(request);
    REQUIRE(!imported);
    CHECK(imported.error().code == base::ErrorCode::unavailable);
    CHECK(imported.error().detail == "the import of test_1 was stopped");
    CHECK(files_in(request.target_folder).empty());
  }
}

}  // namespace codelog::tests::import_snomedct_test
