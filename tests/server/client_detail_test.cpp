// The texts that clients get about failures of the server: they never show where files are.
#include <catch2/catch.hpp>
#include <filesystem>

#include "events/base/client_detail.h"
#include "tests/server/api_site.h"

namespace codelog::tests::client_detail_test {
namespace {

using base::Error;
using base::ErrorCode;
using nlohmann::json;

}  // namespace

TEST_CASE("an error that names a file of the server is for its log only", "[client-detail]") {
  for (const char* detail :
       {"While appending to file: /srv/data/log/000012.log: No space left on device",
        "block checksum mismatch in data/projections/000031.sst offset 0",
        "cannot open ./data/codelog.lock", "(/srv/data is full)"}) {
    const Error error{ErrorCode::unavailable, detail, {}};
    CHECK(base::is_for_log_only(error));
    CHECK(base::client_detail(error).find(detail) == std::string::npos);
    CHECK(base::client_detail(error).find('/') == std::string::npos);
  }
  for (const ErrorCode code : {ErrorCode::corrupt, ErrorCode::io}) {
    CHECK(base::is_for_log_only({code, "anything", {}}));
  }
  const Error can_wait{ErrorCode::unavailable, "position 7 has not been reached", {}};
  CHECK(base::client_detail(can_wait) == can_wait.detail);
  const Error in_data_folder{
      ErrorCode::unavailable, "coding_systems/bnf/bnf_1_20240101.sqlite3 changes", {}};
  CHECK(base::client_detail(in_data_folder) == in_data_folder.detail);
  const Error link{ErrorCode::conflict, "/codelist/test-org/one/ has the name already", {}};
  CHECK(base::client_detail(link) == link.detail);
}

TEST_CASE("no answer shows the path of a missing release or mapping", "[client-detail]") {
  ApiSite site;
  site.set_up();
  for (const std::string system : {"snomedct", "ctv3", "bnf", "dmd"}) {
    const std::string alias = system + "_gone_20240601";
    site.append({events::Stream::of_release(alias)},
                {events::ReleaseRegistered{.alias = alias,
                                           .coding_system = system,
                                           .name = "gone",
                                           .valid_from = "2024-06-01",
                                           .import_ref = "",
                                           .file_digest = base::sha256(alias)}});
  }
  for (const std::string mapping : {"ctv3sctmap2", "bnfdmd", "dmdvmpprevmap"}) {
    site.append({events::Stream::of_mapping(mapping)},
                {events::MappingRegistered{.mapping = mapping,
                                           .name = "gone",
                                           .valid_from = "2024-01-01",
                                           .import_ref = "",
                                           .file_digest = {}}});
  }
  const Reply made = site.send("POST", "/api/v2/codelists",
                               {{"owner", "user/alice"},
                                {"name", "A list"},
                                {"coding_system", "bnf"},
                                {"release", "bnf_small_20240101"},
                                {"csv", "code,term\n0101,Dyspepsia\n"}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  const std::string hash = made.json().at("version").at("hash");
  const std::string version = "/api/v2/versions/" + hash;
  const auto convert = [&](const char* from, const char* to) {
    return site.send("POST", "/api/v2/conversions", {{"from", from}, {"to", to}, {"codes", {"1"}}});
  };
  const auto form = [&](const std::string& from, const std::string& to) {
    const auto field = [](const std::string& name, const std::string& value) {
      return "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value +
             "\r\n";
    };
    return site.ask({.method = "POST",
                     .target = "/conversions/",
                     .body = field("from_coding_system_id", from) +
                             field("to_coding_system_id", to) + field("type", "full") +
                             "--b\r\nContent-Disposition: form-data; name=\"csv_data\"; "
                             "filename=\"codes.csv\"\r\n\r\ncode\r\n1\r\n--b--",
                     .headers = {{"Content-Type", "multipart/form-data; boundary=b"}}});
  };
  const std::vector<Reply> answers = {
      site.get("/api/v2/releases/snomedct_gone_20240601/search?term=asthma"),
      site.send("POST", "/api/v2/releases/snomedct_gone_20240601/terms", {{"codes", {"1"}}}),
      site.send("POST", "/api/v2/releases/snomedct_gone_20240601/codeset", {{"codes", {"1"}}}),
      site.send("POST", "/coding-systems/more-info/snomedct", {{"codes", {"1"}}}),
      site.send("POST", "/api/v2/codelists",
                {{"owner", "user/alice"}, {"name", "Two"}, {"coding_system", "snomedct"}}),
      site.send("POST", version + "/upgrade", {{"release", "bnf_gone_20240601"}}),
      site.get(version + "/upgrade?release=bnf_gone_20240601"),
      site.send("POST", version + "/drafts", {{"release", "bnf_gone_20240601"}}),
      site.send("POST", version + "/dmd-conversion"),
      site.get("/codelist/user/alice/a-list/" + hash + "/dmd-download.csv"),
      convert("snomedct", "ctv3"),
      convert("bnf", "dmd"),
      form("snomedct", "ctv3"),
      form("bnf", "dmd")};
  const std::string place = std::filesystem::temp_directory_path().string();
  for (const Reply& answer : answers) {
    INFO(answer.body);
    CHECK(answer.status >= 400);
    CHECK(answer.body.find(place) == std::string::npos);
  }
}

}  // namespace codelog::tests::client_detail_test
