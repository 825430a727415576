// Downloads that depend on mappings: dm+d tables with mapped VMPs, their digests, and BNF lists as
// dm+d.
#include <algorithm>
#include <catch2/catch.hpp>

#include "coding_systems/dmd/import.h"
#include "coding_systems/dmd/previous_vmps.h"
#include "events/base/digest.h"
#include "mappings/dmdvmpprevmap/import.h"
#include "server/commands/download_table.h"
#include "server/files/download_shas.h"
#include "server/files/downloads.h"
#include "tests/server/api_golden.h"

namespace codelog::tests::v1_dmd_downloads_test {
namespace {

using coding_systems::SctidText;
using commands::MappedVmp;
using mappings::PreviousVmp;
using mappings::PreviousVmps;

PreviousVmps vmps(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::vector<PreviousVmp> all;
  for (const auto& [id, previous] : pairs) {
    all.push_back({*SctidText::from(id), *SctidText::from(previous)});
  }
  return PreviousVmps(std::move(all));
}

std::vector<std::string> shas_of(ApiSite& site, std::uint32_t id) {
  const auto views = site.views();
  const auto version = views.version(base::VersionId(id));
  REQUIRE(version);
  const auto codelist = views.codelist(version->codelist);
  const auto shas = files::valid_shas(site.application().site(), views, *codelist, *version);
  return shas ? *shas : std::vector<std::string>{};
}

// The download path of a version.
std::string target_of(const OrderedJson& version) {
  return "/codelist/" + version.at("full_slug").get<std::string>() + "/download.csv";
}

bool has_release_here(const std::string& system) {
  return system == "snomedct" || system == "bnf" || system == "dmd";
}

// The download of one small table over a few codes.
std::string download(const std::string& csv, const PreviousVmps& previous_vmps) {
  const auto rows = commands::read_csv(csv);
  REQUIRE(rows);
  const auto* dmd = coding_systems::find_coding_system("dmd");
  auto table = commands::make_download_table(*dmd, *rows, commands::TableHeaders::all);
  REQUIRE(table);
  commands::add_mapped_vmps(previous_vmps, *table);
  return commands::write_table(*table);
}

}  // namespace

TEST_CASE("the digests of downloads equal OpenCodelists'", "[v1][golden]") {
  ApiSite site;
  seed_golden_state(site);
  std::size_t compared = 0;
  const OrderedJson golden = read_golden("06_downloads");
  for (const OrderedJson& version : golden.at("versions")) {
    const OrderedJson shas = version.value("csv_data_shas", OrderedJson());
    const bool is_table = version.at("style") == "old";
    if (!shas.is_array() || !(is_table || has_release_here(version.at("coding_system_id")))) {
      continue;
    }
    CAPTURE(version.at("full_slug"));
    const std::uint32_t id = version.at("version_id");
    if (version.at("status") == "draft") {
      CHECK(shas_of(site, id).empty());
      continue;
    }
    CHECK(OrderedJson(shas_of(site, id)) == shas);
    ++compared;
  }
  CHECK(compared >= 15);
}

TEST_CASE("a second dm+d release brings its VMPs into downloads and digests", "[v1][golden]") {
  ApiSite site;
  seed_golden_state(site);
  const OrderedJson golden = read_golden("11_second_release");
  for (const auto& [id, shas] : golden.at("dmd_shas_release1").items()) {
    CAPTURE(id);
    if (!shas.is_null()) CHECK(OrderedJson(shas_of(site, std::stoul(id) & 0xFFFF)) == shas);
  }
  const OrderedJson downloads = read_golden("06_downloads");
  const std::string changed = "/codelist/test-org/dmd-old/08183fe2/download.csv";
  const std::string before = site.get(changed).body;

  const TemporaryFolder folder;
  coding_systems::ImportRequest request;
  request.archive = std::filesystem::path(CODELOG_TESTS_DIR) / "golden" / "releases" /
                    "nhsbsa_dmd_1.1.0_20240601000001.zip";
  request.target_folder = folder.path();
  request.alias = "dmd_second_20240601";
  const auto release = coding_systems::import_dmd(request);
  INFO((release ? "" : release.error().detail));
  REQUIRE(release);
  const auto file = coding_systems::SqliteFile::open(release->file);
  REQUIRE(file);
  const auto found = coding_systems::dmd::read_previous_vmps(*file);
  REQUIRE(found);
  std::vector<PreviousVmp> pairs;
  for (const auto& pair : *found) {
    pairs.push_back({*SctidText::from(pair.vpid), *SctidText::from(pair.previous_vpid)});
  }
  request.target_folder = site.mapping_file("dmdvmpprevmap").parent_path();
  request.alias = "second";
  const auto extended =
      mappings::extend_dmdvmpprevmap(request, site.mapping_file("dmdvmpprevmap"), std::move(pairs));
  REQUIRE(extended);
  OrderedJson after = OrderedJson::array();
  for (const OrderedJson& pair : golden.at("vmpprev_mapping_after")) {
    if (pair.at(0) != pair.at(1)) after.push_back(pair);  // pairs of equal ids are ignored
  }
  CHECK(extended->rows_count == after.size());
  site.register_mapping("dmdvmpprevmap", "second", "2024-06-01");

  // The cached answer is not used again.
  CHECK(site.get(changed).body != before);
  for (const auto& [id, shas] : golden.at("dmd_shas_release2").items()) {
    CAPTURE(id);
    if (!shas.is_null()) CHECK(OrderedJson(shas_of(site, std::stoul(id) & 0xFFFF)) == shas);
  }
  std::size_t compared = 0;
  for (const OrderedJson& version : downloads.at("versions")) {
    const std::string id = std::to_string(version.at("version_id").get<int>());
    if (!golden.at("dmd_downloads_release2").contains(id)) continue;
    CAPTURE(id);
    const std::string body = site.get(target_of(version)).body;
    CHECK(base::sha1_hex(body) == golden.at("dmd_downloads_release2").at(id).get<std::string>());
    ++compared;
  }
  CHECK(compared == 8);
}

TEST_CASE("a BNF version is downloaded as dm+d, any other is refused with the reason", "[v1]") {
  ApiSite site;
  seed_golden_state(site);
  const OrderedJson golden = read_golden("06_downloads");
  for (const OrderedJson& version : golden.at("versions")) {
    if (!version.contains("dmd_csv")) continue;
    const std::string base = "/codelist/" + version.at("full_slug").get<std::string>();
    const Reply reply = site.get(base + "/dmd-download.csv");
    CHECK(reply.status == 200);
    CHECK(base::sha1_hex(reply.body) == version.at("dmd_csv").at("sha1").get<std::string>());
  }
  const Reply refused = site.get("/codelist/test-org/new-style-codelist/v1/dmd-download.csv");
  CHECK(refused.status == 400);
  CHECK(refused.body ==
        "Only BNF codelists have a dm+d version; this one is of another coding system.");
}

TEST_CASE("without its mapping, a BNF version is not downloaded as dm+d", "[v1]") {
  ApiSite site;
  site.set_up();
  site.register_release("dmd");
  const Reply created = site.send("POST", "/api/v2/codelists",
                                  {{"owner", "organisation/test-org"},
                                   {"name", "Statins"},
                                   {"coding_system", "bnf"},
                                   {"csv", "code,term\n0101000AAAAAAAA,x\n"}});
  REQUIRE(created.status == 201);
  const std::string hash = created.json().at("version").at("hash");
  CHECK(site.get("/codelist/test-org/statins/" + hash + "/dmd-download.csv").status == 503);
}

TEST_CASE("new-style dm+d versions get mapped VMPs when asked", "[v1]") {
  ApiSite site;
  seed_golden_state(site);
  const std::string target = "/codelist/test-org/dmd-new/2127b317/download.csv";
  const std::string plain = site.get(target).body;
  const std::string mapped = site.get(target + "?include-mapped-vmps").body;
  CHECK(mapped.starts_with(plain));
  CHECK_THAT(mapped, Catch::Contains("\r\n1001743000,VMP previous to 10017381000001101\r\n"));
  CHECK_THAT(mapped, Catch::EndsWith("\r\n1002083004,VMP previous to 10020771000001109\r\n"));
  // Old-style versions have them anyway, and other systems never.
  const std::string old_style = "/codelist/test-org/dmd-old/08183fe2/download.csv";
  CHECK(site.get(old_style + "?include-mapped-vmps").body == site.get(old_style).body);
  const std::string snomedct = "/codelist/test-org/new-style-codelist/v1/download.csv";
  CHECK(site.get(snomedct + "?include-mapped-vmps").body == site.get(snomedct).body);
}

TEST_CASE("a dm+d table is downloaded while no mapping of VMPs has been imported", "[v1]") {
  ApiSite site;
  site.set_up();
  site.register_release("dmd");
  const Reply created = site.send("POST", "/api/v2/codelists",
                                  {{"owner", "organisation/test-org"},
                                   {"name", "Drugs"},
                                   {"coding_system", "dmd"},
                                   {"csv", "dmd_id,nm\n10017381000001101,x\n"}});
  REQUIRE(created.status == 201);
  const std::string hash = created.json().at("version").at("hash");
  const std::string target = "/codelist/test-org/drugs/" + hash + "/download.csv";
  CHECK(site.get(target).body == "code,term,dmd_id\r\n10017381000001101,x,10017381000001101\r\n");
  // The first import of a mapping ends that.
  write_previous_vmps(site.mapping_file("dmdvmpprevmap"),
                      OrderedJson::array({{"10017381000001101", "1001743000"}}));
  site.register_mapping("dmdvmpprevmap");
  CHECK_THAT(site.get(target).body,
             Catch::EndsWith("1001743000,VMP previous to 10017381000001101,1001743000\r\n"));
  // A file that is not the registered one is not read.
  write_previous_vmps(site.mapping_file("dmdvmpprevmap", "other"), OrderedJson::array());
  site.register_mapping("dmdvmpprevmap", "other", "2024-02-01");
  write_previous_vmps(site.mapping_file("dmdvmpprevmap", "other"),
                      OrderedJson::array({{"10017381000001101", "999999"}}));
  CHECK(site.get(target).status == 503);
}

TEST_CASE("mapped VMPs are listed once, whatever the pairs", "[downloads]") {
  using Mapped = std::vector<MappedVmp>;
  const auto mapped = [](const PreviousVmps& previous, const std::vector<std::string>& codes) {
    return commands::mapped_vmps(previous, codes);
  };
  const PreviousVmps chain = vmps({{"30", "20"}, {"20", "10"}});
  CHECK(mapped(chain, {"30"}) ==
        Mapped{{"10", "VMP previous to 30", "30"}, {"20", "VMP previous to 30", "30"}});
  CHECK(mapped(chain, {"10"}) ==
        Mapped{{"20", "VMP subsequent to 10", "10"}, {"30", "VMP subsequent to 10", "10"}});
  // A VMP between two codes of the list: OpenCodelists fails.
  CHECK(mapped(chain, {"10", "30"}) ==
        Mapped{{"10", "VMP previous to 30", "30"},
               {"20", "VMP previous to 30 and subsequent to 10", "30"}});
  // A listed code that precedes another one is repeated, as in OpenCodelists' files.
  CHECK(mapped(chain, {"10", "20", "30"}) ==
        Mapped{{"10", "VMP previous to 20, 30", "20"}, {"20", "VMP previous to 30", "30"}});
  // Cycles: OpenCodelists never ends.
  const PreviousVmps mutual = vmps({{"10", "20"}, {"20", "10"}});
  CHECK(mapped(mutual, {"10"}) == Mapped{{"20", "VMP previous to 10 and subsequent to 10", "10"}});
  CHECK(mapped(mutual, {"10", "20"}) ==
        Mapped{{"10", "VMP previous to 20", "20"}, {"20", "VMP previous to 10", "10"}});
  CHECK(mapped(mutual, {"30"}).empty());
}

TEST_CASE("tables of every shape are downloaded", "[downloads]") {
  const PreviousVmps none = vmps({});
  const PreviousVmps one = vmps({{"20", "10"}});
  CHECK(download("Code,Name,,DMD_Type\n20,a,x,VMP\n", one) ==
        "code,term,dmd_type\r\n20,a,VMP\r\n10,VMP previous to 20,VMP\r\n");
  // The better title of codes wins.
  CHECK(download("code,term,dmd_id\n1,a,20\n", one) ==
        "code,term,dmd_id,code\r\n20,a,20,1\r\n10,VMP previous to 20,10,1\r\n");
  // All columns with the same title are kept.
  CHECK(download("dmd_id,x,X\n20,1,2\n", one) ==
        "code,term,dmd_id,x,x\r\n20,,20,1,2\r\n10,VMP previous to 20,10,1,2\r\n");
  CHECK(download("code,term,Term\n20,a,b\n", none) == "code,term,term\r\n20,a,b\r\n");
  // Rows longer or shorter than the header: OpenCodelists fails.
  CHECK(download("dmd_id,nm,x\n20,a\n30,b,c,d\n", none) ==
        "code,term,dmd_id,x\r\n20,a,20,\r\n30,b,30,c\r\n");
  CHECK(download("code\n20\n", one) == "code,term\r\n20,\r\n10,VMP previous to 20\r\n");
  // For a repeated code, its last row counts.
  CHECK(download("code,term,x\n20,a,1\n20,b,2\n", one) ==
        "code,term,x\r\n20,a,1\r\n20,b,2\r\n10,VMP previous to 20,2\r\n");
  // Blank rows; OpenCodelists fails on those shorter than the header.
  CHECK(download("dmd_id,nm\n20,a\n \n,\n", none) == "code,term,dmd_id\r\n20,a,20\r\n,,\r\n");
  CHECK(download("nm,dmd_id\na,20\n \n", none) == "code,term,dmd_id\r\n20,a,20\r\n");
  const auto rows = commands::read_csv("nm,dmd_id\na,1\nb\n");
  REQUIRE(rows);
  const auto refused = commands::make_download_table(*coding_systems::find_coding_system("dmd"),
                                                     *rows, commands::TableHeaders::fixed);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail == "row 3 of the table has no code");
}

TEST_CASE("a stored table whose download would be too large is refused", "[downloads]") {
  std::string table = "code,term" + std::string(9'998, ',') + "\n";
  for (int i = 0; i < 400; ++i) table += "20,a\n";
  const auto rows = commands::read_csv(table);
  REQUIRE(rows);
  const auto& dmd = *coding_systems::find_coding_system("dmd");
  const auto refused = commands::make_download_table(dmd, *rows, commands::TableHeaders::all);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == base::ErrorCode::invalid);
  const auto made = commands::make_download_table(dmd, *rows, commands::TableHeaders::fixed);
  REQUIRE(made);
  CHECK(made->rows.size() == 401);
}

TEST_CASE("a downloaded table that is uploaded again is downloaded unchanged", "[downloads]") {
  const PreviousVmps none = vmps({});
  const std::string served = download("dmd_id,nm,x,x\n20,a,1,2\n30,b,3,4\n", none);
  CHECK(served == "code,term,dmd_id,x,x\r\n20,a,20,1,2\r\n30,b,30,3,4\r\n");
  CHECK(download(served, none) == served);
  const PreviousVmps one = vmps({{"20", "10"}});
  CHECK(download(served, one) == served + "10,VMP previous to 20,10,1,2\r\n");
  CHECK(download(download(served, one), none) == download(served, one));
  // Columns that earlier downloads repeated go, a column with another code stays.
  CHECK(download("code,term,dmd_id,Code,code\n20,a,20,20,20\n", none) ==
        "code,term,dmd_id\r\n20,a,20\r\n");
  CHECK(download("code,term,dmd_id\n20,a,20\n30,b,31\n", none) ==
        "code,term,dmd_id,code\r\n20,a,20,20\r\n31,b,31,30\r\n");
}

TEST_CASE("the digests of a table with equal titles count all its columns", "[downloads]") {
  const std::string table = "dmd_id,nm,x,x\n20,a,1,2\n30,b,3,4\n";
  const std::string served = download(table, vmps({}));
  const auto shas = files::dmd_download_shas(served, table);
  REQUIRE(shas);
  const auto sha = [](const char* lines) { return base::sha1_hex(lines); };
  CHECK(*shas == std::vector<std::string>{sha("code,term,dmd_id,x,x\n20,a,20,1,2\n30,b,30,3,4"),
                                          sha("dmd_id,nm,x,x\n20,a,1,2\n30,b,3,4"),
                                          sha("code,term\n20,a\n30,b"),
                                          sha("code,term,dmd_id\n20,a,20\n30,b,30")});
}

TEST_CASE("digests are of lines, with any line ends", "[downloads]") {
  using files::sha_of_lines;
  const std::string expected = base::sha1_hex("a\nb");
  for (const std::string text : {"a\nb", "a\r\nb\r\n", "a\rb\n", "a\vb", "a\fb\f",
                                 "a\x1C"
                                 "b",
                                 "a\x1D"
                                 "b",
                                 "a\x1E"
                                 "b",
                                 "a\xC2\x85"
                                 "b",
                                 "a\xE2\x80\xA8"
                                 "b\xE2\x80\xA9"}) {
    CAPTURE(text);
    CHECK(sha_of_lines(text) == expected);
  }
  CHECK(sha_of_lines("a\n\nb") == base::sha1_hex("a\n\nb"));
  CHECK(sha_of_lines("") == base::sha1_hex(""));
  CHECK(sha_of_lines("\xC2\xA0\xE2\x80\xA6") == base::sha1_hex("\xC2\xA0\xE2\x80\xA6"));
  CHECK(files::download_shas("x\r\n") == std::vector<std::string>{base::sha1_hex("x")});
}

}  // namespace codelog::tests::v1_dmd_downloads_test
