// Bringing versions to a newer release, comparing them, and the report on a release, as a browser
// without scripts sees it.
#include <catch2/catch.hpp>
#include <thread>

#include "events/base/version_hash.h"
#include "server/pages/template.h"
#include "server/web/versions/upgraded_codes.h"
#include "tests/server/api_golden.h"
#include "tests/server/browser.h"
#include "tests/server/small_draft.h"

namespace codelog::tests::upgrade_pages_test {
namespace {

using Catch::Contains;

const commands::Write by_system{commands::Actor::system(), std::nullopt};
constexpr const char* second_archive = "uk_sct2cl_5.1.0_20240601000001Z.zip";

// alice (administrator) and carol are members of test-org, bob is not.
struct Fixture {
  ApiSite site;
  std::string hash;  // of "Fractures", under review on the first release
  std::string second;

  Fixture() {
    site.set_up();
    set_passwords(site, {"alice", "bob", "carol"});
    hash = make_list("Fractures", "fracture");
    second = site.import_snomedct(second_archive, "second", "2024-06-01");
  }

  // All codes found are included.
  std::string make_list(const std::string& name, const std::string& term,
                        const std::string& owner = "organisation/test-org") {
    const auto created = site.send("POST", "/api/v2/codelists",
                                   {{"owner", owner},
                                    {"name", name},
                                    {"coding_system", "snomedct"},
                                    {"release", small_snomedct}});
    REQUIRE(created.status == 201);
    const std::string made = created.json().at("version").at("hash");
    const std::string url = "/api/v2/versions/" + made;
    REQUIRE(site.send("POST", url + "/searches", {{"term", term}}).status == 201);
    const nlohmann::json select = {{"select", {{"status", {"?"}}}}, {"to", "+"}};
    REQUIRE(site.send("PATCH", url + "/statuses", select).status == 200);
    REQUIRE(site.send("POST", url + "/save").status == 200);
    return made;
  }

  Browser logged_in(const std::string& name) {
    Browser browser(site);
    browser.log_in(name);
    return browser;
  }

  std::string upgrade_page() const {
    return "/codelist/test-org/fractures/" + hash + "/-/upgrade/";
  }

  void restrict(const std::string& slug) {
    REQUIRE(site.send("PATCH", "/api/v2/codelists/organisation/test-org/" + slug,
                      {{"access", "restricted"}})
                .status == 200);
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the preview of an upgrade changes nothing", "[pages][upgrade]") {
  const auto before = site.head();
  Browser guest(site);
  const Reply page = guest.get(upgrade_page());
  REQUIRE(page.status == 200);
  CHECK_THAT(page.body,
             Contains("The release touches") && Contains("This preview changes nothing"));
  CHECK_THAT(page.body, !Contains("Make the draft") && !Contains("data-island=\"upgrade\""));
  CHECK_THAT(guest.get(upgrade_page() + "?show=changed").body, Contains("upgrade-row"));
  CHECK_THAT(logged_in("bob").get(upgrade_page()).body, !Contains("Make the draft"));
  CHECK_THAT(logged_in("carol").get(upgrade_page()).body, Contains("Make the draft"));
  CHECK(guest.get(upgrade_page() + "?to=none").status == 400);
  CHECK(guest.get("/codelist/test-org/fractures/none/-/upgrade/").status == 404);
  CHECK_THAT(guest.get(upgrade_page() + "?to=" + small_snomedct).body,
             Contains("The release changes nothing"));
  CHECK(site.log().head().position.value() >= before);
  CHECK(site.views().versions_of(site.views().codelists().back().id).size() == 1);
}

TEST_CASE_METHOD(Fixture, "editors make the draft, and its page counts what is left",
                 "[pages][upgrade]") {
  CHECK(logged_in("bob").post(upgrade_page(), {{"to", second}}).header("location") == "/");
  Browser carol = logged_in("carol");
  CHECK(carol.post(upgrade_page(), {{"to", "none"}}).status == 400);
  const Reply made = carol.post(upgrade_page(), {{"to", second}});
  REQUIRE(made.status == 302);
  const std::string to = made.header("location");
  CHECK_THAT(to, Contains("/-/upgrade/"));
  const Reply page = carol.get(to);
  CHECK_THAT(page.body, Contains("data-island=\"upgrade\"") && Contains("need a decision"));
  CHECK_THAT(carol.get(upgrade_page()).body, Contains("Continue the draft"));
  // Others may read it.
  CHECK_THAT(site.get(to).body,
             !Contains("data-island=\"upgrade\"") && Contains("You can read this draft"));
  const std::string draft = between(to, "/fractures/", "/");
  REQUIRE(site.send("POST", "/api/v2/versions/" + draft + "/assumptions").status == 200);
  const nlohmann::json select = {{"select", {{"status", {"?", "!"}}}}, {"to", "+"}};
  REQUIRE(site.send("PATCH", "/api/v2/versions/" + draft + "/statuses", select).status == 200);
  CHECK_THAT(carol.get(to).body, Contains("All are settled."));
}

TEST_CASE_METHOD(Fixture, "a comparison counts its regions and lists their codes",
                 "[pages][comparison]") {
  const std::string wrists = make_list("Wrists", "wrist");
  const auto data = site.send("POST", "/api/v2/comparisons", {{"of", {hash, wrists}}}).json();
  Browser guest(site);
  CHECK_THAT(guest.get("/compare/").body, Contains("Add the first one"));
  const std::string query = "/compare/?of=" + hash + "&of=" + wrists;
  const Reply page = guest.get(query);
  REQUIRE(page.status == 200);
  for (const auto& region : data.at("regions")) {
    const std::string count = pages::grouped(region.at("codes_count").get<std::uint64_t>());
    CHECK_THAT(page.body, Contains("<td class=\"number\">" + count + "</td>"));
  }
  CHECK_THAT(guest.get(query + "&region=B").body, Contains("Codes only in B"));
  CHECK_THAT(guest.get("/compare/?of=" + hash).body, Contains("Fractures"));
  for (const std::string& name :
       {wrists, "http://test/codelist/test-org/wrists/" + wrists + "/#tree",
        std::string("test-org/wrists/") + wrists, "/builder/" + wrists + "/"}) {
    CAPTURE(name);
    CHECK(guest.get("/compare/?of=" + hash + "&add=" + name).header("location") == query);
  }
  CHECK(guest.get("/compare/?of=" + hash + "&add=test-org/wrists").header("location") ==
        "/compare/?of=" + hash + "&of=organisation%2Ftest-org%2Fwrists");
  CHECK_THAT(guest.get("/compare/?add=%3Cscript%3E").body,
             Contains("Nothing here is called that") && !Contains("<script>\""));
  const Reply unknown = guest.get("/compare/?of=" + hash + "&of=00000000");
  CHECK(unknown.status == 400);
  CHECK_THAT(unknown.body, Contains("B names no version"));
}

TEST_CASE_METHOD(Fixture, "comparisons of too many sides, or of long ones, are refused unseen",
                 "[pages][comparison]") {
  std::string many = "?of=" + hash;
  for (int i = 0; i < 200; ++i) many += "&of=" + hash;
  const std::string long_one = "?of=" + hash + "&of=" + std::string(700, 'x');
  Browser carol(site);
  carol.log_in("carol");
  for (const std::string& query : {many, long_one}) {
    CAPTURE(query);
    for (const std::string page : {"/compare/", "/compare/download.csv"}) {
      const Reply refused = site.get(page + query + "&region=" + static_cast<char>('A' + 30));
      CHECK(refused.status == 400);
      CHECK_THAT(refused.body,
                 (Contains("at most 8 sides") || Contains("too long")) && !Contains("of=" + hash));
    }
  }
  Browser::Fields fields;
  for (int i = 0; i < 200; ++i) fields.emplace_back("of", hash);
  const Reply refused = carol.post("/compare/", fields);
  CHECK(refused.status == 400);
  CHECK_THAT(refused.body, Contains("at most 8 sides") && !Contains("of=" + hash));
}

TEST_CASE_METHOD(Fixture, "a comparison's codes are a file", "[pages][comparison]") {
  const std::string wrists = make_list("Wrists", "wrist");
  const std::string query = "?of=" + hash + "&of=" + wrists;
  const Reply file = site.get("/compare/download.csv" + query + "&region=B");
  REQUIRE(file.status == 200);
  CHECK(file.body.starts_with("code,term,Fractures " + hash + ",Wrists " + wrists + "\r\n"));
  const auto rows = site.send("POST", "/api/v2/comparisons/rows",
                              {{"of", {hash, wrists}}, {"region", {1}}, {"limit", 1000}})
                        .json();
  CHECK(std::ranges::count(file.body, '\n') == rows.at("total").get<int>() + 1);
  CHECK(site.get("/compare/download.csv?of=" + hash).status == 400);
  CHECK(site.get("/compare/download.csv" + query + "&region=C").status == 400);
}

TEST_CASE_METHOD(Fixture, "a new list from a comparison says what it came from",
                 "[pages][comparison]") {
  const std::string wrists = make_list("Wrists", "wrist");
  Browser carol = logged_in("carol");
  const auto fields = [&](const std::string& operation, const std::string& name) {
    return Browser::Fields{{"of", hash}, {"of", wrists}, {"operation", operation}, {"name", name}};
  };
  const Reply made = carol.post("/compare/", fields("difference-B", "Only wrists"));
  REQUIRE(made.status == 302);
  const std::string draft = between(made.header("location"), "/builder/", "/");
  const auto region = site.send("POST", "/api/v2/comparisons/rows",
                                {{"of", {hash, wrists}}, {"region", {1}}, {"limit", 1000}})
                          .json();
  const auto statuses = site.get("/api/v2/versions/" + draft).json().at("statuses");
  for (const auto& row : region.at("rows")) {
    CHECK(statuses.at(row.at(0).get<std::string>()).get<std::string>().find('+') <= 1);
  }
  const auto list = site.get("/api/v2/codelists/user/carol/only-wrists").json();
  CHECK_THAT(list.at("methodology").get<std::string>(),
             Contains("The difference of:\n- [Wrists, " + wrists + "]"));
  CHECK_THAT(carol.post("/compare/", fields("union", "Only wrists")).body,
             Contains("There is a problem"));
  CHECK_THAT(carol.post("/compare/", fields("product", "Other")).body,
             Contains("is none of the choices"));
  auto for_others = fields("union", "For others");
  for_others.push_back({"owner", "user:bob"});
  CHECK_THAT(carol.post("/compare/", for_others).body, Contains("Select a valid choice"));
  CHECK_THAT(Browser(site).post("/compare/", fields("union", "Guest")).header("location"),
             Contains("/accounts/login/"));
}

TEST_CASE_METHOD(Fixture, "administrators start the report, and all see the published lists in it",
                 "[pages][upgrade]") {
  REQUIRE(site.application().versions().publish(by_system, *base::parse_version_hash(hash)));
  const std::string path = "/releases/" + second + "/report/";
  CHECK_THAT(site.get(path).body, Contains("A site's administrator can start the report"));
  CHECK(logged_in("carol").post(path).header("location") == "/");
  CHECK(site.get("/releases/none/report/").status == 404);
  Browser alice = logged_in("alice");
  REQUIRE(alice.post(path).header("location") == path);
  while (site.application().upgrade_reports().state_of(second)->is_running) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const std::string page = site.get(path).body;
  CHECK_THAT(page, Contains("The only list is touched.") && Contains("Fractures"));
  CHECK_THAT(page, Contains(upgrade_page() + "?to=" + second));
  CHECK_THAT(site.get("/codelist/test-org/fractures/" + hash + "/").body,
             Contains("It touches this list:"));
  CHECK_THAT(alice.get(path).body, Contains("Make it anew"));
}

TEST_CASE_METHOD(Fixture, "the report counts the lists of owners with one name apart",
                 "[pages][upgrade]") {
  site.add_organisation("other-org", {"alice"});  // it has the name of the first
  const std::string other = make_list("Breaks", "fracture", "organisation/other-org");
  for (const std::string& version : {hash, other}) {
    REQUIRE(site.application().versions().publish(by_system, *base::parse_version_hash(version)));
  }
  REQUIRE(site.application().upgrade_reports().start(by_system, second));
  while (site.application().upgrade_reports().state_of(second)->is_running) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const std::string path = "/releases/" + second + "/report/";
  CHECK_THAT(site.get(path).body, Contains("href=\"/codelist/test-org/\"") &&
                                      Contains("href=\"/codelist/other-org/\"") &&
                                      !Contains("2 lists</"));
  CHECK_THAT(site.get("/organisations/test-org/").body,
             Contains("1 list is touched by <a href=\"" + path));
}

TEST_CASE_METHOD(Fixture, "an owner's bar is as long as its lists are many", "[pages][upgrade]") {
  site.add_organisation("other-org", {"alice"});
  const std::string more = make_list("More fractures", "fracture");
  const std::string other = make_list("Breaks", "fracture", "organisation/other-org");
  for (const std::string& version : {hash, more, other}) {
    REQUIRE(site.application().versions().publish(by_system, *base::parse_version_hash(version)));
  }
  REQUIRE(site.application().upgrade_reports().start(by_system, second));
  while (site.application().upgrade_reports().state_of(second)->is_running) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK_THAT(site.get("/releases/" + second + "/report/").body,
             Contains("class=\"touched\" x=\"0\" width=\"1000\"") &&
                 Contains("class=\"touched\" x=\"0\" width=\"500\""));
}

TEST_CASE("a decision that was cleared again counts no longer", "[upgrade]") {
  SmallDraft draft;
  draft.decide("a", "+");
  draft.decide("b", "-");
  draft.decide("a", "?");
  const auto views = draft.site.views();
  const auto version =
      views.version(*base::parse_version_hash(draft.version.substr(draft.version.rfind('/') + 1)));
  REQUIRE(version);
  CHECK(web::state_of_draft(draft.site.log(), views, *version).decided ==
        std::set<std::string>{"b"});
  draft.decide("a", "-");
  const auto later = draft.site.views();
  CHECK(web::state_of_draft(draft.site.log(), later, *later.version(version->id)).decided ==
        std::set<std::string>{"a", "b"});
}

TEST_CASE_METHOD(Fixture, "a restricted list is in no preview, comparison or report of others",
                 "[pages][security]") {
  const std::string wrists = make_list("Wrists", "wrist");
  REQUIRE(site.application().versions().publish(by_system, *base::parse_version_hash(wrists)));
  restrict("wrists");
  REQUIRE(site.application().upgrade_reports().start(by_system, second));
  while (site.application().upgrade_reports().state_of(second)->is_running) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  Browser bob = logged_in("bob");
  Browser carol = logged_in("carol");
  const std::string upgrade = "/codelist/test-org/wrists/" + wrists + "/-/upgrade/";
  const std::string compared = "/compare/?of=" + hash + "&of=" + wrists;
  const std::string file = "/compare/download.csv?of=" + hash + "&of=" + wrists;
  const std::string report = "/releases/" + second + "/report/";
  CHECK(bob.get(upgrade).status == 404);
  CHECK(bob.get(compared).status == 400);
  CHECK(bob.get(file).status == 400);
  CHECK_THAT(bob.get("/compare/?add=test-org/wrists").body, Contains("Nothing here"));
  CHECK_THAT(bob.get(report).body, !Contains("Wrists") && !Contains("1 stays the same"));
  CHECK(carol.get(upgrade).status == 200);
  CHECK(carol.get(compared).status == 200);
  CHECK_THAT(carol.get(report).body, Contains("1 stays the same"));
}

}  // namespace codelog::tests::upgrade_pages_test
