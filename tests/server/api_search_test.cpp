// Searching a release over HTTP: every mode, filters, pages, and what a code is.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/server/api_site.h"

namespace codelog::tests {
namespace {

using nlohmann::json;
using Codes = std::vector<std::string>;

struct Fixture {
  ApiSite site;
  Fixture() { site.set_up(); }

  // Of the small release of SNOMED CT; it has three findings and two disorders of the elbow.
  json get(const std::string& target) {
    const Reply reply = site.get("/api/v2/releases/snomedct_small_20240101" + target);
    INFO(target << "\n" << reply.body);
    REQUIRE(reply.status == 200);
    return reply.json();
  }
  Codes codes(const std::string& query) {
    Codes found;
    for (const json& hit : get("/matches?" + query).at("hits")) found.push_back(hit.at("code"));
    return found;
  }
};

constexpr const char* luebeck = "2281005";  // Lübeck's cyst of elbow (finding)
constexpr const char* severe = "2279008";   // [inactive] Severe cyst of elbow (finding)
constexpr const char* dysplasia = "17661000000105";

}  // namespace

TEST_CASE_METHOD(Fixture, "each mode finds what it says, best first", "[api][search]") {
  CHECK(codes("term=elbow+CYST&mode=words") == Codes{luebeck, severe});
  CHECK(codes("term=lubeck+elb&mode=words") == Codes{luebeck});
  CHECK(codes("term=lubecks+cyst&mode=words") == Codes{luebeck});
  CHECK(codes("term=cyst+of+elbow&mode=phrase") == Codes{severe, luebeck});
  CHECK(codes("term=cyst+elbow&mode=phrase").empty());
  CHECK(codes("term=elbow+l%C3%BC&mode=starts_with") == Codes{luebeck});
  CHECK(codes("term=%5ESevere.*elbow%24&mode=regex") == Codes{severe});
  CHECK(codes("term=cyst+of+elbow") == Codes{severe, luebeck});
  CHECK(codes("code=228100&mode=code_prefix") == Codes{luebeck});
  CHECK(codes("code=2279-2281&mode=code_range").front() == severe);
  CHECK(codes("code=2281005") == Codes{luebeck});
  const json hit = get("/matches?term=l%C3%BCbeck+cyst&mode=words&limit=1").at("hits").at(0);
  CHECK(hit == json({{"code", luebeck},
                     {"term", "Lübeck's cyst of elbow"},
                     {"matched", "Elbow lübeck's cyst"},
                     {"role", "synonym"},
                     {"active", true},
                     {"types", {"Finding"}}}));
}

TEST_CASE_METHOD(Fixture, "filters and pages cut the same search", "[api][search]") {
  CHECK(codes("term=elbow+cyst&mode=words&active=false") == Codes{severe});
  CHECK(codes("term=elbow+cyst&mode=words&active=true") == Codes{luebeck});
  CHECK(codes("term=elbow&type=%5Binactive%5D+Finding") == Codes{severe});
  const json all = get("/matches?term=elbow&type=finding&type=DISORDER");
  CHECK(all.at("total") == 4);
  CHECK(get("/search?term=elbow&type=finding&type=DISORDER").at("matching").size() == 4);
  json together = json::array();
  for (int offset = 0; offset < 6; offset += 2) {
    const json page = get("/matches?term=elbow&type=finding&type=disorder&limit=2&offset=" +
                          std::to_string(offset));
    CHECK(page.at("total") == 4);
    for (const json& hit : page.at("hits")) together.push_back(hit);
  }
  CHECK(together == all.at("hits"));
}

TEST_CASE_METHOD(Fixture, "the default search is the one without a mode", "[api][search]") {
  const json plain = get("/search?term=elbow");
  CHECK(plain == get("/search?term=elbow&mode=contains"));
  CHECK(plain.at("matching").size() == 5);
  CHECK(get("/search?code=2281005") == get("/search?code=2281005&mode=contains"));
  for (const json& code : get("/search?term=elbow&mode=words").at("matching")) {
    CHECK(std::ranges::find(plain.at("matching"), code) != plain.at("matching").end());
  }
}

TEST_CASE_METHOD(Fixture, "types are listed with how many codes each has", "[api][search]") {
  std::size_t count = 0;
  std::set<std::string> titles;
  for (const json& type : get("/types").at("types")) {
    titles.insert(type.at("title"));
    count += type.at("codes").get<std::size_t>();
  }
  CHECK(titles.contains("Finding"));
  CHECK(titles.contains("[inactive] Finding"));
  std::size_t codes_count = 0;
  for (const json& listed : site.get("/api/v2/releases").json().at("releases")) {
    if (listed.at("alias") == small_snomedct) codes_count = listed.at("codes");
  }
  CHECK(count == codes_count);
}

TEST_CASE_METHOD(Fixture, "a code is shown with its names and its neighbours", "[api][search]") {
  const json code = get("/codes/2281005");
  CHECK(code.at("term") == "Lübeck's cyst of elbow");
  CHECK(code.at("name") == "Lübeck's cyst of elbow (finding)");
  CHECK(code.at("active") == true);
  CHECK(code.at("types") == json({"Finding"}));
  CHECK(code.at("synonyms").size() == 5);
  REQUIRE(!code.at("parents").empty());
  for (const json& parent : code.at("parents")) {
    const json above = get("/codes/" + parent.at("code").get<std::string>());
    CHECK(above.at("term") == parent.at("term"));
    const json self = {{"code", luebeck}, {"term", code.at("term")}};
    CHECK(std::ranges::find(above.at("children"), self) != above.at("children").end());
  }
  CHECK(get("/codes/" + std::string(dysplasia)).at("name") ==
        "Asymptomatic dysplasia of elbow (finding)");
  const json chapter = site.get("/api/v2/releases/bnf_small_20240101/codes/01").json();
  CHECK(chapter.at("parents").empty());
  CHECK(!chapter.at("children").empty());
}

}  // namespace codelog::tests
