// The commands that take the place of OpenCodelists' commands and scripts on codelists and drafts.
#include <catch2/catch.hpp>
#include <filesystem>

#include "events/base/file.h"
#include "tests/tools/program.h"
#include "tests/tools/workbook.h"

namespace codelog::tools::test::codelist_program_test {
namespace {

namespace fs = std::filesystem;

// The demonstration's version of a codelist with a status.
std::string version_of(const Json& demo, const std::string& slug, const std::string& status) {
  for (const Json& codelist : demo["codelists"]) {
    if (codelist["slug"] == slug && codelist["status"] == status) return codelist["version"];
  }
  FAIL("the demonstration has no such codelist: " << slug);
  return "";
}

// Makes a codelist of alice's from a table; returns its version's hash.
std::string upload(const Server& server, const Json& demo, const std::string& name,
                   const std::string& system, const std::string& csv) {
  const HttpAnswer answer = server.send(json_request(
      "POST", "/api/v2/codelists", demo["tokens"]["alice"].get<std::string>(),
      {{"owner", "user/alice"}, {"name", name}, {"coding_system", system}, {"csv", csv}}));
  INFO(answer.body);
  REQUIRE(answer.status == 201);
  return Json::parse(answer.body)["version"]["hash"];
}

// Some code of the newest release.
std::string code_of(const Server& server, const std::string& alias, const std::string& term) {
  const Json found =
      Json::parse(server.get("/api/v2/releases/" + alias + "/search?term=" + term).body);
  REQUIRE_FALSE(found["matching"].empty());
  return found["matching"][0];
}

// A workbook that maps one presentation of the demonstration to its VMP.
fs::path write_bnfdmd_workbook(const Data& data) {
  const auto row = [](const char* type, const char* bnf, const char* snomed) {
    return text_cell("1") + text_cell(type) + text_cell(bnf) + text_cell("name") +
           text_cell(snomed);
  };
  const fs::path file = data.path().parent_path() / "map.xlsx";
  write_workbook(file, {{"Map",
                         {row("VMP / VMPP/ AMP / AMPP", "BNF Code", "SNOMED Code"),
                          row("VMP", "0212000A0AAAAAA", "50001069999999105")}}});
  return file;
}

}  // namespace

TEST_CASE("a draft is made on the newest release, and brought up to date", "[program]") {
  const Data data;
  const Json demo = data.run_json({"demo"});
  const std::string published = version_of(demo, "asthma-diagnoses", "published");
  const std::string text = data.run({"draft", "create", published, "--author", "bob"});
  CHECK_THAT(text, Catch::StartsWith("new draft at /builder/") && Catch::Contains(" updated:\n") &&
                       Catch::Contains(" - (+) (changed from ?)\n"));
  const std::string hash = text.substr(std::string("new draft at /builder/").size(), 8);
  CHECK(data.run({"draft", "update", hash}) == "draft " + hash + ": no changes required\n");

  const Json on_first = data.run_json(
      {"draft", "create", published, "--author", "bob", "--release", "snomedct_demo_20240101"});
  CHECK(on_first["changes"].empty());
  CHECK(on_first["page"] == "/builder/" + on_first["version"].get<std::string>() + "/");
  const Json commit = data.run_json({"log", "show", on_first["position"].dump()});
  CHECK(commit["events"][0]["author"] == "bob");

  CHECK(data.refused({"draft", "create", published, "--author", "nobody"})["errors"][0]["field"] ==
        "author");
  CHECK(data.refused({"draft", "update", published})["code"] == "conflict");
  CHECK_THAT(data.refused({"draft", "update", "00000000"})["detail"].get<std::string>(),
             Catch::Contains("there is no version 00000000"));
}

TEST_CASE("versions that are the same on newer releases are marked", "[program]") {
  const Data data;
  CHECK(data.run({"release", "compatible"}) == "No coding system has two releases with codes.\n");
  data.run({"demo"});
  const Json marked = data.run_json({"release", "compatible"});
  REQUIRE(marked["releases"].size() == 1);
  CHECK(marked["releases"][0]["alias"] == "snomedct_demo_20240701");
  const Server server(data.path());  // the same through the server
  CHECK(data.run_json({"release", "compatible"}) == marked);
  CHECK_THAT(data.run({"release", "compatible"}),
             Catch::StartsWith("snomedct_demo_20240701: ") && Catch::Contains("are compatible"));
}

TEST_CASE("an uploaded table is converted to new style", "[program]") {
  const Data data;
  const Json demo = data.run_json({"demo"});
  const Server server(data.path());
  const std::string code = code_of(server, "snomedct_demo_20240101", "asthma");
  upload(server, demo, "Uploaded", "snomedct", "code,term\n" + code + ",x\n");
  const Json made = data.run_json({"codelist", "convert", "user/alice/uploaded"});
  CHECK(made["codes"] == 1);
  CHECK(made["page"] ==
        "/codelist/user/alice/uploaded/" + made["version"].get<std::string>() + "/");
  const Json version =
      Json::parse(server.get("/api/v2/versions/" + made["version"].get<std::string>()).body);
  CHECK(version["style"] == "new");
  CHECK(version["status"] == "under review");

  CHECK(data.refused({"codelist", "convert", "user/alice/uploaded"})["code"] == "conflict");
  CHECK(data.refused({"codelist", "convert", "user/alice/nothing"})["code"] == "not_found");
  CHECK(data.refused({"codelist", "convert", "nothing"})["errors"][0]["field"] == "codelist");
}

TEST_CASE("a conversion to dm+d tells for each version what came of it", "[program]") {
  const Data data;
  const Json demo = data.run_json({"demo"});
  const fs::path file = data.path().parent_path() / "versions.csv";
  data.run({"import", "bnfdmd", write_bnfdmd_workbook(data).string(), "--release", "20240101",
            "--valid-from", "2024-01-01"});
  const std::string statins = version_of(demo, "statins", "published");
  REQUIRE(base::write_file_durably(
      file, "name,URL\nStatins,https://example.org/codelist/example-university/statins/" + statins +
                "/\nNo such,00000000\nNo address,\nSNOMED CT," +
                version_of(demo, "asthma-diagnoses", "published") + "\n"));
  const Json first = data.run_json({"codelist", "convert-bnf", file.string()});
  CHECK(first["rows"] == 3);
  const auto result = base::read_file(data.path().parent_path() / "versions_converted.csv");
  REQUIRE(result);
  CHECK_THAT(*result, Catch::StartsWith("BNF version,dm+d codelist,created,comments\r\n") &&
                          Catch::Contains("00000000,,False,BNF version not found (input file row "
                                          "3)\r\n"));
  CAPTURE(*result);
  CHECK(first["created"] == 1);
  CHECK_THAT(*result, Catch::Contains(",/codelist/example-university/statins-dmd/"));
  // The second time, the dm+d version exists.
  CHECK(data.run({"codelist", "convert-bnf", file.string()}) ==
        "0 of 3 versions converted; see " +
            (data.path().parent_path() / "versions_converted.csv").string() + "\n");
  CHECK_THAT(*base::read_file(data.path().parent_path() / "versions_converted.csv"),
             Catch::Contains("already exists"));

  REQUIRE(base::write_file_durably(file, "address\nx\n"));
  CHECK(data.refused({"codelist", "convert-bnf", file.string()})["detail"] ==
        "the first row has no column named url");
}

TEST_CASE("many codelists are imported from one table, over the API", "[program]") {
  const Data data;
  const Json demo = data.run_json({"demo"});
  const Server server(data.path());
  const std::string code = code_of(server, "snomedct_demo_20240101", "asthma");
  const fs::path folder = data.path().parent_path();
  const auto write = [&](const char* name, const std::string& text) {
    REQUIRE(base::write_file_durably(folder / name, text));
    return (folder / name).string();
  };
  const std::string config = write("config.json", R"({"organisation": "example-university",
    "coding_systems": {"x": {"id": "snomedct", "release": "snomedct_demo_20240101"}}})");
  const std::string table =
      write("lists.csv", "codelist_name,code\nOne," + code + "\nTwo," + code + "\nThree,1234567\n");
  const std::string token = write("token", demo["tokens"]["alice"].get<std::string>() + "\n");
  const std::string host = "http://127.0.0.1:" + std::to_string(server.port());
  const std::vector<std::string> dry = {"codelist", "import", table, config, "--host", host};
  CHECK_THAT(run_codelog(dry).output,
             Catch::StartsWith("One: planned, new\n") && Catch::Contains("this was a dry run"));
  auto live = dry;
  live.insert(live.end(), {"--live-run", "--token-file", token, "--json"});
  const FinishedProcess first = run_codelog(live);
  CHECK(first.exit_code == 1);  // one of three has failed
  const Json made = Json::parse(first.output);
  CHECK(made["done"] == 2);
  CHECK(made["codelists"][0]["detail"].get<std::string>().starts_with(
      "new: \"/codelist/example-university/one/"));
  CHECK_THAT(made["codelists"][2]["detail"].get<std::string>(), Catch::Contains("1234567"));
  // The first failure ends the import.
  const Json again = Json::parse(run_codelog(live).output);
  CHECK(again["codelists"].size() == 1);
  CHECK_THAT(again["codelists"][0]["detail"].get<std::string>(),
             Catch::Contains("--force-new-version"));

  // A workbook does the same.
  write_workbook(folder / "lists.xlsx", {{"Lists",
                                          {text_cell("codelist_name") + text_cell("code"),
                                           text_cell("Four") + text_cell(code),
                                           text_cell("Four") + number_cell("1E+17")}}});
  auto workbook = dry;
  workbook[2] = (folder / "lists.xlsx").string();
  const FinishedProcess refused = run_codelog(workbook);
  CHECK(refused.exit_code == 1);
  CHECK_THAT(refused.errors, Catch::Contains("lists.xlsx: row 3, column B: 1E+17 is a number"));
  write_workbook(
      folder / "lists.xlsx",
      {{"Lists",
        {text_cell("codelist_name") + text_cell("code"), text_cell("Four") + text_cell(code)}}});
  CHECK_THAT(run_codelog(workbook).output, Catch::StartsWith("Four: planned, new\n"));
  workbook[2] = (folder / "token").string();
  CHECK_THAT(run_codelog(workbook).errors,
             Catch::Contains("is neither .xlsx, .csv, .tsv nor .txt"));
}

TEST_CASE("the unmapped codes need a mapping and a release", "[program]") {
  const Data data;
  const fs::path file = data.path().parent_path() / "unmapped.csv";
  const Json refused = data.refused({"mapping", "unmapped", file.string()});
  CHECK(refused["code"] == "unavailable");
  CHECK_FALSE(fs::exists(file));
}

TEST_CASE("operators restrict the site, owners and codelists, beside a running server",
          "[program]") {
  const Data data;
  data.run({"demo"});
  const Server server(data.path());
  const auto listed = [&] {
    return Json::parse(server.get("/api/v2/codelists").body)["codelists"];
  };
  const Json all = listed();
  REQUIRE_FALSE(all.empty());
  const std::string owner = all[0]["owner"];
  const std::string name = owner + "/" + all[0]["slug"].get<std::string>();

  CHECK_THAT(data.run({"access", "set", name, "restricted"}), Catch::Contains("is restricted now"));
  CHECK(listed().size() + 1 == all.size());
  CHECK_THAT(data.run({"access", "list"}), Catch::Contains(name + ": restricted"));
  CHECK_THAT(data.run({"access", "set", owner, "restricted"}), Catch::Contains("now"));
  CHECK_THAT(data.run({"access", "set", owner, "restricted"}), Catch::Contains("already"));
  for (const Json& codelist : listed()) CHECK(codelist["owner"] != owner);
  CHECK(data.run_json({"access", "set", "site", "restricted"})["changed"] == true);
  CHECK(server.get("/api/v2/codelists").status == 401);
  CHECK(server.get("/health-check/").status == 200);
  for (const std::string& subject : {std::string("site"), owner, name}) {
    CHECK(data.run_json({"access", "set", subject, "open"})["changed"] == true);
  }
  CHECK(listed().size() == all.size());

  CHECK(data.refused({"access", "set", "example", "open"})["code"] == "invalid");
  CHECK(data.refused({"access", "set", "organisation/none", "open"})["code"] == "not_found");
  CHECK(data.refused({"access", "set", name + "-none", "open"})["code"] == "not_found");
  CHECK(data.refused({"access", "set", "site", "shut"})["errors"][0]["field"] == "access");
}

}  // namespace codelog::tools::test::codelist_program_test
