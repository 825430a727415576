// Mappings imported by the program, and the mappings that imports of dm+d add.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/tools/program.h"

namespace codelog::tools::test::mapping_import_test {
namespace {

namespace fs = std::filesystem;

// Writes a gzip file with this text.
fs::path write_gzip(const Data& data, const std::string& name, const std::string& text) {
  const fs::path path = data.path().parent_path() / name;
  gzFile file = gzopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  CHECK(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) > 0);
  gzclose(file);
  return path;
}

std::vector<std::string> import_of(const std::string& what, const fs::path& path,
                                   const std::string& release, const std::string& valid_from) {
  return {"import", what, path.string(), "--release", release, "--valid-from", valid_from};
}

// The newest event of the log that registers a mapping.
Json registered(const Data& data, const Json& imported) {
  const Json commit =
      data.run_json({"log", "show", std::to_string(imported["position"].get<int>())});
  CHECK(commit["events"][0]["type"] == "MappingRegistered");
  return commit["events"][0];
}

TEST_CASE("a mapping is imported, registered, and never loses rows", "[program]") {
  const Data data;
  const fs::path first = write_gzip(data, "first.csv.gz", "vpid,vpidprev\n300000,200000\n");
  CHECK(data.run(import_of("dmdvmpprevmap", first, "2024.1", "2024-01-01")) == "20241\n");
  CHECK(fs::exists(data.path() / "mappings" / "dmdvmpprevmap" / "20241.sqlite3"));
  CHECK((fs::status(data.path()).permissions() & fs::perms::all) == fs::perms::owner_all);

  const fs::path second = write_gzip(data, "second.csv.gz", "vpid,vpidprev\n300000,100000\n");
  const Json later = data.run_json(import_of("dmdvmpprevmap", second, "2024.2", "2024-02-01"));
  CHECK(later["rows"] == 2);
  CHECK(registered(data, later)["name"] == "2024.2");
  // An older release adds its rows to the newest.
  const fs::path third = write_gzip(data, "third.csv.gz", "vpid,vpidprev\n900000,800000\n");
  const Json older = data.run_json(import_of("dmdvmpprevmap", third, "2023.12", "2023-12-01"));
  CHECK(older["rows"] == 3);
  CHECK(older["file"] == "20242");
  const Json event = registered(data, older);
  CHECK(event["name"] == "2024.2");
  CHECK(event["valid_from"] == "2024-02-01");
  CHECK(event["import_ref"] == "third.csv.gz");
  CHECK_FALSE(fs::exists(data.path() / "mappings" / "dmdvmpprevmap" / "202312.sqlite3"));

  // Another release has this file name.
  const Json taken = data.refused(import_of("dmdvmpprevmap", first, "20241", "2024-03-01"));
  CHECK(taken["code"] == "conflict");
  const Json bad = data.refused(import_of("dmdvmpprevmap", first, "2024.3", "2024-02-30"));
  CHECK(bad["errors"][0]["field"] == "valid_from");
  CHECK(data.refused(import_of("bnfdmd", first, "1", "2024-01-01"))["code"] == "invalid");
  CHECK(data.refused(import_of("bnfdmd", "nowhere.zip", "1", "2024-01-01"))["code"] == "not_found");
  CHECK(data.refused(import_of("ctv3sctmap2", data.path(), "1", "2024-01-01"))["code"] ==
        "invalid");
}

TEST_CASE("a dm+d release adds its previous VMPs to the mapping", "[program]") {
  const Data data;
  const fs::path file = write_gzip(data, "first.csv.gz", "vpid,vpidprev\n300000,200000\n");
  data.run(import_of("dmdvmpprevmap", file, "2023.1", "2023-01-01"));
  const fs::path archive =
      fs::path(CODELOG_TESTS_DIR) / "golden" / "releases" / "nhsbsa_dmd_1.1.0_20240601000001.zip";
  const Json release = data.run_json(import_of("dmd", archive, "second", "2024-06-01"));
  const Json commit =
      data.run_json({"log", "show", std::to_string(release["position"].get<int>() + 1)});
  const Json event = commit["events"][0];
  CHECK(event["type"] == "MappingRegistered");
  CHECK(event["mapping"] == "dmdvmpprevmap");
  CHECK(event["name"] == "dmd_second_20240601");
  CHECK(event["import_ref"] == archive.filename().string());
  CHECK(event["rows"].get<int>() > 10);
}

}  // namespace
}  // namespace codelog::tools::test::mapping_import_test
