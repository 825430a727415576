// Finding codelists, codes and people on the whole site, over HTTP and on pages.
#include <catch2/catch.hpp>

#include "server/finding/code_index.h"
#include "tests/server/api_site.h"
#include "tests/server/browser.h"

namespace codelog::tests::find_test {
namespace {

using Catch::Contains;
using nlohmann::json;

constexpr const char* release = "snomedct_small_20240101";
// Codes of the small release.
constexpr const char* elbow = "2247004";
constexpr const char* cyst = "2281005";
constexpr const char* wrist = "2279008";

struct Site : ApiSite {
  Site() { set_up(); }

  std::string publish(const std::string& name, const json& codes,
                      const std::string& owner = "organisation/test-org") const {
    const Reply made = send("POST", "/api/v2/codelists",
                            {{"owner", owner}, {"name", name}, {"coding_system", "snomedct"}});
    INFO(made.body);
    REQUIRE(made.status == 201);
    return publish_version(
        "/api/v2/codelists/" + owner + "/" + made.json().at("slug").get<std::string>(),
        {{"codes", codes}});
  }

  // Returns the address of the codelist.
  std::string publish_version(const std::string& codelist, json version) const {
    version["release"] = release;
    version["publish"] = true;
    const Reply made = send("POST", codelist + "/versions", version);
    INFO(made.body);
    REQUIRE(made.status == 201);
    return codelist;
  }

  json find(const std::string& query, const std::string& username = "") const {
    const Reply found = ask({.target = "/api/v2/find?q=" + query,
                             .token = username.empty() ? "" : "Token " + token_of(username)});
    INFO(found.body);
    REQUIRE(found.status == 200);
    return found.json();
  }

  std::vector<std::string> names_with(const std::string& code) const {
    const Reply found =
        get("/api/v2/releases/" + std::string(release) + "/codes/" + code + "/codelists");
    INFO(found.body);
    REQUIRE(found.status == 200);
    return names(found.json());
  }

  static std::vector<std::string> names(const json& answer) {
    std::vector<std::string> all;
    for (const json& codelist : answer.at("codelists")) all.push_back(codelist.at("name"));
    return all;
  }
};

using Names = std::vector<std::string>;

std::size_t lists_count(const json& found, const std::string& code) {
  for (const json& one : found.at("codes")) {
    if (one.at("code") == code) return one.at("codelists_count");
  }
  FAIL("the code is not found: " << found.dump());
  return 0;
}

}  // namespace

TEST_CASE("a search finds codelists, codes and people", "[find]") {
  const Site site;
  site.publish("Elbows", {elbow, cyst});
  site.publish("Wrists", {wrist}, "user/alice");
  const json found = site.find("elbow");
  CHECK(Site::names(found) == Names{"Elbows"});
  CHECK(found.at("codelists_total") == 1);
  const json& listed = found.at("codelists").at(0);
  CHECK(listed.at("owner") == "organisation/test-org");
  CHECK(listed.at("codes_count") == 2);
  CHECK(listed.at("counts").at("(+)") == 1);  // the cyst is one of the elbow
  CHECK(lists_count(found, cyst) == 1);
  CHECK(site.find("alice").at("people").at(0) ==
        json({{"owner", "user/alice"}, {"name", "alice"}, {"codelists_count", 1}}));
  CHECK(site.find("test-org").at("people").at(0).at("codelists_count") == 1);
  // Nobody has bob's codelists.
  CHECK(site.find("bob").at("people").empty());
}

TEST_CASE("a code leads to the codelists that include it", "[find]") {
  const Site site;
  const std::string elbows = site.publish("Elbows", {elbow, cyst});
  site.publish("Joints", {elbow, wrist});
  const json found = site.find(std::string("%20") + elbow + "%20%7CElbow%7C");
  CHECK(Site::names(found) == Names{"Elbows", "Joints"});
  CHECK(found.at("codelists").at(0).at("has_code") == true);
  CHECK(found.at("codes").at(0).at("code") == elbow);
  CHECK(found.at("codes").at(0).at("is_exact") == true);
  CHECK(lists_count(found, elbow) == 2);
  CHECK(site.names_with(elbow) == Names{"Elbows", "Joints"});
  CHECK(site.names_with(cyst) == Names{"Elbows"});
  const std::string pages =
      "/api/v2/releases/" + std::string(release) + "/codes/" + elbow + "/codelists";
  CHECK(Site::names(site.get(pages + "?limit=1&offset=1").json()) == Names{"Joints"});
  CHECK(site.get(pages + "?limit=1").json().at("total") == 2);
  // The newest published version counts, whatever is under review.
  const Reply review =
      site.send("POST", elbows + "/versions", {{"codes", {wrist}}, {"release", release}});
  REQUIRE(review.status == 201);
  CHECK(site.names_with(cyst) == Names{"Elbows"});
  const std::string version =
      "/api/v2/versions/" + review.json().at("hash").get<std::string>() + "/publish";
  REQUIRE(site.send("POST", version).status == 200);
  CHECK(site.names_with(cyst).empty());
  CHECK(site.names_with(wrist) == Names{"Elbows", "Joints"});
  REQUIRE(site.send("DELETE", elbows, {{"reason", "a test"}}).status == 200);
  CHECK(site.names_with(wrist) == Names{"Joints"});
  CHECK(site.find("elbows").at("codelists_total") == 0);
}

TEST_CASE("a code of a table counts in the form of its system", "[find]") {
  Site site;
  site.register_release("icd10");
  const json table = {{"owner", "user/alice"},
                      {"name", "Infections"},
                      {"coding_system", "icd10"},
                      {"csv", "code,term\nA06.1,Amoebiasis\n"}};
  const Reply made = site.send("POST", "/api/v2/codelists", table);
  INFO(made.body);
  REQUIRE(made.status == 201);
  const std::string hash = made.json().at("version").at("hash");
  REQUIRE(site.send("POST", "/api/v2/versions/" + hash + "/publish").status == 200);
  const json found = site.find("A06.1");
  CHECK(Site::names(found) == Names{"Infections"});
  CHECK(found.at("codelists").at(0).at("codes_count") == 1);
}

TEST_CASE("similar codelists come with Jaccard's index", "[find]") {
  const Site site;
  const std::string elbows = site.publish("Elbows", {elbow, cyst});
  site.publish("Joints", {elbow, cyst, wrist});
  site.publish("Twins", {elbow, cyst});
  site.publish("Wrists", {wrist});
  const json similar = site.get(elbows + "/similar").json();
  CHECK(Site::names(similar) == Names{"Twins", "Joints"});
  CHECK(similar.at("codelists").at(0).at("similarity") == 1.0);
  CHECK(similar.at("codelists").at(1).at("shared_count") == 2);
  CHECK(similar.at("codelists").at(1).at("similarity").get<double>() == Approx(2.0 / 3));
  CHECK(Site::names(site.get(elbows + "/similar?limit=1").json()) == Names{"Twins"});
  CHECK_THAT(site.get("/codelist/test-org/elbows/-/").body,
             Contains("Similar") && Contains("67 %") && Contains("Twins"));
}

TEST_CASE("who may not read a codelist finds neither it nor its number", "[find][access]") {
  const Site site;
  site.publish("Elbows", {elbow});
  const std::string joints = site.publish("Joints", {elbow});
  REQUIRE(site.send("PATCH", joints, {{"access", "restricted"}}).status == 200);
  for (int i = 0; i < 2; ++i) {  // the second answer may come from the cache
    for (const std::string guest : {"", "bob"}) {
      CHECK(lists_count(site.find(elbow, guest), elbow) == 1);
      CHECK(site.find("joints", guest).at("codelists").empty());
      CHECK(site.find("test-org", guest).at("people").at(0).at("codelists_count") == 1);
    }
    CHECK(lists_count(site.find(elbow, "carol"), elbow) == 2);
    CHECK(Site::names(site.find("joints", "carol")) == Names{"Joints"});
  }
  CHECK(site.names_with(elbow) == Names{"Elbows"});
  CHECK(Site::names(site.get("/api/v2/codelists/organisation/test-org/elbows/similar").json())
            .empty());
  CHECK_THAT(site.get("/?q=" + std::string(elbow)).body, !Contains("Joints"));
  CHECK_THAT(site.get("/releases/" + std::string(release) + "/code/" + elbow + "/").body,
             Contains("Elbows") && !Contains("Joints"));
  REQUIRE(site.send("PATCH", joints, {{"access", "open"}}).status == 200);
  CHECK(site.names_with(elbow) == Names{"Elbows", "Joints"});
}

TEST_CASE("a search of the site names what is wrong with it", "[find]") {
  const Site site;
  for (const std::string wrong : {"q=", "q=%20", "limit=5", "q=x&limit=0", "q=x&limit=51"}) {
    CAPTURE(wrong);
    CHECK(site.get("/api/v2/find?" + wrong).status == 400);
  }
  std::string words = "a";
  for (int i = 0; i < 16; ++i) words += "%20a";
  for (const std::string& large : {std::string(257, 'x'), words}) {
    CHECK(site.get("/api/v2/find?q=" + large).status == 400);
    const Reply page = site.get("/?q=" + large);
    CHECK(page.status == 400);
    CHECK_THAT(page.body, Contains("The search must have at most"));
  }
  CHECK(site.get("/api/v2/find?q=%22" + words + "%22").status == 200);
  CHECK(site.get("/api/v2/releases/" + std::string(release) + "/codes/1/codelists").status == 404);
  CHECK(site.get("/api/v2/codelists/user/alice/none/similar").status == 404);
}

TEST_CASE("only the beginning of a long description is searched", "[find]") {
  const Site site;
  const std::string elbows = site.publish("Elbows", {elbow});
  const std::string text = "opening " + std::string(5'000, '.') + " closing";
  REQUIRE(site.send("PATCH", elbows, {{"description", text}}).status == 200);
  CHECK(Site::names(site.find("opening")) == Names{"Elbows"});
  CHECK(site.find("closing").at("codelists").empty());
}

TEST_CASE("people who have been erased are not found", "[find]") {
  Site site;
  site.publish("Elbows", {elbow}, "user/alice");
  CHECK(site.find("alice").at("people").size() == 1);
  REQUIRE(
      site.application().accounts().erase_user({commands::Actor::system(), std::nullopt}, "alice"));
  CHECK(site.find("alice").at("people").empty());
  CHECK(Site::names(site.find("elbows")) == Names{"Elbows"});
}

TEST_CASE("pages of a code's codelists lead back to them", "[find][pages]") {
  const Site site;
  for (char name = 'a'; name <= 'p'; ++name) site.publish(std::string("List ") + name, {elbow});
  CHECK_THAT(site.get("/releases/" + std::string(release) + "/code/" + elbow + "/").body,
             Contains("href=\"?page=2#codelists\""));
}

TEST_CASE("home groups what it finds, and a code has a page", "[find][pages]") {
  const Site site;
  site.publish("Elbows", {elbow});
  const std::string home = site.get("/?q=elbow").body;
  const std::string page = "/releases/" + std::string(release) + "/code/" + cyst + "/";
  CHECK_THAT(home, Contains("1 codelist for") && Contains("Terms and codes") && Contains(page) &&
                       Contains("in no list"));
  CHECK_THAT(site.get("/?q=" + std::string(elbow)).body, Contains("Elbows"));
  const Reply code = site.get("/releases/" + std::string(release) + "/code/" + elbow + "/");
  REQUIRE(code.status == 200);
  CHECK_THAT(code.body, Contains(elbow) && Contains("Codelists with this code") &&
                            Contains("Above it") && Contains("Active") && Contains("Elbows"));
  CHECK(site.get("/releases/" + std::string(release) + "/code/1/").status == 404);
  CHECK(site.get("/releases/none/code/1/").status == 404);
}

TEST_CASE("home shows the codelists from which others were begun", "[find][pages]") {
  const Site site;
  const std::string elbows = site.publish("Elbows", {elbow});
  CHECK_THAT(site.get("/").body, !Contains("Most used"));
  const json versions = site.get(elbows).json().at("versions");
  const std::string hash = versions.back().at("hash");
  const Reply clone =
      site.send("POST", "/api/v2/versions/" + hash + "/clone", json::object(), "bob");
  INFO(clone.body);
  REQUIRE(clone.status == 201);
  CHECK_THAT(site.get("/").body, !Contains("Most used"));  // bob's is a draft
}

TEST_CASE("the index of codes keeps to its memory, and gives it back", "[find]") {
  const std::vector<std::string> some = {"1", "2", "3"};
  std::vector<std::string> many;
  for (int i = 0; i < 1000; ++i) many.push_back(std::to_string(i));
  finding::CodeIndex index(10'000);
  index.put(base::CodelistId(1), "snomedct", some);
  index.put(base::CodelistId(2), "snomedct", many);
  CHECK_FALSE(index.is_whole());
  using Ids = std::vector<base::CodelistId>;
  CHECK(index.codelists_with("snomedct", "2") == Ids{base::CodelistId(1)});
  CHECK(index.codelists_with("bnf", "2").empty());
  index.put(base::CodelistId(2), "snomedct", std::vector<std::string>{"2", "9"});
  CHECK(index.is_whole());
  CHECK(index.codelists_with("snomedct", "2") == Ids{base::CodelistId(1), base::CodelistId(2)});
  REQUIRE(index.overlaps_of(base::CodelistId(1)).size() == 1);
  CHECK(index.overlaps_of(base::CodelistId(1)).front().shared_count == 1);
  index.remove(base::CodelistId(1));
  CHECK(index.codelists_with("snomedct", "1").empty());
  for (int i = 0; i < 100; ++i) {  // the memory of removed codes is used again
    index.put(base::CodelistId(1), "snomedct", some);
    index.remove(base::CodelistId(1));
  }
  CHECK(index.is_whole());
  CHECK(index.codelists_with("snomedct", "9") == Ids{base::CodelistId(2)});
}

}  // namespace codelog::tests::find_test
