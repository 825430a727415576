// Files for spreadsheets: an apostrophe before cells that begin like formulas, on request only.
#include "server/files/escaped_formulas.h"

#include <catch2/catch.hpp>

#include "server/files/download_shas.h"
#include "tests/server/api_site.h"

namespace codelog::tests::escaped_formulas_test {
namespace {

using files::escape_formulas;
using nlohmann::json;

constexpr const char* table =
    "code,term\n1,=HYPERLINK(\"x\")\n2,\"-2, or \"\"less\"\"\"\n3,plain\n";
constexpr const char* escaped =
    "code,term\n1,'=HYPERLINK(\"x\")\n2,\"'-2, or \"\"less\"\"\"\n3,plain\n";

void upload_table(ApiSite& site) {
  site.set_up();
  const Reply made = site.send("POST", "/api/v1/codelist/test-org/",
                               {{"name", "Formulas"},
                                {"coding_system_id", "opcs4"},
                                {"coding_system_database_alias", "opcs4_unknown_19000101"},
                                {"csv_data", table},
                                {"description", "d"},
                                {"methodology", "m"},
                                {"tag", "v1"}});
  INFO(made.body);
  REQUIRE(made.status == 200);
}

const std::string file = "/codelist/test-org/formulas/v1/download.csv";

}  // namespace

TEST_CASE("cells that begin like formulas get an apostrophe", "[formulas]") {
  CHECK(escape_formulas(table) == escaped);
  for (const std::string start :
       {"=", "+", "-", "@", "\t", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"}) {
    CAPTURE(start);
    CHECK(escape_formulas(start) == "'" + start);
    CHECK(escape_formulas("a," + start + "1\r\n" + start + "2,b") ==
          "a,'" + start + "1\r\n'" + start + "2,b");
    CHECK(escape_formulas("\"" + start + "1\"") == "\"'" + start + "1\"");
    CHECK(escape_formulas("a" + start + ",a " + start) == "a" + start + ",a " + start);
  }
  CHECK(escape_formulas("\"\r1\",\"\n2\"") == "\"'\r1\",\"'\n2\"");
}

TEST_CASE("all other bytes of a table stay as they are", "[formulas]") {
  for (const std::string csv :
       {"", "\n", "\r\n", ",", ",,\n\n,\r\n", "\"\"", "\"\"\"\"", "\"\"\"=1\"", "a\"=1", "\"a\"=1",
        "\"a\n=1\",b", "\"a,=1\",b\r\n", "a\xC2\xA0,\xEF\xBB\xBF", "\"never closed\n=1"}) {
    CAPTURE(csv);
    CHECK(escape_formulas(csv) == csv);
  }
  // Line ends of every kind, and a byte order mark before the first cell.
  CHECK(escape_formulas("\xEF\xBB\xBF=1\r=2\n=3\r\n=4") == "\xEF\xBB\xBF'=1\r'=2\n'=3\r\n'=4");
  CHECK(escape_formulas("\"a\"\"\n=1\",=2") == "\"a\"\"\n=1\",'=2");
}

TEST_CASE("a download has escaped formulas on request, kept apart from the usual file",
          "[formulas][v1][cache]") {
  ApiSite site;
  upload_table(site);
  // Each twice: made, and from the cache.
  for (int i = 0; i < 2; ++i) {
    const Reply usual = site.get(file);
    const Reply asked = site.get(file + "?formulas=escaped");
    CHECK(usual.body == table);
    CHECK(asked.body == escaped);
    CHECK(usual.header("etag") != asked.header("etag"));
    CHECK(asked.header("content-type") == "text/csv");
    // Other values are ignored, as unknown parameters are.
    for (const char* other : {"?formulas", "?formulas=", "?formulas=1", "?formulas=ESCAPED"}) {
      CHECK(site.get(file + other).body == table);
    }
    CHECK(site.get(file + "?formulas=escaped&fixed-headers").body ==
          "code,term\r\n1,\"'=HYPERLINK(\"\"x\"\")\"\r\n2,\"'-2, or \"\"less\"\"\"\r\n3,plain\r\n");
  }
}

TEST_CASE("a version's page links to both files", "[formulas][web]") {
  ApiSite site;
  upload_table(site);
  const Reply page = site.get("/codelist/test-org/formulas/v1/");
  CHECK(page.status == 200);
  CHECK_THAT(page.body, Catch::Contains("\"" + file + "\"") &&
                            Catch::Contains("\"" + file + "?formulas=escaped\""));
}

TEST_CASE("a study's check knows the usual file alone", "[formulas][v1]") {
  ApiSite site;
  upload_table(site);
  CHECK(site.get(file + "?formulas=escaped").status == 200);
  const auto status_of = [&](const std::string& content) {
    const json manifest = {
        {"files",
         {{"test-org-formulas.csv",
           {{"id", "test-org/formulas/v1"}, {"url", ""}, {"sha", files::sha_of_lines(content)}}}}}};
    const Reply reply =
        site.ask({.method = "POST",
                  .target = "/api/v1/check/",
                  .body = "codelists=test-org/formulas/v1&manifest=" + manifest.dump(),
                  .headers = {{"Content-Type", "application/x-www-form-urlencoded"}}});
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json().at("status").get<std::string>();
  };
  CHECK(status_of(table) == "ok");
  CHECK(status_of(escaped) == "error");
}

TEST_CASE("signs of a definition count as formulas, too", "[formulas][v1]") {
  ApiSite site;
  site.set_up();
  REQUIRE(site.send("POST", "/api/v1/codelist/test-org/",
                    {{"name", "Elbows"},
                     {"coding_system_id", "snomedct"},
                     {"coding_system_database_alias", small_snomedct},
                     {"codes", {"2247004"}},
                     {"tag", "v1"}})
              .status == 200);
  const std::string definition = "/codelist/test-org/elbows/v1/definition.csv";
  CHECK_THAT(site.get(definition).body, Catch::Contains(",+\r\n") && Catch::EndsWith(",-\r\n"));
  CHECK_THAT(site.get(definition + "?formulas=escaped").body,
             Catch::Contains(",'+\r\n") && Catch::EndsWith(",'-\r\n"));
}

}  // namespace codelog::tests::escaped_formulas_test
