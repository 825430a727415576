// Converting codes to another coding system: the native API, OpenCodelists' CSV files, and the page
// that makes them.
#include <catch2/catch.hpp>
#include <fstream>

#include "mappings/ctv3sctmap2/import.h"
#include "server/files/conversions.h"
#include "tests/server/api_golden.h"
#include "tests/server/browser.h"
#include "tests/server/made_release.h"

namespace codelog::tests::conversions_test {
namespace {

using files::ConversionDirection;
using nlohmann::json;

// Imports a mapping of CTV3 from pairs [CTV3, SNOMED CT], in the publisher's format.
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

std::string snomedct_term(const ApiSite& site, const std::string& code) {
  const std::string terms = std::string("/api/v2/releases/") + small_snomedct + "/terms";
  return site.send("POST", terms, {{"codes", {code}}}).json().at("terms").at(code);
}

constexpr const char* conversions = "/api/v2/conversions";

// The form of /conversions/ as browsers send it, with the given fields and, unless it is empty, the
// file.
struct FilledForm {
  std::vector<std::pair<std::string, std::string>> fields = {
      {"from_coding_system_id", "snomedct"}, {"to_coding_system_id", "ctv3"}, {"type", "full"}};
  std::string csv = {};
  std::string file_name = "my codes.v2.csv";
};

Reply submit(const ApiSite& site, const FilledForm& form) {
  std::string body;
  for (const auto& [name, value] : form.fields) {
    body += "--b\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  if (!form.csv.empty()) {
    body += "--b\r\nContent-Disposition: form-data; name=\"csv_data\"; filename=\"" +
            form.file_name + "\"\r\nContent-Type: text/csv\r\n\r\n" + form.csv + "\r\n";
  }
  return site.ask({.method = "POST",
                   .target = "/conversions/",
                   .body = body + "--b--\r\n",
                   .headers = {{"Content-Type", "multipart/form-data; boundary=b"}}});
}

// The page's sentence about the fault.
std::string problem_on(const Reply& reply) {
  const std::size_t box = reply.body.find("role=\"alert\"");
  if (box == std::string::npos) return "";
  const std::string item = between(reply.body.substr(box), "<li>", "</li>");
  return item.starts_with("<a") ? between(item, ">", "</a>") : item;
}

}  // namespace

TEST_CASE("codes are converted, and codes without a mapping are listed", "[api][conversion]") {
  ApiSite site;
  site.set_up();
  import_ctv3sctmap2(
      site,
      {{"X2...", "2247004"}, {"X1...", "2247004"}, {"X1...", "2247004"}, {"X3...", "999999999"}});
  const auto convert = [&](const json& body) {
    return site.ask({.method = "POST", .target = conversions, .body = body.dump()}).json();
  };
  const std::string elbow = snomedct_term(site, "2247004");
  const auto row = [](const std::string& from, const std::string& from_term, const std::string& to,
                      const std::string& to_term, const json& to_active = nullptr) {
    return json{{"from", from},
                {"from_term", from_term},
                {"to", to},
                {"to_term", to_term},
                {"to_active", to_active}};
  };
  CHECK(convert({{"from", "snomedct"},
                 {"to", "ctv3"},
                 {"codes", {"2247004", "999999999", "138875005", "2247004"}}}) ==
        json{{"mappings",
              {row("2247004", elbow, "X1...", "Unknown"), row("2247004", elbow, "X2...", "Unknown"),
               row("999999999", "Unknown", "X3...", "Unknown")}},
             {"unmapped", {"138875005"}}});
  CHECK(convert({{"from", "ctv3"}, {"to", "snomedct"}, {"codes", {"X1...", "X9..."}}}) ==
        json{{"mappings", {row("X1...", "Unknown", "2247004", elbow, true)}},
             {"unmapped", {"X9..."}}});
  // Texts that are not codes do not refuse the list.
  CHECK(convert({{"from", "ctv3"}, {"to", "snomedct"}, {"codes", {"see note 1", "", "X3..."}}}) ==
        json{{"mappings", {row("X3...", "Unknown", "999999999", "Unknown")}},
             {"unmapped", {"", "see note 1"}}});
}

TEST_CASE("a conversion says that a target is inactive", "[api][conversion]") {
  ApiSite site;
  site.set_up();
  coding_systems::IndexSource source;
  source.add_concept("2247004", made_inactive);
  source.add_text("2247004", coding_systems::TextRole::name, "Elbow");
  site.register_made_release({"snomedct", "made", "2024-02-01"}, made_release(source));
  import_ctv3sctmap2(site, {{"X1...", "2247004"}});
  const json body = {{"from", "ctv3"}, {"to", "snomedct"}, {"codes", {"X1..."}}};
  const json converted =
      site.ask({.method = "POST", .target = conversions, .body = body.dump()}).json();
  const json row = converted.at("mappings").at(0);
  CHECK(row.at("to") == "2247004");
  CHECK(row.at("to_active") == false);
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

TEST_CASE("an unknown conversion is refused", "[api][conversion]") {
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
  // A long text is shortened between characters.
  CHECK_THAT(refused(std::string(99, 'x') + "\u00e9", "bnf", 400),
             Catch::Contains("from '" + std::string(99, 'x') + "...' to 'bnf'"));
  CHECK(refused("snomedct", "ctv3", 503) ==
        "this needs the mapping ctv3sctmap2, which has not been imported");
  CHECK(refused("bnf", "dmd", 503) == "this needs the mapping bnfdmd, which has not been imported");
}

TEST_CASE("conversions as CSV equal OpenCodelists' byte for byte", "[conversion]") {
  const files::Conversion conversion{{"snomedct", "ctv3"},
                                     {{"100000", "One, two", "X1...", "Unknown"},
                                      {"100000", "One, two", "X1...", "Unknown"},
                                      {"100000", "One, two", "X2...", "Say \"x\""},
                                      {"200000", "Two", "X1...", "Unknown"}},
                                     {"300000"}};
  CHECK(files::full_conversion_csv(conversion) ==
        "snomedct_id,snomedct_name,ctv3_id,ctv3_name\r\n"
        "100000,\"One, two\",X1...,Unknown\r\n"
        "100000,\"One, two\",X1...,Unknown\r\n"
        "100000,\"One, two\",X2...,\"Say \"\"x\"\"\"\r\n"
        "200000,Two,X1...,Unknown\r\n");
  CHECK(files::converted_codes_csv(conversion) ==
        "ctv3_id,ctv3_name\r\nX1...,Unknown\r\nX2...,\"Say \"\"x\"\"\"\r\n");
  CHECK(files::full_conversion_csv({{"ctv3", "snomedct"}, {}, {}}) ==
        "ctv3_id,ctv3_name,snomedct_id,snomedct_name\r\n");
}

TEST_CASE("an uploaded file gives the first field of every row after the first", "[conversion]") {
  using Codes = std::vector<std::string>;
  const auto codes = [](const std::string& csv) {
    const auto read = files::codes_of_upload(csv);
    return read ? *read : Codes{"error: " + read.error().detail};
  };
  CHECK(codes("\xEF\xBB\xBFid,name\r\n100000,\"a\nb\"\r\n\r\n200000\n") ==
        Codes{"100000", "200000"});
  CHECK(codes("100000\n200000") == Codes{"200000"});
  CHECK(codes("\n100000\n200000") == Codes{"100000", "200000"});
  CHECK(codes("\"a\nheader\"\n100000\n") == Codes{"100000"});
  CHECK(codes("id\n 100000\t\n,a name\n\xC2\xA0X1...\n") == Codes{"100000", "X1..."});
  CHECK(
      codes("id\n100000\n\n\"200000\n300000\"\n") ==
      Codes{"error: csv_data: row 4: '200000\n300000' is not a code; the first column must contain "
            "codes, and commas separate columns"});
  CHECK_THAT(codes("id;name\n100000;a\n").front(),
             Catch::Contains("row 2: '100000;a' is not a code"));
  CHECK(codes("id\n100000 |One hundred thousand|\n\xE2\x80\x8B"
              "200000\n,,\n") == Codes{"100000", "200000"});
  const std::string none =
      "error: csv_data: the file has no codes below its first row, which is its header";
  CHECK(codes("") == Codes{none});
  CHECK(codes("id\n") == Codes{none});
  CHECK_THAT(codes("id\n\xFF").front(), Catch::Contains("at byte 4, in line 2"));
}

TEST_CASE("the page converts an uploaded file", "[web][conversion]") {
  ApiSite site;
  site.set_up();
  import_ctv3sctmap2(site, {{"X2...", "2247004"}, {"X1...", "2247004"}, {"X1...", "2247004"}});
  const std::string elbow = snomedct_term(site, "2247004");
  FilledForm form{.csv = "\xEF\xBB\xBFid\r\n2247004,a name\r\n\r\n138875005\r\n"};
  form.fields.emplace_back("csrfmiddlewaretoken", "a script's");
  const Reply full = submit(site, form);
  REQUIRE(full.status == 200);
  CHECK(full.header("content-type") == "text/csv");
  CHECK(full.header("content-disposition") == "attachment; filename=\"my codes.v2-mapping.csv\"");
  CHECK(full.body == "snomedct_id,snomedct_name,ctv3_id,ctv3_name\r\n2247004," + elbow +
                         ",X1...,Unknown\r\n2247004," + elbow + ",X1...,Unknown\r\n2247004," +
                         elbow + ",X2...,Unknown\r\n");
  form.fields.at(2).second = "to-codes-only";
  const Reply codes = submit(site, form);
  CHECK(codes.header("content-disposition") == "attachment; filename=\"my codes.v2-ctv3.csv\"");
  CHECK(codes.body == "ctv3_id,ctv3_name\r\nX1...,Unknown\r\nX2...,Unknown\r\n");
  for (const auto& [sent, made] : std::vector<std::pair<std::string, std::string>>{
           {"codes", "codes"}, {"..csv", "..csv"}, {".a.csv", ".a"}, {"a.b.csv", "a.b"}}) {
    form.file_name = sent;
    CHECK(submit(site, form).header("content-disposition") ==
          "attachment; filename=\"" + made + "-ctv3.csv\"");
  }
  // Not cut within a character, and not too long for a file system.
  form.file_name = "a";
  for (int i = 0; i < 120; ++i) form.file_name += "\xC3\xA9";
  std::string escaped = "a";
  for (int i = 0; i < 99; ++i) escaped += "%C3%A9";
  CHECK_THAT(submit(site, form).header("content-disposition"),
             Catch::EndsWith("filename*=UTF-8''" + escaped + "-ctv3.csv"));
  form.file_name = "my codes.v2.csv";
  form.fields.at(2).second = "unmapped";
  const Reply unmapped = submit(site, form);
  CHECK(unmapped.header("content-disposition") ==
        "attachment; filename=\"my codes.v2-unmapped.csv\"");
  CHECK(unmapped.body == "snomedct_id\r\n138875005\r\n");
}

TEST_CASE("the page escapes formulas for a spreadsheet", "[web][conversion]") {
  ApiSite site;
  site.set_up();
  import_ctv3sctmap2(site, {{"X1...", "2247004"}});
  FilledForm form{.csv = "id\n=1+1\n2247004\n"};
  form.fields.at(2).second = "unmapped";
  CHECK(problem_on(submit(site, form)).empty());
  const Reply usual = submit(site, form);
  form.fields.emplace_back("formulas", "escaped");
  const Reply asked = submit(site, form);
  CHECK(usual.body == "snomedct_id\r\n=1+1\r\n");
  CHECK(asked.body == "snomedct_id\r\n'=1+1\r\n");
  form.fields.back().second = "yes";
  CHECK(problem_on(submit(site, form)) == "Formulas: must be escaped, or be left out");
}

TEST_CASE("the page shows its form, and after a fault the filled-in form with the fault",
          "[web][conversion]") {
  ApiSite site;
  site.set_up();
  const Reply empty = site.get("/conversions/");
  REQUIRE(empty.status == 200);
  CHECK(empty.header("content-type") == "text/html; charset=utf-8");
  CHECK(problem_on(empty).empty());
  CHECK_THAT(empty.body, Catch::Contains("<option value=\"snomedct\" selected>"));
  CHECK(site.get("/conversions").status == 301);

  const FilledForm good{.csv = "id\n2247004\n"};
  const auto refused = [&](const FilledForm& form, int status) {
    const Reply reply = submit(site, form);
    CHECK(reply.status == status);
    CHECK_THAT(reply.body, Catch::Contains("<form method=\"post\""));
    return problem_on(reply);
  };
  CHECK(refused(good, 503) == "this needs the mapping ctv3sctmap2, which has not been imported");
  CHECK(refused({.csv = ""}, 400) == "CSV file: choose the file with the codes");
  CHECK(refused({.csv = "id\n"}, 400) ==
        "CSV file: the file has no codes below its first row, which is its header");
  const auto with = [&](std::size_t field, const std::string& value) {
    FilledForm form = good;
    form.fields.at(field).second = value;
    return form;
  };
  CHECK(refused(with(0, "<b>"), 400) == "From: must be one of snomedct, ctv3, bnf, dmd");
  CHECK_THAT(refused(with(1, "bnf"), 400),
             Catch::StartsWith("To: there is no conversion from &#39;snomedct&#39; to"));
  CHECK(refused(with(2, "none"), 400) == "Download: must be one of full, to-codes-only, unmapped");
  FilledForm filled = with(0, "bnf");
  filled.fields.at(1).second = "dmd";
  filled.fields.at(2).second = "unmapped";
  const Reply again = submit(site, filled);
  CHECK(again.status == 503);
  for (const char* chosen :
       {"\"bnf\" selected", "\"dmd\" selected", "\"unmapped\" required checked"}) {
    CHECK_THAT(again.body, Catch::Contains(chosen));
  }
  const Reply no_form = site.ask({.method = "POST", .target = "/conversions/", .body = "{}"});
  CHECK(no_form.status == 400);
  CHECK(problem_on(no_form) == "The body must be multipart/form-data.");
}

}  // namespace codelog::tests::conversions_test
