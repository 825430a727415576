#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "coding_systems/bnf/import.h"
#include "coding_systems/ctv3/import.h"
#include "coding_systems/dmd/import.h"
#include "coding_systems/icd10/import.h"
#include "coding_systems/opcs4/import.h"
#include "coding_systems/readv2/import.h"
#include "coding_systems/snomedct/import.h"
#include "import_support.h"
#include "tools/demo/releases.h"
#include "tools/demo/sctid.h"

namespace codelog::tests::import_demo_test {
namespace {

// Imports an archive as "test_1"; returns the outcome.
coding_systems::ImportOutcome import_made(Import import, const std::filesystem::path& archive,
                                          const std::filesystem::path& folder) {
  const auto imported = import({.archive = archive, .target_folder = folder, .alias = "test_1"});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  CHECK(query(imported->file, "PRAGMA foreign_key_check").empty());
  return *imported;
}

double count(const coding_systems::ImportOutcome& imported, const std::string& what) {
  return std::stod(query(imported.file, "SELECT count(*) FROM " + what)[0][0]);
}

// The number of levels in a table whose rows have a parent or NULL.
double count_levels(const coding_systems::ImportOutcome& imported, const std::string& table) {
  const std::string sql = "WITH RECURSIVE level(code, number) AS (SELECT code, 1 FROM " + table +
                          " WHERE parent_id IS NULL UNION ALL SELECT t.code, number + 1 FROM " +
                          table +
                          " t JOIN level ON t.parent_id = level.code) "
                          "SELECT max(number) FROM level";
  return std::stod(query(imported.file, sql)[0][0]);
}

// Checks that equal sizes and seeds give equal bytes, and another seed other bytes. `make` writes a
// file with a name and a seed.
template <class Make>
void check_depends_on_seed(const std::filesystem::path& folder, Make make) {
  const auto bytes = [&](const std::string& name, std::uint64_t seed) {
    REQUIRE(make(folder / name, seed));
    return read_bytes(folder / name);
  };
  const auto first = bytes("a", 1);
  CHECK(first == bytes("b", 1));
  CHECK(first != bytes("b", 2));
}

}  // namespace

TEST_CASE("check digits are Verhoeff's", "[demo]") {
  CHECK(demo::verhoeff_digit("236") == '3');
  for (const char* id :
       {"138875005", "116680003", "404684003", "900000000000003001", "999000011000000103"}) {
    CHECK(demo::passes_verhoeff(id));
  }
  for (std::uint32_t number = 1; number < 2000; ++number) {
    std::string id = demo::make_sctid(demo::Component::concept_id, number);
    CHECK(demo::passes_verhoeff(id));
    // The check finds every wrong digit and every swap of neighbours.
    const std::size_t at = number % (id.size() - 1);
    std::string wrong = id;
    wrong[at] = static_cast<char>('0' + (wrong[at] - '0' + 1 + static_cast<int>(number % 9)) % 10);
    CHECK(!demo::passes_verhoeff(wrong));
    std::swap(id[at], id[at + 1]);
    CHECK(demo::passes_verhoeff(id) == (id[at] == id[at + 1]));
  }
}

TEST_CASE("a synthetic SNOMED CT release is imported and looks like one", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "snomedct.zip";
  REQUIRE(demo::make_snomedct_archive(archive, {.concepts_count = 3000, .seed = 7}));
  const auto imported = coding_systems::import_snomedct(
      {.archive = archive, .target_folder = folder.path(), .alias = "test_1"});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  CHECK(imported->concepts_count == 3000);
  const auto file = imported->file;
  CHECK(query(file, "PRAGMA foreign_key_check").empty());
  for (const std::string column : {"concept", "description", "relationship"}) {
    for (const Row& row : query(file, "SELECT id FROM snomedct_" + column)) {
      REQUIRE(demo::passes_verhoeff(row[0]));
    }
  }
  const auto count = [&](const std::string& sql) { return std::stod(query(file, sql)[0][0]); };
  CHECK(count("SELECT count(*) FROM snomedct_concept WHERE NOT active") > 50);
  CHECK(count("SELECT count(*) FROM snomedct_description WHERE NOT active") == 0);
  CHECK(count("SELECT count(*) FROM snomedct_relationship WHERE NOT active") > 100);

  std::map<std::string, std::set<std::string>> parents;
  std::size_t edges_count = 0;
  for (const Row& row :
       query(file,
             "SELECT DISTINCT source_id, destination_id FROM snomedct_relationship "
             "WHERE active AND type_id = '116680003'")) {
    parents[row[0]].insert(row[1]);
    ++edges_count;
  }
  const double parents_mean =
      static_cast<double>(edges_count) / static_cast<double>(parents.size());
  CHECK(parents_mean > 1.2);
  CHECK(parents_mean < 1.8);
  // A concept's level is the length of its longest way up. Ids of children were made after those of
  // their parents.
  std::map<std::string, int> levels;
  const auto level = [&](const auto& self, const std::string& id) -> int {
    const auto [entry, is_new] = levels.emplace(id, 1);
    if (!is_new) return entry->second;
    int above = 0;
    for (const auto& parent : parents[id]) above = std::max(above, self(self, parent));
    return levels[id] = above + 1;
  };
  int deepest = 0;
  for (const Row& row : query(file, "SELECT id FROM snomedct_concept"))
    deepest = std::max(deepest, level(level, row[0]));
  CHECK(deepest >= 10);
  CHECK(deepest <= 16);

  for (const std::string term : {"Asthma (disorder)", "Diabetes mellitus type 2", "Heart attack"}) {
    CHECK(query(file, "SELECT 1 FROM snomedct_description WHERE active AND term = '" + term + "'")
              .size() == 1);
  }
}

TEST_CASE("the second edition of the synthetic SNOMED CT changes some familiar concepts",
          "[demo]") {
  const TemporaryFolder folder, other;
  const auto archive = folder.path() / "snomedct.zip";
  const auto import_edition = [&](int edition, const std::filesystem::path& target) {
    REQUIRE(demo::make_snomedct_archive(archive,
                                        {.concepts_count = 1500, .seed = 7, .edition = edition}));
    return import_made(coding_systems::import_snomedct, archive, target);
  };
  const auto first = import_edition(1, folder.path());
  const auto second = import_edition(2, other.path());
  const auto lost = [&](const std::string& sql, const auto& from, const auto& to) {
    const auto before = query(from.file, sql);
    const auto after = query(to.file, sql);
    std::set<std::string> missing;
    for (const Row& row : before) {
      if (std::ranges::find(after, row) == after.end()) missing.insert(row[0]);
    }
    return missing;
  };
  const std::string names =
      "SELECT term FROM snomedct_description JOIN snomedct_concept c "
      "ON c.id = concept_id WHERE type_id = '900000000000003001' "
      "AND c.active AND snomedct_description.active";
  using Names = std::set<std::string>;
  CHECK(lost(names, first, second) ==
        Names{"Brittle asthma (disorder)", "Late onset asthma (disorder)",
              "Diabetic foot ulcer (disorder)", "Exercise-induced asthma (disorder)",
              "Gestational diabetes mellitus (disorder)"});
  CHECK(lost(names, second, first).size() == 9 + 2);
  CHECK(count(second, "snomedct_description WHERE active AND term = 'Exercise-induced asthma'") ==
        1);

  // The concepts with changed parents; all others have the same parents as before.
  const std::string edges =
      "SELECT term, destination_id FROM snomedct_relationship r "
      "JOIN snomedct_description d ON d.concept_id = source_id "
      "WHERE r.active AND r.type_id = '116680003' "
      "AND d.type_id = '900000000000003001'";
  CHECK(lost(edges, first, second) ==
        Names{"Brittle asthma (disorder)", "Late onset asthma (disorder)",
              "Diabetic foot ulcer (disorder)", "Seasonal asthma (disorder)",
              "Diabetic nephropathy (disorder)"});
  CHECK(lost(edges, second, first).size() == 9 + 2 + 2);  // new, moved, and renamed by new names

  CHECK(first.associations_count == 0);
  const auto successors =
      query(second.file,
            "SELECT s.term FROM snomedct_historicalassociation a "
            "JOIN snomedct_description d ON d.concept_id = a.referenced_component_id "
            "JOIN snomedct_description s ON s.concept_id = a.target_component_id "
            "WHERE d.term = 'Diabetic foot ulcer' AND s.type_id = '900000000000003001' "
            "ORDER BY 1");
  CHECK(successors == std::vector<Row>{{"Diabetic ulcer of left foot (disorder)"},
                                       {"Diabetic ulcer of right foot (disorder)"}});
  CHECK(second.associations_count == 4);
}

TEST_CASE("a synthetic Monolith is imported and has its shape", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "monolith.zip";
  REQUIRE(demo::make_monolith_archive(archive, {.concepts_count = 7000, .seed = 3}));
  const auto imported = coding_systems::import_snomedct(
      {.archive = archive, .target_folder = folder.path(), .alias = "test_1"});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  CHECK(imported->layout == "UK Monolith, Snapshot files");
  CHECK(imported->concepts_count == 7000);
  CHECK(imported->descriptions_count > 3 * imported->concepts_count);
  const auto file = imported->file;
  const auto count = [&](const std::string& sql) { return std::stod(query(file, sql)[0][0]); };
  CHECK(count("SELECT count(*) FROM snomedct_historicalassociation") ==
        static_cast<double>(imported->associations_count));
  CHECK(query(file, "PRAGMA foreign_key_check").empty());
  for (const std::string column : {"concept", "description", "relationship"}) {
    for (const Row& row : query(file, "SELECT id FROM snomedct_" + column + " LIMIT 300")) {
      REQUIRE(demo::passes_verhoeff(row[0]));
    }
  }
  const double active = count("SELECT count(*) FROM snomedct_concept WHERE active");
  CHECK(active / 7000 > 0.7);
  CHECK(active / 7000 < 0.76);
  const std::string edges = "FROM snomedct_relationship WHERE active AND type_id = '116680003'";
  CHECK(count("SELECT count(*) " + edges) / active > 1.75);
  CHECK(count("SELECT count(*) " + edges) / active < 2.1);
  // A sixth of the active concepts are below Clinical finding, and none of those below another top
  // concept.
  const auto below = [&](const std::string& code) {
    return count("WITH RECURSIVE below(id) AS (SELECT '" + code +
                 "' UNION SELECT source_id FROM snomedct_relationship JOIN below ON "
                 "destination_id = below.id WHERE active AND type_id = '116680003') "
                 "SELECT count(*) FROM below");
  };
  CHECK(below("138875005") == active);
  CHECK(below("404684003") / active > 0.14);
  CHECK(below("404684003") / active < 0.19);
}

TEST_CASE("a synthetic BNF release is imported and looks like one", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "bnf.zip";
  REQUIRE(demo::make_bnf_archive(archive, {.presentations_count = 2000, .seed = 7}));
  const auto imported = coding_systems::import_bnf(
      {.archive = archive, .target_folder = folder.path(), .alias = "test_1"});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  CHECK(query(imported->file, "SELECT count(*) FROM bnf_concept WHERE type = 'Presentation'") ==
        std::vector<Row>{{"2000"}});
  CHECK(query(imported->file, "SELECT count(DISTINCT type) FROM bnf_concept") ==
        std::vector<Row>{{"5"}});
  CHECK(query(imported->file,
              "SELECT count(*) FROM bnf_concept WHERE type = 'Chapter' AND parent_id IS NULL") ==
        std::vector<Row>{{"15"}});
  CHECK(query(imported->file, "PRAGMA foreign_key_check").empty());
  CHECK(query(imported->file,
              "SELECT code FROM bnf_concept WHERE name = 'Simvastatin 20mg tablets'") ==
        std::vector<Row>{{"0212000A0AAABAB"}});
}

TEST_CASE("a large synthetic BNF has all seven levels", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "bnf.zip";
  REQUIRE(demo::make_bnf_archive(archive, {.presentations_count = 9'000, .seed = 1}));
  const auto imported = coding_systems::import_bnf(
      {.archive = archive, .target_folder = folder.path(), .alias = "test_1"});
  REQUIRE(imported);
  CHECK(query(imported->file, "SELECT count(DISTINCT type) FROM bnf_concept") ==
        std::vector<Row>{{"7"}});
  CHECK(query(imported->file, "SELECT count(*) FROM bnf_concept WHERE type = 'Presentation'") ==
        std::vector<Row>{{"9000"}});
  CHECK(!demo::make_bnf_archive(archive, {.presentations_count = 300'001, .seed = 1}));
}

TEST_CASE("a synthetic dm+d release is imported and looks like one", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "dmd.zip";
  REQUIRE(demo::make_dmd_archive(archive));
  const auto imported = coding_systems::import_dmd(
      {.archive = archive, .target_folder = folder.path(), .alias = "test_1"});
  INFO((imported ? "" : imported.error().detail));
  REQUIRE(imported);
  const auto file = imported->file;
  CHECK(query(file, "PRAGMA foreign_key_check").empty());
  std::size_t ids_count = 0;
  for (const Row& row : query(file,
                              "SELECT vtmid FROM dmd_vtm UNION SELECT vpid FROM dmd_vmp UNION "
                              "SELECT apid FROM dmd_amp UNION SELECT vppid FROM dmd_vmpp UNION "
                              "SELECT appid FROM dmd_ampp")) {
    CHECK(demo::passes_verhoeff(row[0]));
    ++ids_count;
  }
  CHECK(ids_count == imported->concepts_count);
  CHECK(query(file, "SELECT count(*) FROM dmd_vtm") == std::vector<Row>{{"10"}});
  CHECK(query(file,
              "SELECT amp.nm FROM dmd_amp amp JOIN dmd_vmp vmp USING (vpid) "
              "WHERE vmp.nm = 'Simvastatin 20mg tablets' ORDER BY 1") ==
        std::vector<Row>{
            {"Simvanor 20mg tablets"}, {"Simvastatin 20mg tablets"}, {"Simvastatin 20mg tablets"}});
}

TEST_CASE("a large synthetic dm+d has the proportions of a real one", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "dmd.zip";
  REQUIRE(demo::make_dmd_archive(archive, {.vmps_count = 500, .seed = 7}));
  const auto imported = import_made(coding_systems::import_dmd, archive, folder.path());
  const double vmps = count(imported, "dmd_vmp");
  CHECK(vmps == 500 + 25);
  CHECK(count(imported, "(SELECT DISTINCT nm FROM dmd_vmp)") == vmps);
  CHECK(count(imported, "dmd_amp") / vmps == Approx(6.5).margin(0.5));
  CHECK(count(imported, "dmd_vmpp") / vmps == Approx(1.54).margin(0.1));
  CHECK(count(imported, "dmd_ampp") / count(imported, "dmd_amp") == Approx(1.125).margin(0.03));
  CHECK(count(imported, "dmd_gtin") / count(imported, "dmd_ampp") == Approx(0.9).margin(0.03));
  CHECK(count(imported, "dmd_priceinfo") / count(imported, "dmd_ampp") > 0.9);
  for (const Row& row : query(imported.file,
                              "SELECT vpid FROM dmd_vmp UNION SELECT appid FROM dmd_ampp "
                              "UNION SELECT cd FROM dmd_route LIMIT 1000")) {
    REQUIRE(demo::passes_verhoeff(row[0]));
  }
  // Numbers for use within a company begin with 2. Digits weigh 1 and 3 in turns; the sum is 0
  // modulo 10.
  for (const Row& row : query(imported.file, "SELECT gtin FROM dmd_gtin LIMIT 300")) {
    REQUIRE(row[0].size() == 13);
    CHECK(row[0].front() == '2');
    int sum = 0;
    for (std::size_t i = 0; i < row[0].size(); ++i) sum += (row[0][i] - '0') * (i % 2 == 0 ? 1 : 3);
    REQUIRE(sum % 10 == 0);
  }
  CHECK(!demo::make_dmd_archive(archive, {.vmps_count = 100'001}));
}

TEST_CASE("a large synthetic ICD-10 is imported and looks like one", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "icd10.zip";
  REQUIRE(demo::make_icd10_archive(archive));
  const auto small = import_made(coding_systems::import_icd10, archive, folder.path());
  REQUIRE(demo::make_icd10_archive(archive, {.codes_count = 3000, .seed = 7}));
  const TemporaryFolder other;
  const auto large = import_made(coding_systems::import_icd10, archive, other.path());
  CHECK(large.concepts_count == small.concepts_count + 3000);
  CHECK(count_levels(large, "icd10_concept") >= 4);
  CHECK(count(large,
              "icd10_concept c JOIN icd10_conceptedition e ON e.concept_id = c.code "
              "JOIN icd10_conceptedition f ON f.concept_id = c.code "
              "WHERE e.edition_id = '2016' AND f.edition_id = '2019' "
              "AND e.term <> f.term") > 30);
  REQUIRE(demo::make_icd10_archive(archive, {.codes_count = 12'000}));
  CHECK(!demo::make_icd10_archive(archive, {.codes_count = 12'001}));
}

TEST_CASE("a synthetic CTV3 is imported and looks like one", "[demo]") {
  TemporaryFolder folder;
  const auto day = demo::make_ctv3_files(folder.path(), {.codes_count = 3000, .seed = 7});
  REQUIRE(day);
  const auto imported = import_made(coding_systems::import_ctv3, *day, folder.path());
  const double codes = count(imported, "ctv3_tppconcept");
  CHECK(codes == Approx(3000).margin(30));
  CHECK(count(imported, "ctv3_rawconcept") / codes == Approx(0.9).margin(0.03));
  CHECK(count(imported, "ctv3_rawconcepttermmapping") > codes);
  CHECK(count(imported, "ctv3_rawterm WHERE name_2 <> '' AND substr(name_2, 1, 30) <> name_1") ==
        0);
  CHECK(count(imported, "ctv3_rawterm WHERE name_3 <> ''") > 0);
  CHECK(count(imported, "ctv3_tpprelationship WHERE distance = 1") / codes > 1.2);
  // TPP's table is transitive: the parents of an ancestor are ancestors too.
  CHECK(count(imported,
              "ctv3_tpprelationship r JOIN ctv3_tpprelationship p "
              "ON p.descendant_id = r.ancestor_id AND p.distance = 1 "
              "WHERE NOT EXISTS (SELECT 1 FROM ctv3_tpprelationship o WHERE "
              "o.descendant_id = r.descendant_id AND o.ancestor_id = p.ancestor_id "
              "AND o.distance <= r.distance + 1)") == 0);
  CHECK(count(imported,
              "ctv3_tppconcept c WHERE read_code <> '.....' AND NOT EXISTS (SELECT 1 FROM "
              "ctv3_tpprelationship r WHERE r.descendant_id = c.read_code AND "
              "r.ancestor_id = '.....')") == 0);
  CHECK(!demo::make_ctv3_files(folder.path(), {.codes_count = 1'000'001}));
}

TEST_CASE("a synthetic Read v2 is imported and looks like one", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "readv2.zip";
  REQUIRE(demo::make_readv2_archive(archive, {.codes_count = 3000, .seed = 7}));
  const auto imported = import_made(coding_systems::import_readv2, archive, folder.path());
  CHECK(imported.concepts_count == 3000);
  CHECK(count_levels(imported, "readv2_concept") == 5);
  CHECK(count(imported, "readv2_concept WHERE parent_id IS NULL") == 11);
  CHECK(count(imported, "(SELECT DISTINCT term FROM readv2_concept)") == 3000);
  CHECK(count(imported, "readv2_synonym") > 300);
  CHECK(!demo::make_readv2_archive(archive, {.codes_count = 400'001}));
}

TEST_CASE("a synthetic OPCS-4 is imported and looks like one", "[demo]") {
  TemporaryFolder folder;
  const auto archive = folder.path() / "opcs4.zip";
  REQUIRE(demo::make_opcs4_archive(archive, {.codes_count = 12'000, .seed = 7}));
  const auto imported = import_made(coding_systems::import_opcs4, archive, folder.path());
  CHECK(imported.concepts_count == 12'000);
  CHECK(count_levels(imported, "opcs4_concept") == 3);
  CHECK(count(imported, "opcs4_concept WHERE parent_id IS NULL") > 15);
  CHECK(!demo::make_opcs4_archive(archive, {.codes_count = 12'001}));
}

TEST_CASE("synthetic releases depend only on their size and seed", "[demo]") {
  TemporaryFolder folder;
  using Path = std::filesystem::path;
  const auto check = [&](auto make) { check_depends_on_seed(folder.path(), make); };
  check([](const Path& path, std::uint64_t seed) {
    return demo::make_snomedct_archive(path, {.concepts_count = 500, .seed = seed});
  });
  check([](const Path& path, std::uint64_t seed) {
    return demo::make_monolith_archive(path, {.concepts_count = 2500, .seed = seed});
  });
  check([](const Path& path, std::uint64_t seed) {
    return demo::make_bnf_archive(path, {.presentations_count = 500, .seed = seed});
  });
  check([](const Path& path, std::uint64_t seed) {
    return demo::make_dmd_archive(path, {.vmps_count = 200, .seed = seed});
  });
  check([](const Path& path, std::uint64_t seed) {
    return demo::make_icd10_archive(path, {.codes_count = 200, .seed = seed});
  });
  check([](const Path& path, std::uint64_t seed) {
    return demo::make_readv2_archive(path, {.codes_count = 200, .seed = seed});
  });
  check([](const Path& path, std::uint64_t seed) {
    return demo::make_opcs4_archive(path, {.codes_count = 200, .seed = seed});
  });
  for (const char* file : {"../nhs_readctv3_25.0.0_20180401000001.zip", "ctv3_dictionary.csv.gz",
                           "ctv3_hierarchy.csv.gz"}) {
    check([&](const Path& path, std::uint64_t seed) -> base::Result<void> {
      const auto day = demo::make_ctv3_files(folder.path(), {.codes_count = 300, .seed = seed});
      if (!day) return day.error();
      std::filesystem::copy_file(*day / file, path,
                                 std::filesystem::copy_options::overwrite_existing);
      return {};
    });
  }
  const auto refused = demo::make_bnf_archive(folder.path() / "no" / "such" / "folder.zip", {});
  REQUIRE(!refused);
  CHECK(refused.error().code == base::ErrorCode::io);
  const auto no_folder = demo::make_ctv3_files(folder.path() / "no" / "such", {.codes_count = 300});
  REQUIRE(!no_folder);
  CHECK(no_folder.error().code == base::ErrorCode::io);
}

}  // namespace codelog::tests::import_demo_test
