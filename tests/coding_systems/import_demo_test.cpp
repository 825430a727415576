#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "coding_systems/bnf/import.h"
#include "coding_systems/dmd/import.h"
#include "coding_systems/snomedct/import.h"
#include "import_support.h"
#include "tools/demo/releases.h"
#include "tools/demo/sctid.h"

namespace codelog::tests {

TEST_CASE("check digits are Verhoeff's", "[demo]") {
  CHECK(demo::verhoeff_digit("236") == '3');
  for (const char* id :
       {"138875005", "116680003", "404684003", "900000000000003001", "999000011000000103"}) {
    CHECK(demo::passes_verhoeff(id));
  }
  for (std::uint32_t number = 1; number < 2000; ++number) {
    std::string id = demo::make_sctid(demo::Component::concept_id, number);
    CHECK(demo::passes_verhoeff(id));
    // Every wrong digit and every swap of neighbours shows.
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
  // Levels: the longest way up. Ids of children were made after those of their parents.
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
  // A sixth of what is active is below Clinical finding, and nothing of that below another top.
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

TEST_CASE("synthetic releases depend on nothing but their size and seed", "[demo]") {
  TemporaryFolder folder;
  const auto snomedct = [&](const std::string& name, std::uint64_t seed) {
    REQUIRE(
        demo::make_snomedct_archive(folder.path() / name, {.concepts_count = 500, .seed = seed}));
    return read_bytes(folder.path() / name);
  };
  const auto bnf = [&](const std::string& name, std::uint64_t seed) {
    REQUIRE(
        demo::make_bnf_archive(folder.path() / name, {.presentations_count = 500, .seed = seed}));
    return read_bytes(folder.path() / name);
  };
  const auto monolith = [&](const std::string& name, std::uint64_t seed) {
    REQUIRE(
        demo::make_monolith_archive(folder.path() / name, {.concepts_count = 2500, .seed = seed}));
    return read_bytes(folder.path() / name);
  };
  CHECK(monolith("a", 1) == monolith("b", 1));
  CHECK(monolith("a", 1) != monolith("b", 2));
  CHECK(snomedct("a", 1) == snomedct("b", 1));
  CHECK(snomedct("a", 1) != snomedct("b", 2));
  CHECK(bnf("a", 1) == bnf("b", 1));
  CHECK(bnf("a", 1) != bnf("b", 2));
  const auto refused = demo::make_bnf_archive(folder.path() / "no" / "such" / "folder.zip", {});
  REQUIRE(!refused);
  CHECK(refused.error().code == base::ErrorCode::io);
}

}  // namespace codelog::tests
