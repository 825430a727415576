// Codes of one coding system as codes of another: the native API, and OpenCodelists' CSV files.
#include <catch2/catch.hpp>
#include <fstream>

#include "mappings/ctv3sctmap2/import.h"
#include "server/application/conversions.h"
#include "tests/server/api_golden.h"

namespace codelog::tests {
namespace {

using application::ConversionDirection;
using nlohmann::json;

// A site with the mapping of CTV3: pairs [CTV3, SNOMED CT], imported as they are delivered.
void import_ctv3sctmap2(ApiSite& site,
                        const std::vector<std::pair<std::string, std::string>>& pairs) {
  const TemporaryFolder folder;
  const auto tables = folder.path() / "Mapping Tables" / "Updated" / "Clinically Assured";
  std::filesystem::create_directories(tables);
  std::string text =
      "MAPID\tCTV3_CONCEPTID\tCTV3_TERMID\tCTV3_TERMTYPE\tSCT_CONCEPTID\tSCT_DESCRIPTIONID\t"
      "MAPSTATUS\tEFFECTIVEDATE\tIS_ASSURED\n";
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    text += std::to_string(i) + "\t" + pairs[i].first + "\tY0000\tP\t" + pairs[i].second +
            "\t2000016\t1\t20200401\t1\n";
  }
  write_bytes(tables / "ctv3sctmap2_uk.txt", text);
  const auto file = site.mapping_file("ctv3sctmap2");
  coding_systems::ImportRequest request;
  request.archive = folder.path();
  request.target_folder = file.parent_path();
  request.alias = file.stem();
  REQUIRE(mappings::import_ctv3sctmap2(request));
  site.register_mapping("ctv3sctmap2");
}

constexpr const char* conversions = "/api/v2/conversions";

}  // namespace

TEST_CASE("codes are converted, and those that map to nothing are listed", "[api][conversion]") {
  ApiSite site;
  site.set_up();
  import_ctv3sctmap2(
      site,
      {{"X2...", "2247004"}, {"X1...", "2247004"}, {"X1...", "2247004"}, {"X3...", "999999999"}});
  const auto convert = [&](const json& body) {
    return site.ask({.method = "POST", .target = conversions, .body = body.dump()}).json();
  };
  const std::string elbow =
      site.send("POST", std::string("/api/v2/releases/") + small_snomedct + "/terms",
                {{"codes", {"2247004"}}})
          .json()
          .at("terms")
          .at("2247004");
  const auto row = [](const std::string& from, const std::string& from_term, const std::string& to,
                      const std::string& to_term) {
    return json{{"from", from}, {"from_term", from_term}, {"to", to}, {"to_term", to_term}};
  };
  CHECK(convert({{"from", "snomedct"},
                 {"to", "ctv3"},
                 {"codes", {"2247004", "999999999", "138875005", "2247004"}}}) ==
        json{{"mappings",
              {row("2247004", elbow, "X1...", "Unknown"), row("2247004", elbow, "X2...", "Unknown"),
               row("999999999", "Unknown", "X3...", "Unknown")}},
             {"unmapped", {"138875005"}}});
  CHECK(convert({{"from", "ctv3"}, {"to", "snomedct"}, {"codes", {"X1...", "X9..."}}}) ==
        json{{"mappings", {row("X1...", "Unknown", "2247004", elbow)}}, {"unmapped", {"X9..."}}});
}

TEST_CASE("BNF codes are converted to dm+d", "[api][conversion]") {
  ApiSite site;
  seed_golden_state(site);
  const json body = {{"from", "bnf"}, {"to", "dmd"}, {"codes", {"0101000AABHAAAA", "0101"}}};
  const json answer =
      site.ask({.method = "POST", .target = conversions, .body = body.dump()}).json();
  CHECK(answer.at("unmapped") == json{"0101"});
  REQUIRE(answer.at("mappings").size() >= 2);
  for (const json& row : answer.at("mappings")) {
    CHECK(row.at("from") == "0101000AABHAAAA");
    CHECK(row.at("from_term") == "Zesadol_Evohaler 5mg/5ml");
    CHECK_THAT(row.at("to_term").get<std::string>(),
               Catch::EndsWith(" (VMP)") || Catch::EndsWith(" (AMP)"));
  }
}

TEST_CASE("a conversion that there is not is refused", "[api][conversion]") {
  ApiSite site;
  site.set_up();
  const auto refused = [&](const std::string& from, const std::string& to, int status) {
    const json body = {{"from", from}, {"to", to}, {"codes", {"2247004"}}};
    const Reply reply = site.ask({.method = "POST", .target = conversions, .body = body.dump()});
    CHECK(reply.status == status);
    return reply.json().at("detail").get<std::string>();
  };
  CHECK(refused("snomedct", "bnf", 400) ==
        "to: there is no conversion from 'snomedct' to 'bnf'; there are: snomedct to ctv3, ctv3 to "
        "snomedct, bnf to dmd");
  CHECK(refused("snomedct", "ctv3", 503) ==
        "this needs the mapping ctv3sctmap2, and none has been imported");
  CHECK(refused("bnf", "dmd", 503) == "this needs the mapping bnfdmd, and none has been imported");
}

TEST_CASE("conversions as CSV are OpenCodelists' to the byte", "[conversion]") {
  const application::Conversion conversion{{"snomedct", "ctv3"},
                                           {{"100000", "One, two", "X1...", "Unknown"},
                                            {"100000", "One, two", "X1...", "Unknown"},
                                            {"100000", "One, two", "X2...", "Say \"x\""},
                                            {"200000", "Two", "X1...", "Unknown"}},
                                           {"300000"}};
  CHECK(application::full_conversion_csv(conversion) ==
        "snomedct_id,snomedct_name,ctv3_id,ctv3_name\r\n"
        "100000,\"One, two\",X1...,Unknown\r\n"
        "100000,\"One, two\",X1...,Unknown\r\n"
        "100000,\"One, two\",X2...,\"Say \"\"x\"\"\"\r\n"
        "200000,Two,X1...,Unknown\r\n");
  CHECK(application::converted_codes_csv(conversion) ==
        "ctv3_id,ctv3_name\r\nX1...,Unknown\r\nX2...,\"Say \"\"x\"\"\"\r\n");
  CHECK(application::full_conversion_csv({{"ctv3", "snomedct"}, {}, {}}) ==
        "ctv3_id,ctv3_name,snomedct_id,snomedct_name\r\n");
}

TEST_CASE("an uploaded file gives the first field of every row below the first", "[conversion]") {
  using Codes = std::vector<std::string>;
  const auto codes = [](const std::string& csv) {
    const auto read = application::codes_of_upload(csv);
    return read ? *read : Codes{"error: " + read.error().detail};
  };
  CHECK(codes("\xEF\xBB\xBFid,name\r\n100000,\"a\nb\"\r\n\r\n200000\n") ==
        Codes{"100000", "200000"});
  CHECK(codes("100000\n200000") == Codes{"200000"});
  const std::string none =
      "error: csv_data: the file has no codes below its first row, which is its header";
  CHECK(codes("") == Codes{none});
  CHECK(codes("id\n") == Codes{none});
  CHECK_THAT(codes("id\n\xFF").front(), Catch::StartsWith("error: "));
}

}  // namespace codelog::tests
