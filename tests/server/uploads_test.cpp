// Codes and tables in the forms that people send, over HTTP, to both APIs.
#include <catch2/catch.hpp>
#include <sstream>

#include "coding_systems/base/coding_system.h"
#include "events/base/text.h"
#include "server/commands/texts.h"
#include "server/commands/version_contents.h"
#include "tests/server/api_site.h"

namespace codelog::tests::uploads_test {
namespace {

using nlohmann::json;

const std::string elbow = "2247004";  // a code of the small SNOMED CT release

std::string alias_of(const std::string& system) { return system + "_small_20240101"; }

struct Site : ApiSite {
  Site() {
    set_up();
    for (const char* system : {"readv2", "opcs4", "icd10"}) register_release(system);
  }

  // Through the native API.
  Reply post(const std::string& system, const json& more) const {
    json body = {{"owner", "organisation/test-org"},
                 {"name", "List " + std::to_string(++lists)},
                 {"coding_system", system},
                 {"release", alias_of(system)}};
    body.update(more);
    return send("POST", "/api/v2/codelists", body);
  }
  // Through API v1.
  Reply post_v1(const std::string& system, const json& more) const {
    json body = {{"name", "List " + std::to_string(++lists)},
                 {"coding_system_id", system},
                 {"coding_system_database_alias", alias_of(system)},
                 {"description", "d"},
                 {"methodology", "m"}};
    body.update(more);
    return send("POST", "/api/v1/codelist/test-org/", body);
  }
  // The version made by a request to the native API.
  json version(const Reply& reply) const {
    INFO(reply.body);
    REQUIRE(reply.status == 201);
    return get("/api/v2/versions/" + hash_of(reply)).json();
  }
  std::string hash_of(const Reply& reply) const {
    return reply.json().at("version").at("hash").get<std::string>();
  }
  std::string page(const Reply& reply) const {
    return "/codelist/test-org/" + reply.json().at("slug").get<std::string>() + "/" +
           hash_of(reply) + "/";
  }

  mutable int lists = 0;
};

std::vector<std::string> included(const json& version) {
  std::vector<std::string> codes;
  for (const auto& [code, status] : version.at("statuses").items()) {
    if (status == "+" || status == "(+)") codes.push_back(code);
  }
  return codes;
}

}  // namespace

TEST_CASE("lists of codes are read in the forms that people type", "[uploads]") {
  const Site site;
  struct Typed {
    std::string system, code;
    std::vector<std::string> typed;
  };
  for (const auto& [system, code, typed] :
       {Typed{"snomedct", elbow, {elbow + " ", "\xC2\xA0" + elbow, elbow + " |Elbow|"}},
        Typed{"icd10", "A061", {"A06.1", "a06.1", "A061"}},
        Typed{"opcs4", "A011", {"A01.1", "a011"}},
        Typed{"readv2", "H3300", {"H330000", "H3300"}}}) {
    for (const std::string& text : typed) {
      CAPTURE(text);
      CHECK(included(site.version(site.post(system, {{"codes", {text}}}))) ==
            std::vector<std::string>{code});
      const Reply created = site.post_v1(system, {{"codes", {text}}});
      INFO(created.body);
      CHECK(created.status == 200);
      const std::string release = "/api/v2/releases/" + alias_of(system);
      const json terms = site.send("POST", release + "/terms", {{"codes", {text}}}).json();
      CHECK(terms.at("terms").at(text) != "Unknown");
      const Reply codeset = site.send("POST", release + "/codeset", {{"codes", {text}}});
      INFO(codeset.body);
      REQUIRE(codeset.status == 200);
      CHECK(codeset.json().at("statuses").at(code) == "+");
    }
  }
}

TEST_CASE("a new version with the same codes, typed differently, is refused", "[uploads]") {
  const Site site;
  const Reply first = site.post("icd10", {{"codes", {"A061"}}});
  REQUIRE(first.status == 201);
  const std::string versions = "/api/v2/codelists/organisation/test-org/" +
                               first.json().at("slug").get<std::string>() + "/versions";
  const Reply again =
      site.send("POST", versions, {{"codes", {"A06.1"}}, {"release", alias_of("icd10")}});
  CHECK(again.status == 400);
  CHECK(again.json().at("detail") == "No difference to previous version");
}

TEST_CASE("ignored unknown codes are listed, in any form", "[uploads]") {
  const Site site;
  const json codes = {elbow, "", "see note 1", "51002006 ", "\t", std::string(100, 'x')};
  const json body = {{"codes", codes}, {"ignore_unfound_codes", true}};
  const Reply created = site.post_v1("snomedct", body);
  INFO(created.body);
  REQUIRE(created.status == 200);
  const json list = site.get("/api/v2/codelists/organisation/test-org/list-1").json();
  CHECK_THAT(list.at("methodology").get<std::string>(),
             Catch::Contains("excluded from this codelist: , \t, 51002006 , see note 1, xxx"));
  const json native = site.version(site.post("snomedct", body));
  CHECK(included(native) == std::vector<std::string>{elbow});
  SECTION("without ignoring, the refusal lists them") {
    const Reply refused = site.post("snomedct", {{"codes", {elbow, "see note 1", "51002006"}}});
    CHECK(refused.status == 400);
    CHECK_THAT(refused.json().at("detail").get<std::string>(),
               Catch::EndsWith("coding system: 51002006, 'see note 1'"));
    CHECK(site.post("snomedct", {{"codes", {elbow, " "}}}).json().at("errors").at(0) ==
          json{{"field", "codes[1]"}, {"detail", "must not be empty"}});
  }
  SECTION("a NUL cannot stand in the methodology that lists them") {
    const json with_nul = {{"codes", {elbow, std::string("\0", 1)}},
                           {"ignore_unfound_codes", true}};
    CHECK(site.post("snomedct", with_nul).json().at("errors").at(0).at("field") == "codes");
    CHECK(site.post_v1("snomedct", with_nul).json().at("error") == "codes: must not contain a NUL");
  }
  SECTION("API v1 ignores the same codes as OpenCodelists: those not spelled as in the release") {
    const Reply trimmed =
        site.post_v1("snomedct", {{"codes", {elbow + " "}}, {"ignore_unfound_codes", true}});
    REQUIRE(trimmed.status == 200);
    const std::string url = trimmed.json().at("codelist").get<std::string>();
    const json made = site.get("/api/v2/codelists/organisation/test-org/" +
                               url.substr(url.find("list-"), url.size() - 1 - url.find("list-")))
                          .json();
    CHECK_THAT(made.at("methodology").get<std::string>(), Catch::Contains(": " + elbow + " ."));
  }
}

TEST_CASE("codes of another form in a table are looked up, and kept byte for byte", "[uploads]") {
  const Site site;
  struct Table {
    std::string system, csv;
    std::vector<std::string> codes;
  };
  for (const auto& [system, csv, codes] :
       {Table{"readv2", "code,term\nH330000,a\nH33..11,b\n", {"H33..", "H3300"}},
        Table{"opcs4", "code,term\nA01.1,a\n", {"A011"}},
        Table{"icd10", "code,term\nA06.1,a\na061,b\n", {"A061"}}}) {
    CAPTURE(csv);
    const Reply created = site.post(system, {{"csv", csv}});
    const json version = site.version(created);
    CHECK(version.at("csv") == csv);
    CHECK(site.get(site.page(created) + "download.csv").body == csv);
    const Reply converted =
        site.send("POST", "/api/v2/versions/" + site.hash_of(created) + "/convert");
    INFO(converted.body);
    REQUIRE(converted.status == 201);
    const json statuses =
        site.get("/api/v2/versions/" + converted.json().at("hash").get<std::string>())
            .json()
            .at("statuses");
    const std::string definition = site.get(site.page(created) + "definition.csv").body;
    for (const std::string& code : codes) {
      CHECK(base::is_included(*base::parse_code_status(statuses.at(code).get<std::string>())));
    }
    CHECK_THAT(definition, Catch::Contains("\r\n" + codes.front() + ","));
    CHECK(site.post_v1(system, {{"csv_data", csv}}).status == 200);
  }
}

TEST_CASE("both APIs accept the same faults of a table, with the same errors", "[uploads]") {
  const Site site;
  struct Table {
    std::string csv, stored, refused;
  };
  const std::string row = elbow + ",a\n";
  for (const auto& [csv, stored, refused] :
       {Table{"\xEF\xBB\xBF"
              "code,term\n" +
                  row,
              "code,term\n" + row, ""},
        Table{"\"code \",term\n" + row + ",\n", "code,term\n" + row, ""},
        Table{"\xEF\xBB\xBF\xEF\xBB\xBF\n,,\ncode,term\n" + row, "code,term\n" + row, ""},
        Table{"code,term\n" + elbow + " |Elbow|,a\n", "code,term\n" + row, ""},
        Table{"code,term,dmd_id\n" + elbow + ",a," + elbow + "\n",
              "code,term,dmd_id\n" + elbow + ",a," + elbow + "\n", ""},
        Table{"code;term\n", "", "the header 'code;term' has semicolons between its cells"},
        Table{"code,term\n" + elbow + ",Asthma, allergic\n", "",
              "row 2 has 3 cells, but the header has 2"},
        Table{"code,term\n,a\n", "", "row 2 has no code"},
        Table{"code\n1\n2\n3\n", "", "3 codes of the table are not in"}}) {
    CAPTURE(csv);
    const Reply native = site.post("snomedct", {{"csv", csv}});
    const Reply v1 = site.post_v1("snomedct", {{"csv_data", csv}});
    INFO(native.body << v1.body);
    CHECK(native.status == (refused.empty() ? 201 : 400));
    CHECK(v1.status == (refused.empty() ? 200 : 400));
    if (refused.empty()) {
      CHECK(site.version(native).at("csv") == stored);
      CHECK(site.get(site.page(native) + "download.csv").body == stored);
    } else {
      CHECK_THAT(native.json().at("detail").get<std::string>(), Catch::Contains(refused));
      CHECK_THAT(v1.json().at("error").get<std::string>(), Catch::Contains(refused));
    }
  }
}

TEST_CASE("a table on a release without a file can be downloaded if its codes are titled",
          "[uploads]") {
  const Site site;
  const std::string csv = "term ,Code \nx,A01\n \n";
  const Reply created = site.post("opcs4", {{"csv", csv}, {"release", "opcs4_unknown_19000101"}});
  CHECK(site.version(created).at("csv") == "term,Code\nx,A01\n \n");
  CHECK(site.get(site.page(created) + "download.csv").body == "term,Code\nx,A01\n \n");
  const Reply fixed = site.get(site.page(created) + "download.csv?fixed-headers");
  CHECK(fixed.status == 200);
  CHECK(fixed.body == "code,term\r\nA01,x\r\n");
}

TEST_CASE("decisions of a draft take codes as people type them", "[uploads]") {
  const Site site;
  struct Typed {
    std::string system, code;
    std::vector<std::string> typed;
  };
  for (const auto& [system, code, typed] :
       {Typed{"icd10", "A061", {"A06.1", "a061", "A061 ", "A06.1 |x|", "A06.1*"}},
        Typed{"snomedct", elbow, {elbow + " ", elbow + " |Elbow|"}}}) {
    const Reply created = site.post(system, {{"codes", {code}}});
    REQUIRE(created.status == 201);
    const std::string draft = "/api/v2/versions/" + site.hash_of(created);
    std::string status = "+";
    for (const std::string& text : typed) {
      CAPTURE(text);
      status = status == "+" ? "-" : "+";
      const Reply decided = site.send("PATCH", draft + "/statuses", one_update(text, status));
      INFO(decided.body);
      CHECK(decided.status == 200);
      CHECK(site.get(draft).json().at("statuses").at(code) == status);
    }
    const Reply refused = site.send("PATCH", draft + "/statuses", one_update("see note 1", "+"));
    CHECK(refused.status == 400);
    CHECK_THAT(refused.json().at("detail").get<std::string>(),
               Catch::Contains("'see note 1' is neither in the draft nor in "));
  }
}

TEST_CASE("more unknown codes than a methodology can list are refused, with the limit",
          "[uploads]") {
  const auto* system = coding_systems::find_coding_system("snomedct");
  REQUIRE(system != nullptr);
  const auto few = commands::unfound_codes_methodology(*system, {"first", "second"});
  REQUIRE(few);
  CHECK_THAT(*few, Catch::Contains("from this codelist: first, second.\n\nThis may be"));
  const std::vector<std::string> many(100'000, "an unknown");
  const auto refused = commands::unfound_codes_methodology(*system, many);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().detail ==
        "codes: too many codes are unknown: the methodology, which lists them, may have at most "
        "1048576 bytes; leave unknown codes out");
}

TEST_CASE("texts are joined, and cut between characters", "[uploads]") {
  CHECK(commands::joined(std::vector<std::string>{}, ",").empty());
  CHECK(commands::joined(std::vector<std::string>{"", "a"}, ", ") == ", a");
  CHECK(base::utf8_prefix("a\u00e9", 3) == "a\u00e9");
  CHECK(base::utf8_prefix("a\u00e9", 2) == "a");
  CHECK(base::utf8_prefix("\u20ac", 2).empty());
}

TEST_CASE("one text that is no code does not refuse a list of terms", "[uploads]") {
  const Site site;
  const std::string long_text(100, 'x');
  const json codes = {"A061", "see note 1", "", std::string("\0", 1), long_text};
  const Reply terms =
      site.send("POST", "/api/v2/releases/" + alias_of("icd10") + "/terms", {{"codes", codes}});
  INFO(terms.body);
  REQUIRE(terms.status == 200);
  const json found = terms.json().at("terms");
  for (const auto& [code, term] : found.items()) {
    CHECK((term == "Unknown") == (code != "A061"));
  }
  CHECK(found.size() == codes.size());
}

TEST_CASE("the native API accepts published tables, and a column of codes by its name",
          "[uploads]") {
  const Site site;
  const std::string published = "icd10_code,name\nA061,a\n";
  const Reply known = site.post("icd10", {{"csv", published}});
  CHECK(site.version(known).at("csv") == published);
  CHECK(site.get(site.page(known) + "download.csv?fixed-headers").body ==
        "code,term\r\nA061,a\r\n");
  const Reply named =
      site.post("icd10", {{"csv", "Diagnosis,name\nA06.1,a\n"}, {"code_column", "diagnosis"}});
  CHECK(site.version(named).at("csv") == "code,name\nA06.1,a\n");
  CHECK(site.get(site.page(named) + "download.csv?fixed-headers").body ==
        "code,term\r\nA06.1,a\r\n");
  const std::string list =
      "/api/v2/codelists/organisation/test-org/" + named.json().at("slug").get<std::string>();
  const Reply version = site.send(
      "POST", list + "/versions",
      {{"csv", "x,name\nA062,a\n"}, {"code_column", "x"}, {"release", alias_of("icd10")}});
  CHECK(version.status == 201);
  for (const json& wrong : {json{{"csv", published}, {"code_column", "y"}},
                            json{{"codes", {"A061"}}, {"code_column", "x"}}}) {
    const Reply refused = site.post("icd10", wrong);
    CHECK(refused.status == 400);
    CHECK(refused.json().at("errors").at(0).at("field") == "code_column");
  }
  CHECK(site.post_v1("icd10", {{"csv_data", published}}).status == 400);
}

TEST_CASE("the native API takes the codes of the column titled code, and downloads give them",
          "[uploads]") {
  const Site site;
  const auto codes_of_download = [&](const Reply& created) {
    const std::string files = site.page(created) + "download.csv?fixed-headers&omit-mapped-vmps";
    std::istringstream lines(site.get(files).body);
    std::vector<std::string> codes;
    for (std::string line; std::getline(lines, line);)
      codes.push_back(line.substr(0, line.find(',')));
    REQUIRE_FALSE(codes.empty());
    codes.erase(codes.begin());
    return codes;
  };
  const std::vector<std::string> codes = {elbow};
  for (const auto& [csv, stored] : std::vector<std::pair<std::string, std::string>>{
           {"id,code,term\n1," + elbow + ",a\n", "id_,code,term\n1," + elbow + ",a\n"},
           {"code,id\n" + elbow + ",1\n", "code,id_\n" + elbow + ",1\n"},
           {"dmd_id,code\n" + elbow + "," + elbow + "\n", ""},
           {"dmd_id,code,id\n" + elbow + "," + elbow + ",1\n", ""}}) {
    CAPTURE(csv);
    const Reply created = site.post("snomedct", {{"csv", csv}});
    const json version = site.version(created);
    CHECK(version.at("csv") == (stored.empty() ? csv : stored));
    CHECK(version.at("codes") == codes);
    CHECK(codes_of_download(created) == codes);
    CHECK(site.get(site.page(created) + "download.csv").body == version.at("csv"));
    const std::string definition = site.get(site.page(created) + "definition.csv").body;
    CHECK_THAT(definition, Catch::Contains("\r\n" + elbow + ","));
    CHECK_THAT(definition, !Catch::Contains("Unknown"));
    const Reply converted =
        site.send("POST", "/api/v2/versions/" + site.hash_of(created) + "/convert");
    CHECK(converted.status == 201);
  }
  // The client may name another column.
  const Reply named =
      site.post("snomedct", {{"csv", "id,code\n" + elbow + ",first\n"}, {"code_column", "id"}});
  CHECK(site.version(named).at("codes") == codes);
  CHECK(codes_of_download(named) == codes);
  // API v1 is as OpenCodelists: the table stays, and the version's codes come from `id`.
  const std::string table = "id,code,term\n1," + elbow + ",a\n";
  const Reply v1 = site.post_v1("snomedct", {{"csv_data", table}});
  REQUIRE(v1.status == 200);
  const std::string url = v1.json().at("codelist");
  const std::string slug = url.substr(url.find("list-"), url.size() - 1 - url.find("list-"));
  const json list = site.get("/api/v2/codelists/organisation/test-org/" + slug).json();
  const json old =
      site.get("/api/v2/versions/" + list.at("versions").at(0).at("hash").get<std::string>())
          .json();
  CHECK(old.at("csv") == table);
  CHECK(old.at("codes") == json::array({"1"}));
}

TEST_CASE("a NaN, which Python writes for an empty cell, is refused by the field's name",
          "[uploads]") {
  const Site site;
  const std::string start =
      R"({"name": "x", "coding_system_id": "snomedct", "coding_system_database_alias": ")" +
      alias_of("snomedct") + R"(", "codes": ["2247004"], )";
  const auto v1 = [&](const std::string& body) {
    const Reply reply = site.ask({.method = "POST",
                                  .target = "/api/v1/codelist/test-org/",
                                  .token = "Token " + ApiSite::token_of("alice"),
                                  .body = body});
    CHECK(reply.status == 400);
    return reply.json().at("error").get<std::string>();
  };
  CHECK(v1(start + R"("description": NaN})") ==
        "description: must not be NaN, which JSON does not have; give null");
  CHECK(v1(start + R"("signoffs": [{"user": "alice", "date": "2024-01-01"}, {"user": NaN}]})") ==
        "signoffs[1].user: must not be NaN, which JSON does not have; give null");
  CHECK(v1(start + "\"description\": \"caf\xE9\"}") ==
        "the body is not JSON: it is not well-formed UTF-8 at byte 147");
  CHECK(v1(start + "\"description\": nothing}") == "Invalid JSON");
  CHECK(v1(start + R"("description": "", NaN: 1})") == "Invalid JSON");
  const Reply native = site.ask({.method = "POST",
                                 .target = "/api/v2/codelists",
                                 .token = "Token " + ApiSite::token_of("alice"),
                                 .body = R"({"codes": ["1", -Infinity]})"});
  CHECK(native.status == 400);
  CHECK(native.json().at("errors").at(0).at("field") == "codes[1]");
  // A byte order mark before a body is accepted, as by Python.
  CHECK(site.send("POST", "/api/v1/codelist/test-org/").status == 400);
  const Reply marked = site.ask({.method = "POST",
                                 .target = "/api/v1/codelist/test-org/",
                                 .token = "Token " + ApiSite::token_of("alice"),
                                 .body = "\xEF\xBB\xBF" + start + R"("description": "d"})"});
  CHECK(marked.status == 200);
}

}  // namespace codelog::tests::uploads_test
