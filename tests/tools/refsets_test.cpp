// The NHS refsets as codelists: reading the publisher's table, and the command that imports it.
#include "tools/refsets.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "events/base/file.h"
#include "tests/tools/program.h"
#include "tools/demo/zip_writer.h"

namespace codelog::tools::test::refsets_test {
namespace {

namespace fs = std::filesystem;

const std::string header =
    "Cluster_ID,Cluster_Description,Cluster_Category,ConceptId,Active_in_Refset,"
    "Type_of_Inclusion\n";
const std::string rows =
    "AST_COD,Asthma codes,Diagnoses,111111,1,PC refset\n"
    "AST_COD,Asthma codes,Diagnoses,222222,0,PC refset\n"
    "FLU_COD,Flu vaccines,Vaccinations and immunisations,333333,1,Refset\n"
    "FLU_COD,Flu vaccines,Procedures,444444,1,Refset\n"
    "COPD_COD,\"COPD, all\",Diagnoses,555555,1,PC refset\n";

base::Result<std::string> table_of(const std::string& text, RefsetKind kind,
                                   const std::vector<std::string>& clusters = {},
                                   const RefsetColumns& columns = {}) {
  return bulk_table_of_refsets(text, kind, columns, clusters);
}

fs::path write_archive(const fs::path& folder, const std::vector<std::string>& names,
                       const std::string& text) {
  demo::ZipWriter zip;
  for (const std::string& name : names) zip.add(name, text);
  const fs::path file = folder / "uk_sct2pc_57.0.0_20250627000001Z.zip";
  REQUIRE(zip.write(file));
  return file;
}

constexpr const char* table_name = "Docs/GPData_Cluster_Refset_1000230_20250627.csv";

}  // namespace

TEST_CASE("the active rows of a kind become a table of codelists", "[refsets]") {
  CHECK(*table_of(header + rows, RefsetKind::primary_care) ==
        "codelist_name,code,codelist_new_slug\r\n"
        "Asthma codes,111111,ast_cod\r\n"
        "\"COPD, all\",555555,copd_cod\r\n");
  CHECK(*table_of(header + rows, RefsetKind::drug) ==
        "codelist_name,code,codelist_new_slug\r\nFlu vaccines,333333,flu_cod\r\n");
  CHECK(*table_of(header + rows, RefsetKind::primary_care, {"COPD_COD"}) ==
        "codelist_name,code,codelist_new_slug\r\n\"COPD, all\",555555,copd_cod\r\n");
  CHECK(table_of(header + rows, RefsetKind::primary_care, {"NO_COD"}).error().detail ==
        "the table of refsets has no active rows of the cluster NO_COD");
}

TEST_CASE("a missing column is named, and others can be chosen", "[refsets]") {
  CHECK(table_of("", RefsetKind::drug).error().detail == "the table of refsets is empty");
  CHECK(table_of("Cluster_ID\n", RefsetKind::drug).error().detail ==
        "the table of refsets has no column Active_in_Refset");
  const std::string other =
      "Cluster_ID,Title,Concept,Active_in_Refset,Type_of_Inclusion\nA,Name,1,1,PC refset\n";
  CHECK_THAT(table_of(other, RefsetKind::primary_care).error().detail,
             Catch::EndsWith("no column cluster_description; name the right one"));
  CHECK_THAT(*table_of(other, RefsetKind::primary_care, {}, {.code = "concept", .name = "title"}),
             Catch::EndsWith("\r\nName,1,a\r\n"));
}

TEST_CASE("the table is found in its archive, and read in either encoding", "[refsets]") {
  const site::TemporaryFolder folder = std::move(*site::TemporaryFolder::make());
  CHECK(*read_refset_table(write_archive(folder.path(), {"x.csv", table_name}, "caf\xE9")) ==
        "caf\xC3\xA9");
  CHECK(*read_refset_table(write_archive(folder.path(), {table_name}, "caf\xC3\xA9")) ==
        "caf\xC3\xA9");
  CHECK_THAT(read_refset_table(write_archive(folder.path(), {"x.csv"}, "")).error().detail,
             Catch::Contains("has no table GPData_Cluster_Refset_1000230_"));
  const std::string second = "GPData_Cluster_Refset_1000230_2.CSV";
  CHECK_THAT(
      read_refset_table(write_archive(folder.path(), {table_name, second}, "")).error().detail,
      Catch::Contains("two tables"));
  CHECK_FALSE(read_refset_table(folder.path() / "nothing.zip"));
}

TEST_CASE("refsets are imported, published and recorded", "[program]") {
  const Data data;
  const Json demo = data.run_json({"demo"});
  const std::string organisation = "nhsd-primary-care-domain-refsets";
  data.run({"organisation", "add", organisation, "--name", "PCD", "--url", "https://e.org"});
  data.run({"organisation", "member", organisation, "alice"});
  const Server server(data.path());
  const std::string release = "snomedct_demo_20240701";
  const Json found =
      Json::parse(server.get("/api/v2/releases/" + release + "/search?term=asthma").body);
  std::string text = header + rows;
  text.replace(text.find("111111"), 6, found["matching"][0].get<std::string>());
  text.replace(text.find("555555"), 6, found["matching"][1].get<std::string>());
  const fs::path folder = data.path().parent_path();
  write_archive(folder, {table_name}, text);
  REQUIRE(base::write_file_durably(folder / "token", demo["tokens"]["alice"].get<std::string>()));
  const std::vector<std::string> dry = {"refsets", "update", folder.string(), "--host",
                                        "http://127.0.0.1:" + std::to_string(server.port())};
  CHECK_THAT(run_codelog(dry).output, Catch::StartsWith("Asthma codes: planned, new\n"));
  auto live = dry;
  live.insert(live.end(), {"--live-run", "--token-file", (folder / "token").string(), "--json"});
  const FinishedProcess finished = run_codelog(live);
  CAPTURE(finished.output, finished.errors);
  CHECK(finished.exit_code == 0);
  const Json sent = Json::parse(finished.output);
  CHECK(sent["done"] == 2);
  CHECK(sent["recorded"] == true);
  const Json latest = Json::parse(server.get("/coding-systems/latest-releases?type=json").body);
  CHECK(latest["pcd_refsets"]["tag"] == "20250627");
  CHECK(latest["pcd_refsets"]["release"] == "57.0.0");
  const Json codelist =
      Json::parse(server.get("/api/v2/codelists/organisation/" + organisation + "/ast_cod").body);
  CHECK(codelist["versions"][0]["status"] == "published");
  CHECK(codelist["versions"][0]["tag"] == "20250627");
  // The second time, the versions are there.
  const Json again = Json::parse(run_codelog(live).output);
  CHECK(again["codelists"][0]["outcome"] == "skipped");

  auto wrong = dry;
  wrong.at(2) = (folder / "token").string();
  CHECK_THAT(run_codelog(wrong).errors, Catch::Contains("is not named like uk_sct2pc_"));
}

}  // namespace codelog::tools::test::refsets_test
