// Searching a release over HTTP: every mode, filters, pages, and the details of a code.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "tests/server/api_site.h"

namespace codelog::tests::api_search_test {
namespace {

using nlohmann::json;
using Codes = std::vector<std::string>;

struct Fixture {
  ApiSite site;
  Fixture() { site.set_up(); }

  // Asks about the small release of SNOMED CT, which has three findings and two disorders of the
  // elbow.
  json get(const std::string& target) {
    const Reply reply = site.get("/api/v2/releases/snomedct_small_20240101" + target);
    INFO(target << "\n" << reply.body);
    REQUIRE(reply.status == 200);
    return reply.json();
  }
  Codes codes(const std::string& query) {
    Codes found;
    const json hits = get("/matches?" + query).at("hits");
    for (const json& hit : hits) found.push_back(hit.at("code"));
    return found;
  }
};

constexpr const char* luebeck = "2281005";  // Lübeck's cyst of elbow (finding)
constexpr const char* severe = "2279008";   // [inactive] Severe cyst of elbow (finding)
constexpr const char* dysplasia = "17661000000105";

}  // namespace

TEST_CASE_METHOD(Fixture, "each mode finds the described codes, best first", "[api][search]") {
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
  const json by_words = get("/search?term=elbow&mode=words").at("matching");
  CHECK(!by_words.empty());
  for (const json& code : by_words) {
    CHECK(std::ranges::find(plain.at("matching"), code) != plain.at("matching").end());
  }
}

TEST_CASE_METHOD(Fixture, "types are listed with their numbers of codes", "[api][search]") {
  std::size_t count = 0;
  std::set<std::string> titles;
  const json types = get("/types").at("types");
  for (const json& type : types) {
    titles.insert(type.at("title"));
    count += type.at("codes").get<std::size_t>();
  }
  CHECK(titles.contains("Finding"));
  CHECK(titles.contains("[inactive] Finding"));
  std::size_t codes_count = 0;
  const json releases = site.get("/api/v2/releases").json().at("releases");
  for (const json& listed : releases) {
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
  site.register_release("icd10");
  const json links = site.get("/api/v2/releases/icd10_small_20240101/codes/A06").json().at("links");
  REQUIRE(!links.empty());
  for (const json& link : links) {
    CHECK((link.at("kind") == "asterisk" || link.at("kind") == "dagger"));
    CHECK(link.at("active") == true);
  }
  const json chapter = site.get("/api/v2/releases/bnf_small_20240101/codes/01").json();
  CHECK(chapter.at("parents").empty());
  CHECK(!chapter.at("children").empty());
}

TEST_CASE_METHOD(Fixture, "a draft keeps the options of a search, and runs it again on a release",
                 "[api][search]") {
  const std::string hash = site.send("POST", "/api/v2/codelists",
                                     {{"owner", "organisation/test-org"},
                                      {"name", "Elbows"},
                                      {"coding_system", "snomedct"},
                                      {"release", small_snomedct}})
                               .json()
                               .at("version")
                               .at("hash");
  const std::string searches = "/api/v2/versions/" + hash + "/searches";
  const json asked = {
      {"term", "elbow cyst"}, {"mode", "words"}, {"types", {"Finding"}}, {"active", true}};
  const Reply added = site.send("POST", searches, asked);
  INFO(added.body);
  REQUIRE(added.status == 201);
  CHECK(added.json().at("added") == json({luebeck}));
  CHECK(site.send("POST", searches, asked).status == 200);
  // The same text in another mode is another search.
  CHECK(site.send("POST", searches, {{"term", "elbow cyst"}, {"mode", "words"}}).status == 201);
  CHECK(site.send("POST", searches, {{"code", "2279-2281"}, {"mode", "code_range"}}).status == 201);
  const json listed = site.get(searches).json().at("searches");
  REQUIRE(listed.size() == 3);
  const auto with_words = [](const json& search) { return search.at("mode") == "words"; };
  CHECK(std::ranges::count_if(listed, with_words) == 2);
  const json kept = site.get(searches + "/" + added.json().at("id").dump()).json();
  for (const auto& [name, value] : asked.items()) CHECK(kept.at(name) == value);
  CHECK(kept.at("slug") == "words:elbow-cyst");
  // After undo, redo, and rebuilding everything from the log.
  CHECK(site.send("POST", "/api/v2/versions/" + hash + "/undo").status == 200);
  CHECK(site.send("POST", "/api/v2/versions/" + hash + "/redo").status == 200);
  site.restart_with_new_views();
  CHECK(site.get(searches).json().at("searches") == listed);
  // A draft of the saved version runs the same search again.
  json decisions = json::array();
  const json version = site.get("/api/v2/versions/" + hash).json();
  for (const auto& [code, status] : version.at("statuses").items()) {
    if (status == "?") decisions.push_back({code, "+"});
  }
  const std::string at = "/api/v2/versions/" + hash;
  REQUIRE(site.send("PATCH", at + "/statuses", {{"updates", decisions}}).status == 200);
  REQUIRE(site.send("POST", at + "/save").status == 200);
  const Reply next = site.send("POST", at + "/drafts");
  REQUIRE(next.status == 201);
  const std::string again = next.json().at("hash");
  json repeated = site.get("/api/v2/versions/" + again + "/searches").json().at("searches");
  REQUIRE(repeated.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    repeated[i]["id"] = listed[i].at("id");
    CHECK(repeated[i] == listed[i]);
  }
}

TEST_CASE_METHOD(Fixture, "a draft refuses an invalid search, naming the field", "[api][search]") {
  const std::string hash = site.send("POST", "/api/v2/codelists",
                                     {{"owner", "user/alice"},
                                      {"name", "Nothing"},
                                      {"coding_system", "snomedct"},
                                      {"release", small_snomedct}})
                               .json()
                               .at("version")
                               .at("hash");
  const std::uint64_t head = site.head();
  struct Case {
    json body;
    std::string field;
  };
  const std::vector<Case> cases = {
      {{{"term", "elbow"}, {"mode", "fuzzy"}}, "mode"},
      {{{"term", "elbow"}, {"mode", "code"}}, "mode"},
      {{{"term", "elbow"}, {"mode", "code_range"}}, "mode"},
      {{{"code", "1"}, {"mode", "regex"}}, "mode"},
      {{{"term", "("}, {"mode", "regex"}}, "term"},
      {{{"term", "--"}, {"mode", "phrase"}}, "term"},
      {{{"code", "3-1"}, {"mode", "code_range"}}, "code"},
      {{{"term", "elbow"}, {"types", {"Finding", "Nonsense"}}}, "types"},
      {{{"term", "elbow"}, {"types", {"Finding", ""}}}, "types[1]"},
      {{{"term", "elbow"}, {"types", std::vector<std::string>(101, "Finding")}}, "types"},
      {{{"term", "elbow"}, {"active", "true"}}, "active"},
      {{{"term", "a\nb"}, {"mode", "words"}}, "term"},
  };
  for (const Case& test : cases) {
    const Reply reply = site.send("POST", "/api/v2/versions/" + hash + "/searches", test.body);
    INFO(test.body.dump() << "\n" << reply.body);
    CHECK(reply.status == 400);
    CHECK(reply.json().at("errors").at(0).at("field") == test.field);
  }
  CHECK(site.head() == head);
}

TEST_CASE_METHOD(Fixture, "a search is read as people type and paste it", "[api][search]") {
  site.register_release("icd10");
  const auto found = [&](const std::string& alias, const std::string& asked) {
    const std::string target = "/api/v2/releases/" + alias + "/";
    const json matching = site.get(target + "search?" + asked).json().at("matching");
    const json matches = site.get(target + "matches?limit=1000&" + asked).json();
    CHECK(matches.at("total") == matching.size());
    return matching;
  };
  const std::string icd10 = "icd10_small_20240101";
  for (const char* typed :
       {"code=A01.0", "code=a01.0", "code=%20A010%20", "code=a01.0+%7CFever%7C"}) {
    CAPTURE(typed);
    CHECK(found(icd10, typed) == json({"A010"}));
  }
  const json pattern = found(icd10, "code=A01*");
  CHECK(pattern.size() > 1);  // patterns stay patterns
  for (const char* typed : {"code=A01.*", "code=a01.**", "code=%20A01.-*%20"}) {
    CAPTURE(typed);
    CHECK(found(icd10, typed) == pattern);
  }
  const json range = found(icd10, "code=A01-A02&mode=code_range");
  CHECK(range.size() > pattern.size());
  for (const char* typed : {"A01%20-%20A02", "A01%E2%80%93A02", "A01%C2%A0%E2%80%93%20a02"}) {
    CAPTURE(typed);
    CHECK(found(icd10, std::string("mode=code_range&code=") + typed) == range);
  }
  for (const char* typed : {"code=2281005%20", "code=%C2%A02281005%C2%A0", "code=%EF%BB%BF2281005",
                            "code=2281005%20%7CL%C3%BCbeck%7C", "code=2281005%09"}) {
    CAPTURE(typed);
    CHECK(found(small_snomedct, typed) == json({luebeck}));
  }
  const json plain = found(small_snomedct, "term=elbow");
  CHECK(!plain.empty());
  for (const char* typed : {"term=%20elbow%20", "term=elbow%C2%A0", "term=%0Aelbow%0D%0A"}) {
    CHECK(found(small_snomedct, typed) == plain);
  }
  const json two_words = found(small_snomedct, "term=of%20elbow");
  CHECK(two_words.size() > 1);
  for (const char* typed :
       {"term=of%20%20elbow", "term=of%C2%A0elbow", "term=of%20%E2%80%83elbow"}) {
    CAPTURE(typed);
    CHECK(found(small_snomedct, typed) == two_words);
  }
  CHECK(found(small_snomedct, "term=of%20%20elbow&mode=regex").empty());
  const auto status_of = [&](const std::string& asked) {
    return site.get(std::string("/api/v2/releases/") + small_snomedct + "/search?" + asked).status;
  };
  for (const char* nothing :
       {"term=%20%20%20", "term=%C2%A0", "code=%20", "code=%7CAsthma%7C", "term=+&mode=words",
        "term=+&mode=regex", "code=+&mode=code_prefix"}) {
    CAPTURE(nothing);
    CHECK(status_of(nothing) == 400);
  }
  CHECK(get("/codes/2281005%20").at("code") == luebeck);
  CHECK(site.get("/api/v2/releases/" + icd10 + "/codes/a01.0").json().at("code") == "A010");
}

TEST_CASE_METHOD(Fixture, "a draft keeps a search in its corrected form, not as typed",
                 "[api][search]") {
  site.register_release("icd10");
  const auto draft_of = [&](const std::string& system) {
    const Reply made =
        site.send("POST", "/api/v2/codelists",
                  {{"owner", "user/alice"}, {"name", system}, {"coding_system", system}});
    REQUIRE(made.status == 201);
    return "/api/v2/versions/" + made.json().at("version").at("hash").get<std::string>() +
           "/searches";
  };
  const std::string icd10 = draft_of("icd10");
  const std::string snomedct = draft_of("snomedct");
  REQUIRE(site.send("POST", icd10, {{"code", " a01.0 |Fever|"}}).status == 201);
  CHECK(site.send("POST", icd10, {{"code", "A010"}}).status == 200);  // the same search
  json kept = site.get(icd10).json().at("searches");
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].at("code") == "A010");
  CHECK(kept[0].at("slug") == "code:A010");
  REQUIRE(site.send("POST", snomedct, {{"term", " elbow\u00a0"}}).status == 201);
  CHECK(site.send("POST", snomedct, {{"term", "elbow"}}).status == 200);
  kept = site.get(snomedct).json().at("searches");
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].at("term") == "elbow");
  const std::uint64_t head = site.head();
  for (const json& nothing : {json{{"term", "   "}}, json{{"code", "|Asthma|"}},
                              json{{"term", "\u00a0"}, {"mode", "words"}}}) {
    CHECK(site.send("POST", snomedct, nothing).status == 400);
  }
  CHECK(site.head() == head);
}

TEST_CASE_METHOD(Fixture, "a concept without a name is a code, shown by its synonym",
                 "[api][search]") {
  const std::string nameless = "2649007";  // its fully specified name is inactive
  const std::string silent = "3720003";    // so are all its descriptions
  const std::string release = std::string("/api/v2/releases/") + small_snomedct;
  const json code = get("/codes/" + nameless);
  CHECK(code.at("name").is_null());
  CHECK(code.at("term") == "Secondary neurocele");
  CHECK(codes("term=secondary+neurocele&mode=phrase") == Codes{nameless});
  CHECK(get("/matches?code=" + nameless).at("hits").at(0).at("term") == "Secondary neurocele");
  const json all = {nameless, silent};
  const json terms = site.send("POST", release + "/terms", {{"codes", all}}).json().at("terms");
  CHECK(terms == json({{nameless, "Secondary neurocele"}, {silent, "Unknown"}}));

  const Reply codeset = site.send("POST", release + "/codeset", {{"codes", all}});
  INFO(codeset.body);
  REQUIRE(codeset.status == 200);
  const std::string below = "4156004";  // the silent one's only child
  CHECK(codeset.json().at("statuses") == json({{nameless, "+"}, {silent, "+"}, {below, "-"}}));
  // "Secondary neurocele" comes before "Unknown".
  const json definition = json::array(
      {json::array({nameless, "+"}), json::array({silent, "+"}), json::array({below, "-"})});
  CHECK(codeset.json().at("definition") == definition);

  json codelist = {{"owner", "organisation/test-org"},
                   {"name", "Nameless"},
                   {"coding_system", "snomedct"},
                   {"release", small_snomedct},
                   {"codes", all}};
  CHECK(site.send("POST", "/api/v2/codelists", codelist).status == 201);
  const std::string versions = "/api/v2/codelists/organisation/test-org/nameless/versions";
  const json codes_again = {{"release", small_snomedct}, {"codes", {nameless}}};
  CHECK(site.send("POST", versions, codes_again).status == 201);
  const json table = {{"release", small_snomedct}, {"csv", "code,term\n" + nameless + ",Mine\n"}};
  CHECK(site.send("POST", versions, table).status == 201);

  // OpenCodelists requires a name.
  const std::string v1 = "/api/v1/codelist/test-org/";
  const json in_v1 = {{"name", "In v1"},
                      {"coding_system_id", "snomedct"},
                      {"coding_system_database_alias", small_snomedct},
                      {"codes", {nameless}}};
  const Reply created = site.send("POST", v1, in_v1);
  CHECK(created.status == 400);
  CHECK_THAT(created.body, Catch::Contains("aren't in the SNOMED CT"));
  const json version_in_v1 = {{"coding_system_database_alias", small_snomedct},
                              {"codes", {nameless}}};
  CHECK(site.send("POST", v1 + "nameless/versions/", version_in_v1).status == 400);
  const json table_in_v1 = {{"coding_system_database_alias", small_snomedct},
                            {"csv_data", "code\n" + nameless + "\n"}};
  CHECK(site.send("POST", v1 + "nameless/versions/", table_in_v1).status == 400);
}

}  // namespace codelog::tests::api_search_test
