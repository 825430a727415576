// Historical associations: from the refsets of an archive to the links of a release.
#include <SQLiteCpp/SQLiteCpp.h>

#include <catch2/catch.hpp>

#include "coding_systems/snomedct/coding_system.h"
#include "coding_systems/snomedct/import.h"
#include "import_support.h"

namespace codelog::tests::import_snomedct_associations_test {
namespace {

using coding_systems::import_snomedct;
using coding_systems::ImportOutcome;
using coding_systems::Link;
using coding_systems::LinkKind;
using coding_systems::snomedct::HistoricalAssociation;

constexpr const char* header =
    "id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\ttargetComponentId";
constexpr const char* replaced_by = "900000000000526001";
constexpr const char* same_as = "900000000000527005";

std::string refset_name(std::size_t folder, const std::string& rest = "Full_INT_20230131.txt") {
  const std::string concepts = Rf2Archive::member_name(folder, Rf2Archive::concepts);
  return concepts.substr(0, concepts.find('/')) + "/Full/Refset/Content/der2_cRefset_Association" +
         rest;
}

// The refset member with this number as its id.
std::string association_line(const std::string& number, const std::string& date,
                             const std::string& active, const std::string& refset,
                             const std::string& source, const std::string& target) {
  return rf2_line({"8e3fd3f2-0a0f-5b6b-9d3c-00000000000" + number, date, active,
                   "900000000000207008", refset, source, target});
}

std::string id_of(const std::string& number) {
  return "8e3fd3f2-0a0f-5b6b-9d3c-00000000000" + number;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\r\n";
  return text;
}

Members with_refset(const std::vector<std::string>& rows) {
  std::vector<std::string> lines = {header};
  lines.insert(lines.end(), rows.begin(), rows.end());
  Members members = Rf2Archive().members();
  members.emplace_back(refset_name(0), text_of(lines));
  return members;
}

struct Imported {
  TemporaryFolder folder;

  ImportOutcome run(const Members& members) const {
    const auto archive = folder.path() / "release.zip";
    write_archive(archive, members);
    const auto imported = import_snomedct(
        {.archive = archive, .target_folder = folder.path() / "out", .alias = "test_1"});
    INFO((imported ? "" : imported.error().detail));
    REQUIRE(imported);
    return *imported;
  }
  std::string failure(const Members& members) const {
    const auto archive = folder.path() / "release.zip";
    write_archive(archive, members);
    const std::string error = import_error(import_snomedct, archive, folder.path() / "out");
    CHECK(files_in(folder.path() / "out").empty());
    return error;
  }
};

coding_systems::ReleaseFiles files_of(const ImportOutcome& imported) {
  return {imported.file, std::filesystem::path(imported.file).replace_extension("index")};
}

std::vector<Row> stored(const ImportOutcome& imported) {
  return query(imported.file,
               "SELECT id, effective_time, active, refset_id, referenced_component_id, "
               "target_component_id FROM snomedct_historicalassociation ORDER BY rowid");
}

std::vector<HistoricalAssociation> all_kinds() {
  std::vector<HistoricalAssociation> kinds;
  for (LinkKind kind = 1; kind <= 8; ++kind) kinds.push_back(HistoricalAssociation{kind});
  return kinds;
}

}  // namespace

TEST_CASE("of each association the latest state counts, and the active ones are stored",
          "[import]") {
  const auto members = with_refset({
      association_line("4", "20200131", "1", same_as, "100013", "100005"),
      association_line("1", "20200131", "1", replaced_by, "100005", "100013"),
      association_line("1", "20220131", "1", replaced_by, "100005", "138875005"),  // later
      association_line("1", "20210131", "0", replaced_by, "100005", "100013"),     // earlier
      association_line("1", "20220131", "0", replaced_by, "100005", "100013"),     // the same day
      association_line("2", "20200131", "1", replaced_by, "100013", "100005"),
      association_line("2", "20210131", "0", replaced_by, "100013", "100005"),  // ended
      association_line("3", "20200131", "1", "900000000000531004", "200001", "100005"),
      association_line("5", "20200131", "1", same_as, "200001", "100005"),
      association_line("6", "20200131", "1", same_as, "100005", "200001"),
      association_line("7", "20200131", "1", "900000000000525002", "100005", "100013"),
      // A member that moved to another refset no longer belongs to this one.
      association_line("8", "20200131", "1", same_as, "100005", "100013"),
      association_line("8", "20210131", "1", "900000000000525002", "100005", "100013"),
  });
  Imported imported;
  const ImportOutcome outcome = imported.run(members);
  CHECK(outcome.associations_count == 2);
  CHECK(stored(outcome) ==
        std::vector<Row>{{id_of("1"), "2022-01-31", "1", replaced_by, "100005", "138875005"},
                         {id_of("4"), "2020-01-31", "1", same_as, "100013", "100005"}});
}

TEST_CASE("associations become links of the release, also when its index is built again",
          "[import]") {
  std::vector<std::string> rows;
  int number = 0;
  for (const auto kind : all_kinds()) {
    const auto refset = coding_systems::snomedct::info_of(kind).refset_id;
    rows.push_back(association_line(std::to_string(number++), "20200131", "1", std::string(refset),
                                    "100013", "100005"));
  }
  rows.push_back(association_line("8", "20200131", "1", same_as, "100005", "138875005"));
  // 100021 is not a concept of the release.
  rows.push_back(association_line("9", "20200131", "1", same_as, "100005", "100021"));
  rows.push_back(association_line("a", "20200131", "1", same_as, "100021", "100005"));
  Imported imported;
  const ImportOutcome outcome = imported.run(with_refset(rows));
  CHECK(outcome.associations_count == 9);
  CHECK(stored(outcome).size() == 9);
  CHECK(outcome.notices ==
        std::vector<std::string>{
            "historical associations are left out, since the concept that they lead to is in no "
            "file: 1 (" +
                id_of("9") + ")",
            "historical associations are left out, since the concept that they are about is in no "
            "file: 1 (" +
                id_of("a") + ")"});

  const auto files = files_of(outcome);
  const auto index_bytes = read_bytes(files.index);
  const auto release = coding_systems::snomedct::open_release(files, "test_1");
  REQUIRE(release);
  const auto node = [&](const char* code) { return *(*release)->find(code); };
  CHECK((*release)->hierarchy().size() == 3);
  std::vector<Link> expected;
  for (LinkKind kind = 1; kind <= 8; ++kind) expected.push_back({kind, node("100005")});
  const auto all = (*release)->links(node("100013"));
  CHECK(std::vector<Link>(all.begin(), all.end()) == expected);
  const auto one = (*release)->links(node("100005"));
  REQUIRE(one.size() == 1);
  CHECK(one[0] == Link{static_cast<LinkKind>(HistoricalAssociation::same_as), node("138875005")});
  CHECK((*release)->links(node("138875005")).empty());

  std::filesystem::remove(files.index);
  REQUIRE(coding_systems::snomedct::open_release(files, "test_1"));
  CHECK(read_bytes(files.index) == index_bytes);
}

TEST_CASE("a concept does not succeed itself, neither in an import nor in an older release file",
          "[import]") {
  Imported imported;
  const ImportOutcome outcome = imported.run(
      with_refset({association_line("1", "20200131", "1", replaced_by, "100005", "100005"),
                   association_line("2", "20200131", "1", same_as, "100005", "100013")}));
  CHECK(outcome.associations_count == 1);
  CHECK(outcome.notices ==
        std::vector<std::string>{
            "historical associations are left out, since no concept succeeds itself: 1 (" +
            id_of("1") + ")"});
  CHECK(stored(outcome) ==
        std::vector<Row>{{id_of("2"), "2020-01-31", "1", same_as, "100005", "100013"}});

  // Files of earlier imports may have such rows.
  SQLite::Database(outcome.file.string(), SQLite::OPEN_READWRITE)
      .exec("UPDATE snomedct_historicalassociation SET target_component_id = '100005'");
  const auto files = files_of(outcome);
  std::filesystem::remove(files.index);
  const auto release = coding_systems::snomedct::open_release(files, "test_1");
  REQUIRE(release);
  CHECK((*release)->links(*(*release)->find("100005")).empty());
}

TEST_CASE("each kind of association has its refset and name", "[import]") {
  namespace snomedct = coding_systems::snomedct;
  for (const auto kind : all_kinds()) {
    const auto& info = snomedct::info_of(kind);
    CHECK(info.kind == kind);
    CHECK(snomedct::find_historical_association(std::stoull(std::string(info.refset_id))) == kind);
  }
  CHECK(snomedct::info_of(HistoricalAssociation::possibly_replaced_by).name ==
        "POSSIBLY REPLACED BY");
  CHECK(snomedct::info_of(HistoricalAssociation::was_a).refset_id == "900000000000528000");
  CHECK(!snomedct::find_historical_association(900000000000531004));
}

TEST_CASE("without associations the release file is unchanged", "[import]") {
  Imported imported;
  const ImportOutcome without = imported.run(Rf2Archive().members());
  CHECK(query(without.file, "SELECT name FROM sqlite_master WHERE name LIKE '%association%'")
            .empty());
  const ImportOutcome ended = imported.run(
      with_refset({association_line("1", "20200131", "0", same_as, "100005", "100013")}));
  CHECK(ended.associations_count == 0);
  CHECK(ended.file_digest == without.file_digest);
  const auto release = coding_systems::snomedct::open_release(files_of(ended), "test_1");
  REQUIRE(release);
  CHECK((*release)->links(*(*release)->find("100005")).empty());
}

TEST_CASE("refsets may come in several files and folders, Full before Snapshot", "[import]") {
  Members members = Rf2Archive().members();
  const auto file = [](const std::string& number, const std::string& date) {
    return text_of({header, association_line(number, date, "1", same_as, "100005", "100013")});
  };
  members.emplace_back(refset_name(0, "ReferenceFull_INT_20230131.txt"), file("1", "20200131"));
  members.emplace_back(refset_name(0, "UKFull_INT_20230131.txt"), file("2", "20200131"));
  std::string snapshot = refset_name(0, "Snapshot_INT_20230131.txt");
  snapshot.replace(snapshot.find("Full"), 4, "Snapshot");
  members.emplace_back(snapshot, "damaged");
  snapshot = refset_name(2, "Snapshot_INT_20230131.txt");
  snapshot.replace(snapshot.find("Full"), 4, "Snapshot");
  members.emplace_back(snapshot, file("1", "20230131"));
  members.emplace_back(refset_name(1, "Full_INT_20230131.csv"), "damaged");
  Imported imported;
  CHECK(stored(imported.run(members)) ==
        std::vector<Row>{{id_of("1"), "2023-01-31", "1", same_as, "100005", "100013"},
                         {id_of("2"), "2020-01-31", "1", same_as, "100005", "100013"}});
}

TEST_CASE("an older name of the last column is known", "[import]") {
  Members members = Rf2Archive().members();
  const std::string old(std::string(header).substr(0, std::string(header).size() - 2));
  members.emplace_back(
      refset_name(0),
      text_of({old, association_line("1", "20200131", "1", same_as, "100005", "100013")}));
  Imported imported;
  CHECK(imported.run(members).associations_count == 1);
}

TEST_CASE("a wrong row of a refset is refused with its file and line", "[import]") {
  struct Wrong {
    std::string line;
    std::string why;
  };
  const std::string good = association_line("1", "20200131", "1", same_as, "100005", "100013");
  const std::string rest = good.substr(good.find('\t'));
  const Wrong wrong = GENERATE_COPY(values<Wrong>({
      {good.substr(0, good.rfind('\t')), "the row has 6 fields; the file must have 7"},
      {good + "\t\tx", "the row has 9 fields; the file must have 7"},
      {good.substr(0, 50), "the row has 4 fields; the file must have 7"},
      {"8e3fd3f2" + rest, "id '8e3fd3f2' is not a UUID"},
      {"8e3fd3f200a0f-5b6b-9d3c-000000000001" + rest,
       "id '8e3fd3f200a0f-5b6b-9d3c-000000000001' is not a UUID"},
      {"8e3fd3f2-0a0f-5b6b-9d3c-00000000000g" + rest,
       "id '8e3fd3f2-0a0f-5b6b-9d3c-00000000000g' is not a UUID"},
      {association_line("1", "20200230", "1", same_as, "100005", "100013"),
       "effectiveTime '20200230' is not a date YYYYMMDD"},
      {association_line("1", "20200131", "2", same_as, "100005", "100013"),
       "active '2' is neither 0 nor 1"},
      {association_line("1", "20200131", "1", "same as", "100005", "100013"),
       "refsetId 'same as' is not an identifier of 6 to 18 digits"},
      {association_line("1", "20200131", "1", same_as, "1", "100013"),
       "referencedComponentId '1' is not an identifier of 6 to 18 digits"},
      {association_line("1", "20200131", "1", same_as, "100005", ""),
       "targetComponentId '' is not an identifier of 6 to 18 digits"},
      {std::string(70'000, 'x'), "the line is longer than 65536 bytes"},
  }));
  CAPTURE(wrong.why);
  Imported imported;
  CHECK(imported.failure(with_refset({good, wrong.line, good})) ==
        "release.zip: member " + refset_name(0) + ", line 3: " + wrong.why);
}

TEST_CASE("a refset without the right header is refused", "[import]") {
  Imported imported;
  Members members = Rf2Archive().members();
  SECTION("an empty file") {
    members.emplace_back(refset_name(1), "");
    CHECK(imported.failure(members) == "release.zip: member " + refset_name(1) +
                                           ", line 0: the file is empty: its header is missing");
  }
  SECTION("another refset's") {
    members.emplace_back(refset_name(1), "id\teffectiveTime\tactive\r\n");
    CHECK(imported.failure(members) ==
          "release.zip: member " + refset_name(1) +
              ", line 1: the header is not: id effectiveTime active moduleId refsetId "
              "referencedComponentId targetComponentId");
  }
}

}  // namespace codelog::tests::import_snomedct_associations_test
