// `codelog import … --latest`: the newest archive of a folder, or of a stand-in for TRUD.
#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>

#include "events/base/digest.h"
#include "events/base/file.h"
#include "server/http/server.h"
#include "tests/tools/program.h"
#include "tests/tools/workbook.h"
#include "tools/archive_names.h"
#include "tools/nhsbsa_page.h"

namespace codelog::tools::test::import_latest_test {
namespace {

namespace fs = std::filesystem;

const fs::path golden_releases = fs::path(CODELOG_TESTS_DIR) / "golden" / "releases";
constexpr const char* key = "0123456789abcdef";
constexpr const char* archive_name = "uk_sct2cl_5.1.0_20240601000001Z.zip";

// Answers as TRUD's API does, for one archive of SNOMED CT.
class StandIn {
 public:
  StandIn() : archive_(*base::read_file(golden_releases / archive_name)) {
    http::Router router;
    router.add({.methods = {http::Method::get},
                .pattern = "/trud/api/v1/keys/{key}/items/{item}/releases",
                .handler = [this](const http::Request& request, const http::PathParameters& path) {
                  return releases(request, path);
                }});
    router.add({.methods = {http::Method::get},
                .pattern = "/download/{key}/{name}",
                .handler = [this](auto&, auto&) {
                  ++downloads_;
                  return http::content(200, "application/zip", archive_);
                }});
    router.add({.methods = {http::Method::get},
                .pattern = "/mapping/page",
                .handler = [this](auto&, auto&) { return http::html(200, page); }});
    router.add({.methods = {http::Method::get},
                .pattern = "/files/{name}",
                .handler = [this](auto&, auto&) {
                  ++downloads_;
                  return http::content(200, "application/zip", workbook);
                }});
    server_ = std::make_unique<http::Server>(http::ServerOptions{}, std::move(router));
    port_ = *server_->start();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/trud"; }
  std::string page_url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/mapping/page";
  }
  int downloads() const { return downloads_; }

  std::string page;      // NHSBSA's
  std::string workbook;  // behind its links
  std::string file_name = archive_name;
  std::string sha256_hex = base::to_hex(*base::sha256_file(golden_releases / archive_name));

 private:
  http::Response releases(const http::Request& request, const http::PathParameters& path) {
    if (path["key"] != key) {
      return http::json(400, {{"message", "Invalid key " + std::string(path["key"])}});
    }
    if (path["item"] != "101" || !request.query().has("latest")) {
      return http::json(200, {{"releases", nlohmann::json::array()}});
    }
    const nlohmann::json release = {
        {"archiveFileName", file_name},
        {"archiveFileUrl", "http://127.0.0.1:" + std::to_string(port_) + "/download/" +
                               std::string(key) + "/" + file_name},
        {"archiveFileSizeBytes", archive_.size()},
        {"archiveFileSha256", sha256_hex},
        {"releaseDate", "2024-06-05"}};
    return http::json(200, {{"apiVersion", "1"}, {"releases", {release}}});
  }

  const std::string archive_;
  std::atomic<int> downloads_ = 0;
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
};

struct LatestImport {
  Data data;
  fs::path folder = data.path().parent_path() / "archives";
  fs::path key_file = data.path().parent_path() / "key";
  StandIn trud;

  LatestImport() {
    fs::create_directories(folder);
    REQUIRE(base::write_file_durably(key_file, std::string(key) + "\n"));
  }

  std::vector<std::string> arguments(const std::string& system, bool with_key = true) const {
    std::vector<std::string> all = {"import",   system,       folder.string(),
                                    "--latest", "--trud-url", trud.url()};
    if (with_key) {
      all.emplace_back("--trud-key-file");
      all.push_back(key_file.string());
    }
    return all;
  }
};

}  // namespace

TEST_CASE("the names of archives give their release and day", "[program]") {
  const auto read = [](const char* system, const char* name) {
    const auto found = read_archive_name(system, name);
    return found ? found->release + ", " + found->valid_from : "";
  };
  CHECK(read("snomedct", "uk_sct2cl_36.0.0_20230412000001Z.zip") == "36.0.0, 2023-04-12");
  CHECK(read("dmd", "nhsbsa_dmd_11.3.0_20221128000001.zip") == "2022 11.3.0, 2022-11-28");
  CHECK(read("refsets", "uk_sct2pc_57.0.0_20250627000001Z.zip") == "57.0.0, 2025-06-27");
  CHECK(read("bnfdmd", "BNF Snomed Mapping data 20240115.zip") == "20240115, 2024-01-15");
  for (const char* name :
       {"", "uk_sct2cl_36.0.0_20230432000001Z.zip", "uk_sct2cl_36.0_20230412000001Z.zip",
        "uk_sct2cl_36.0.x_20230412000001Z.zip", "uk_sct2cl_36.0.0_2023.zip",
        "uk_sct2cl_36.0.0_20230412000001Z.zip.part", "uk_sct2pc_36.0.0_20230412000001Z.zip"}) {
    CAPTURE(name);
    CHECK(read("snomedct", name).empty());
  }
  CHECK(read("dmd", "uk_sct2cl_36.0.0_20230412000001Z.zip").empty());
  CHECK(read("icd10", "icd_df_10.5.0_20151102000001.zip").empty());
}

TEST_CASE_METHOD(LatestImport, "TRUD's newest archive is downloaded, checked and imported",
                 "[program]") {
  CHECK(data.run(arguments("snomedct")) == "snomedct_510_20240605\n");
  CHECK(fs::exists(folder / archive_name));
  CHECK(trud.downloads() == 1);
  const Json again = data.refused(arguments("snomedct"));
  CHECK(again["code"] == "conflict");
  CHECK_THAT(again["detail"].get<std::string>(),
             Catch::Contains("already exists for the latest release (5.1.0)"));
  CHECK(trud.downloads() == 1);
}

TEST_CASE_METHOD(LatestImport, "an archive that is there already is not downloaded again",
                 "[program]") {
  fs::copy_file(golden_releases / archive_name, folder / archive_name);
  CHECK(data.run(arguments("snomedct")) == "snomedct_510_20240605\n");
  CHECK(trud.downloads() == 0);
}

TEST_CASE_METHOD(LatestImport, "a damaged download is refused, and leaves nothing", "[program]") {
  trud.sha256_hex = std::string(64, '0');
  const Json refused = data.refused(arguments("snomedct"));
  CHECK_THAT(refused["detail"].get<std::string>(), Catch::Contains("another size or digest"));
  CHECK(fs::is_empty(folder));
}

TEST_CASE_METHOD(LatestImport, "no message names the key", "[program]") {
  REQUIRE(base::write_file_durably(key_file, "secret0123\n"));
  const Json refused = data.refused(arguments("snomedct"));
  CHECK(refused["detail"] == "TRUD: Invalid key …");
  REQUIRE(base::write_file_durably(key_file, key));
  CHECK(data.refused(arguments("dmd"))["detail"] == "TRUD: the answer has no releases");
  trud.file_name = "../uk_sct2cl_5.1.0_20240601000001Z.zip";
  CHECK_THAT(data.refused(arguments("snomedct"))["detail"].get<std::string>(),
             Catch::Contains("a name of another form"));
  auto nowhere = arguments("snomedct");
  nowhere.at(5) = "http://127.0.0.1:1";
  CHECK_THAT(data.refused(nowhere).dump(), !Catch::Contains(key) && Catch::Contains("TRUD: "));
}

TEST_CASE_METHOD(LatestImport, "without a key, the newest archive of the folder is imported",
                 "[program]") {
  CHECK(data.refused(arguments("snomedct", false))["code"] == "not_found");
  for (const char* name : {archive_name, "uk_sct2cl_5.0.0_20240101000001Z.zip"}) {
    fs::copy_file(golden_releases / name, folder / name);
  }
  CHECK(data.run(arguments("snomedct", false)) == "snomedct_510_20240601\n");
  CHECK(trud.downloads() == 0);
  CHECK(data.refused(arguments("icd10", false))["errors"][0]["field"] == "latest");
}

TEST_CASE_METHOD(LatestImport, "the newest mapping that NHSBSA's page links to is downloaded",
                 "[program]") {
  const fs::path map = folder / "map";
  write_workbook(
      map,
      {{"Map",
        {text_cell("VMP / VMPP/ AMP / AMPP") + text_cell("BNF Code") + text_cell("SNOMED Code"),
         text_cell("VMP") + text_cell("0212000A0AAAAAA") + text_cell("50001069999999105")}}});
  trud.workbook = *base::read_file(map);
  fs::remove(map);
  trud.page =
      "<a href='/files/BNF%20Snomed%20Mapping%20data%2020240115.zip'>January 2024</a>"
      "<a href=\"/files/BNF Snomed Mapping data 20240220.zip?a=1&amp;b=2\">February 2024</a>";
  std::vector<std::string> wanted = {"import",       "bnfdmd",        folder.string(), "--latest",
                                     "--nhsbsa-url", trud.page_url(), "--download"};
  CHECK(data.run(wanted) == "20240220\n");
  CHECK(fs::exists(folder / "BNF Snomed Mapping data 20240220.zip"));
  CHECK(trud.downloads() == 1);
  const Json again = data.refused(wanted);
  CHECK_THAT(again["detail"].get<std::string>(),
             Catch::Contains("already exists for the latest release (20240220)"));
  CHECK(trud.downloads() == 1);
  trud.page = "<a href=\"/files/other.zip\">x</a>";
  CHECK_THAT(data.refused(wanted)["detail"].get<std::string>(),
             Catch::Contains("download the newest one in a browser"));
  wanted.at(3) = "--release=1";
  wanted.emplace_back("--valid-from=2024-01-01");
  CHECK(run_codelog(wanted).exit_code == 2);
}

TEST_CASE("links of NHSBSA's page are found in any form", "[program]") {
  const std::string page_url = "https://host.example/a/page";
  const auto url_of = [&](const std::string& html) {
    const auto found = find_linked_mapping(html, page_url, "folder");
    return found ? found->url : found.error().detail;
  };
  const std::string name = "BNF%20Snomed%20Mapping%20data%2020240115.zip";
  CHECK(url_of("<a class='x' href=\"" + name + "\">") == "https://host.example/a/" + name);
  CHECK(url_of("<a href='/b/" + name + "'>") == "https://host.example/b/" + name);
  CHECK(url_of("<a href='//other.example/" + name + "'>") == "https://other.example/" + name);
  CHECK(url_of("<a href='https://other.example/" + name + "'>") == "https://other.example/" + name);
  CHECK(url_of("<a href='bnf snomed mapping DATA 20240115.ZIP#x'>") ==
        "https://host.example/a/bnf%20snomed%20mapping%20DATA%2020240115.ZIP#x");
  for (const std::string html :
       {"", "<a href", "<a href=", "<a href=x>", "<a href=\"", "<a href='BNF Snomed 1.zip'>",
        "<a href='BNF Snomed Mapping data 20241315.zip'>",
        "<a href='BNF Snomed Mapping data%2F 20240115.zip'>"}) {
    CAPTURE(html);
    CHECK_THAT(url_of(html), Catch::StartsWith("NHSBSA: the page has no link"));
  }
}

TEST_CASE_METHOD(LatestImport, "a system that nothing downloads tells where its files are",
                 "[program]") {
  const auto detail = [&](const std::string& system, const std::vector<std::string>& more) {
    auto all = arguments(system, false);
    all.insert(all.end(), more.begin(), more.end());
    return data.refused(all)["detail"].get<std::string>();
  };
  CHECK_THAT(detail("icd10", {}), Catch::Contains("https://icdcdn.who.int/icd10/claml/") &&
                                      Catch::Contains("item 258") &&
                                      Catch::Contains("with --release and --valid-from"));
  CHECK_THAT(detail("icd10", {"--download"}), Catch::Contains("icd102019en.xml.zip"));
  CHECK_THAT(detail("bnf", {"--download"}), Catch::Contains("NHSBSA"));
  CHECK_THAT(detail("snomedct", {"--download"}), Catch::Contains("needs a key for TRUD"));
}

TEST_CASE("an import needs a name and a day, or takes the latest", "[program]") {
  const Data data;
  const auto finished =
      run_codelog({"import", "snomedct", "x.zip", "--data", data.path().string()});
  CHECK(finished.exit_code == 2);
  CHECK_THAT(finished.errors, Catch::Contains("or --latest"));
  const auto both = run_codelog({"import", "snomedct", "x", "--latest", "--release", "1"});
  CHECK(both.exit_code == 2);
}

}  // namespace codelog::tools::test::import_latest_test
