// The archive layouts that the SNOMED CT importer knows, and the files it reads from each.
#include <catch2/catch.hpp>

#include "coding_systems/snomedct/import.h"
#include "import_support.h"

namespace codelog::tests::import_snomedct_layout_test {
namespace {

using coding_systems::import_snomedct;
using coding_systems::ImportOutcome;

constexpr const char* international = "SnomedCT_InternationalRF2_PRODUCTION_20230131T120000Z";
constexpr const char* uk_clinical = "SnomedCT_UKClinicalRF2_PRODUCTION_20230412T000001Z";
constexpr const char* uk_edition = "SnomedCT_UKEditionRF2_PRODUCTION_20230412T000001Z";
constexpr const char* uk_drug = "SnomedCT_UKDrugRF2_PRODUCTION_20230412T000001Z";
constexpr const char* monolith = "SnomedCT_MonolithRF2_PRODUCTION_20230412T000001Z";

std::string replaced(std::string text, const std::string& old, const std::string& now) {
  for (std::size_t at = text.find(old); at != std::string::npos; at = text.find(old, at)) {
    text.replace(at, old.size(), now);
    at += now.size();
  }
  return text;
}

// The members of one of an archive's three folders, under another name.
Members folder_of(const Rf2Archive& rf2, std::size_t number, const std::string& name) {
  Members folder;
  for (const auto& [path, contents] : rf2.members()) {
    const std::string old = Rf2Archive::member_name(number, Rf2Archive::concepts);
    const std::string old_name = old.substr(0, old.find('/'));
    if (path.starts_with(old_name)) folder.emplace_back(replaced(path, old_name, name), contents);
  }
  return folder;
}

Members as_snapshot(const Members& members) {
  Members renamed;
  for (const auto& [path, contents] : members) {
    renamed.emplace_back(replaced(path, "Full", "Snapshot"), contents);
  }
  return renamed;
}

Members without(const Members& members, const std::string& part) {
  Members kept = members;
  std::erase_if(kept,
                [&](const auto& member) { return member.first.find(part) != std::string::npos; });
  return kept;
}

Members operator+(Members left, const Members& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

struct Site {
  TemporaryFolder folder;
  std::string archive_name = "release.zip";

  ImportOutcome import(const Members& members) {
    const auto archive = folder.path() / archive_name;
    write_archive(archive, members);
    const auto imported = import_snomedct(
        {.archive = archive, .target_folder = folder.path() / "out", .alias = "test_1"});
    INFO((imported ? "" : imported.error().detail));
    REQUIRE(imported);
    return *imported;
  }
  std::string failure(const Members& members) {
    const auto archive = folder.path() / archive_name;
    write_archive(archive, members);
    const std::string error = import_error(import_snomedct, archive, folder.path() / "out");
    CHECK(files_in(folder.path() / "out").empty());
    return error;
  }
};

// Three folders with some rows in each.
Rf2Archive three_folders() {
  Rf2Archive rf2;
  rf2.lines(1, Rf2Archive::concepts).push_back(concept_line("100021", "20220131", "1"));
  rf2.lines(1, Rf2Archive::relationships)
      .push_back(is_a_line("300021", "20220131", "1", "100021", "100005"));
  rf2.lines(2, Rf2Archive::descriptions)
      .push_back(description_line("200021", "20220131", "1", "100021", "Extended (finding)"));
  return rf2;
}

}  // namespace

TEST_CASE("Snapshot files are read where there are no Full ones", "[import]") {
  const Members full = three_folders().members();
  const ImportOutcome from_full = Site().import(full);
  CHECK(from_full.layout == "UK Clinical Edition, Full files");
  CHECK(from_full.concepts_count == 4);

  SECTION("in every folder: the same rows give the same file") {
    const ImportOutcome from_snapshot = Site().import(as_snapshot(full));
    CHECK(from_snapshot.layout == "UK Clinical Edition, Snapshot files");
    CHECK(from_snapshot.file_digest == from_full.file_digest);
  }
  SECTION("in some folders") {
    const Members mixed = folder_of(three_folders(), 0, international) +
                          as_snapshot(folder_of(three_folders(), 1, uk_clinical) +
                                      folder_of(three_folders(), 2, uk_edition));
    const ImportOutcome imported = Site().import(mixed);
    CHECK(imported.layout == "UK Clinical Edition, Full and Snapshot files");
    CHECK(imported.file_digest == from_full.file_digest);
  }
  SECTION("but ignored otherwise, whatever their content") {
    Members both = full;
    for (const auto& [path, contents] : as_snapshot(full)) both.emplace_back(path, "damaged");
    const ImportOutcome imported = Site().import(both);
    CHECK(imported.layout == "UK Clinical Edition, Full files");
    CHECK(imported.file_digest == from_full.file_digest);
  }
  SECTION("files of text definitions are not read") {
    const Members members =
        full + Members{{std::string(international) +
                            "/Full/Terminology/sct2_TextDefinition_Full-en_INT_20230131.txt",
                        "damaged"}};
    CHECK(Site().import(members).file_digest == from_full.file_digest);
  }
}

TEST_CASE("the UK Monolith is one folder with everything in it", "[import]") {
  Rf2Archive rf2;
  rf2.lines(0, Rf2Archive::concepts).push_back(concept_line("100021", "20220131", "0"));
  const Members members = as_snapshot(folder_of(rf2, 0, monolith));
  Site site;
  site.archive_name = "uk_sct2mo_36.0.0_20230412000001Z.zip";
  const ImportOutcome imported = site.import(members);
  CHECK(imported.layout == "UK Monolith, Snapshot files");
  CHECK(query(imported.file, "SELECT id, active FROM snomedct_concept ORDER BY rowid") ==
        std::vector<Row>{{"138875005", "1"}, {"100005", "1"}, {"100013", "1"}, {"100021", "0"}});

  SECTION("its stated relationships may be missing") {
    CHECK(Site().import(without(members, "StatedRelationship")).file_digest ==
          imported.file_digest);
  }
  SECTION("Full files are preferred") {
    const Members both = members + folder_of(Rf2Archive(), 0, monolith);
    const ImportOutcome full = Site().import(both);
    CHECK(full.layout == "UK Monolith, Full files");
    CHECK(full.concepts_count == 3);
  }
  SECTION("beside the International Edition it is a mistake") {
    CHECK(Site().failure(members + folder_of(Rf2Archive(), 0, international)) ==
          "release.zip: holds SnomedCT_MonolithRF2_PRODUCTION_* beside "
          "SnomedCT_InternationalRF2_PRODUCTION_*: the first contains the second, so one of them "
          "is wrong here");
  }
  SECTION("an archive with its name must be one") {
    Site other;
    other.archive_name = site.archive_name;
    CHECK(other.failure(three_folders().members()) ==
          site.archive_name + ": no folder matches SnomedCT_MonolithRF2_PRODUCTION_*");
  }
}

TEST_CASE("the International Edition may stand alone", "[import]") {
  const Members members = folder_of(three_folders(), 0, international);
  const ImportOutcome imported = Site().import(without(members, "StatedRelationship"));
  CHECK(imported.layout == "International Edition, Full files");
  CHECK(imported.concepts_count == 3);

  Site site;
  site.archive_name = "uk_sct2cl_36.0.0_20230412000001Z.zip";
  CHECK(site.failure(members) ==
        site.archive_name + ": no folder matches SnomedCT_UKClinicalRF2_PRODUCTION_*");
}

TEST_CASE("the UK Drug Extension is read last, if it is there", "[import]") {
  Rf2Archive drug;
  drug.lines(1, Rf2Archive::concepts) = {drug.lines(1, Rf2Archive::concepts)[0],
                                         concept_line("100039", "20220131", "1"),
                                         concept_line("100021", "20240131", "0")};
  const Members extension = without(folder_of(drug, 1, uk_drug), "StatedRelationship");
  Site site;
  const ImportOutcome imported = site.import(extension + three_folders().members());
  CHECK(imported.layout == "UK Clinical Edition with the UK Drug Extension, Full files");
  CHECK(
      query(imported.file, "SELECT id, active FROM snomedct_concept ORDER BY rowid") ==
      std::vector<Row>{
          {"138875005", "1"}, {"100005", "1"}, {"100013", "1"}, {"100021", "0"}, {"100039", "1"}});
}

TEST_CASE("the UK Clinical Edition of before mid-2021 has no folder of its own", "[import]") {
  const Members members =
      folder_of(three_folders(), 0, international) + folder_of(three_folders(), 1, uk_clinical);
  Site site;
  site.archive_name = "uk_sct2cl_31.0.0_20201118000001Z.zip";
  const ImportOutcome imported = site.import(members);
  CHECK(imported.layout == "UK Clinical Edition of before mid-2021, Full files");
  CHECK(imported.concepts_count == 4);
  CHECK(Site().import(without(members, "StatedRelationship")).file_digest == imported.file_digest);
  const ImportOutcome with_drugs = Site().import(members + folder_of(Rf2Archive(), 1, uk_drug));
  CHECK(with_drugs.layout ==
        "UK Clinical Edition of before mid-2021 with the UK Drug Extension, Full files");
}

TEST_CASE("stated relationships may be missing from any folder, with a notice", "[import]") {
  const Members members = three_folders().members();
  const ImportOutcome whole = Site().import(members);
  CHECK(whole.notices.empty());
  const std::string notice =
      "folders have no file sct2_StatedRelationship_*.txt, which newer releases do without: ";
  // The test's rows of relationships are in the other file.
  const ImportOutcome one = Site().import(
      without(members, std::string(uk_edition) + "/Full/Terminology/sct2_StatedRelationship"));
  CHECK(one.file_digest == whole.file_digest);
  CHECK(one.notices == std::vector<std::string>{notice + "1 (" + uk_edition + ")"});
  const ImportOutcome none = Site().import(without(members, "StatedRelationship"));
  CHECK(none.file_digest == whole.file_digest);
  CHECK(none.notices == std::vector<std::string>{notice + "3 (" + international + ", " +
                                                 uk_clinical + ", " + uk_edition + ")"});
}

TEST_CASE("an incomplete layout is refused, naming the missing part", "[import]") {
  const Members members = three_folders().members();
  SECTION("a folder without relationships") {
    CHECK(Site().failure(without(members,
                                 "UKEditionRF2_PRODUCTION_20230412T000001Z/Full/"
                                 "Terminology/sct2_Relationship")) ==
          "release.zip: no file matches " + std::string(uk_edition) +
              "/Full/Terminology/sct2_Relationship_*.txt");
  }
  SECTION("a folder without terminology") {
    const Members empty = {{std::string(international) + "/Readme.txt", "hello"}};
    CHECK(Site().failure(empty) == "release.zip: no file matches " + std::string(international) +
                                       "/Full/Terminology/sct2_*.txt or " +
                                       std::string(international) +
                                       "/Snapshot/Terminology/sct2_*.txt");
  }
  SECTION("a Full folder with a part missing, though Snapshot has it") {
    const Members mixed = without(members, "sct2_Concept_") + as_snapshot(members);
    CHECK(Site().failure(mixed) == "release.zip: no file matches " + std::string(international) +
                                       "/Full/Terminology/sct2_Concept_*.txt");
  }
}

}  // namespace codelog::tests::import_snomedct_layout_test
