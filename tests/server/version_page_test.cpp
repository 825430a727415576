// The page of a version as a browser without scripts gets it: its list, and how to cite it.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <regex>

#include "server/pages/assets.h"
#include "tests/server/browser.h"
#include "tests/server/small_draft.h"

namespace codelog::tests::version_page_test {
namespace {

using Catch::Contains;
using nlohmann::json;

// A finished version: a and c are included, b and e are not.
struct Finished : SmallDraft {
  Finished() {
    decide("root", "+");
    decide("b", "-");
    decide("d", "+");
    REQUIRE(site.send("POST", version + "/save").status == 200);
    hash = version.substr(version.rfind('/') + 1);
    page = "/codelist/test-org/diamonds/" + hash + "/";
  }

  std::string body(const std::string& rest = "") const {
    const Reply reply = site.get(page + rest);
    REQUIRE(reply.status == 200);
    return reply.body;
  }
  // The codes of the list, in its order.
  std::vector<std::string> codes(const std::string& query) const {
    const std::string html = body(query);
    std::vector<std::string> found;
    const std::regex cell("<tr><td class=\"mono\">([^<]*)</td>");
    for (std::sregex_iterator at(html.begin(), html.end(), cell), end; at != end; ++at) {
      found.push_back((*at)[1]);
    }
    return found;
  }

  std::string hash;
  std::string page;
};

using Codes = std::vector<std::string>;

// The data for search engines on a page.
json dataset_in(const std::string& html) {
  return json::parse(between(html, "<script type=\"application/ld+json\">", "</script>"));
}

}  // namespace

TEST_CASE_METHOD(Finished, "a version is signed off on its page by who may edit it",
                 "[pages][list]") {
  Browser guest(site);
  CHECK_THAT(guest.get(page).body, !Contains("sign-off/"));
  set_passwords(site, {"alice"});
  Browser alice(site);
  alice.log_in("alice");
  const std::string before = alice.get(page).body;
  const std::string digest = between(before, "name=\"content_digest\" value=\"", "\"");
  CHECK(digest == site.get(version).json().at("content_digest"));
  const std::string other(64, 'b');
  CHECK(alice.post(page + "-/sign-off/", {{"content_digest", other}}).status == 409);
  CHECK(alice.post(page + "-/sign-off/", {}).status == 409);
  REQUIRE(alice.post(page + "-/sign-off/", {{"content_digest", digest}}).status == 302);
  const std::string after = alice.get(page).body;
  CHECK_THAT(after, Contains("this very content") && !Contains("sign-off-dialog"));
  CHECK_THAT(guest.get(page).body, Contains("this very content"));
  // Another version has other content: there the sign-off is shown as one of this version.
  const Reply draft = site.send("POST", version + "/drafts");
  const std::string next = "/api/v2/versions/" + draft.json().at("hash").get<std::string>();
  REQUIRE(site.send("PATCH", next + "/statuses", one_update("d", "-")).status == 200);
  REQUIRE(site.send("POST", next + "/save").status == 200);
  const std::string newer = "/codelist/test-org/diamonds/" + next.substr(next.rfind('/') + 1) + "/";
  const std::string shown = alice.get(newer).body;
  CHECK_THAT(shown, Contains("other content: version <a href=\"" + page + "\">"));
  CHECK_THAT(shown, Contains("sign-off-dialog") && !Contains("this very content"));
}

TEST_CASE_METHOD(Finished, "the proof of a version's commit tells what the commit says",
                 "[pages][list]") {
  const std::string position = std::to_string(site.head());
  const std::string proof = "/codelist/test-org/diamonds/-/proof/" + position + "/";
  CHECK_THAT(body(), Contains("href=\"" + proof + "\""));
  const Reply shown = site.get(proof);
  REQUIRE(shown.status == 200);
  CHECK_THAT(shown.body, Contains("Proof of commit " + position) && Contains("saved"));
  CHECK_THAT(shown.body, Contains("/api/v2/commits/" + position + "/proof"));
  const std::string props = between(shown.body, "data-island=\"proof\" data-props=\"", "\"");
  CHECK_THAT(props, Contains(hash) && Contains("download.csv") && Contains("alice"));
  // Of another codelist, of none, or none at all.
  for (const char* other : {"1", "0", "99999", "x"}) {
    CHECK(site.get("/codelist/test-org/diamonds/-/proof/" + std::string(other) + "/").status ==
          404);
  }
}

TEST_CASE_METHOD(Finished, "a page behind the last of a filtered list is its last",
                 "[pages][list]") {
  std::string csv = "code,term\n";
  for (int i = 0; i < 300; ++i) {
    csv += std::to_string(1'000 + i) + (i < 150 ? ",even\n" : ",odd\n");
  }
  const Reply made = site.send("POST", "/api/v2/codelists",
                               {{"owner", "organisation/test-org"},
                                {"name", "Plain"},
                                {"coding_system", "null"},
                                {"csv", csv}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  page =
      "/codelist/test-org/plain/" + made.json().at("version").at("hash").get<std::string>() + "/";
  const auto last = codes("?q=even&page=3");
  REQUIRE(last.size() == 30);
  CHECK(last.front() == "1120");
  CHECK(codes("?q=even&page=2") == last);
  CHECK(codes("?page=3").front() == "1240");
}

TEST_CASE_METHOD(Finished, "the list shows what the address asks for", "[pages][list]") {
  CHECK(codes("") == Codes{"a", "c", "d", "root"});
  CHECK(codes("?show=excluded") == Codes{"b", "e"});
  CHECK(codes("?show=all&sort=status") == Codes{"d", "root", "a", "c", "b", "e"});
  CHECK(codes("?show=all&q=ROOT") == Codes{"root"});
  CHECK(codes("?show=all&type=Other").empty());
  CHECK(codes("?show=x&sort=x&page=x") == codes(""));
  CHECK_THAT(body("?q=nothing"), Contains("No code of this version is like that."));
  const std::string html = body("?show=all&sort=code&q=a%20%26");
  CHECK_THAT(html, Contains("value=\"a &amp;\"") && Contains("name=\"sort\" value=\"code\"") &&
                       Contains("show=excluded&amp;q=a%20%26&amp;sort=code#full-list"));
  // The island goes on with the same codes.
  CHECK_THAT(body(), Contains("data-island=\"full-list\"") && Contains(hash));
}

TEST_CASE_METHOD(Finished, "a code of the list, the tree and the definition leads to its history",
                 "[pages][list]") {
  const std::string link = "href=\"/codelist/test-org/diamonds/-/history/?code=";
  const std::string html = body();
  const std::string list = between(html, "id=\"full-list\"", "</section>");
  for (const std::string& code : codes("")) CHECK_THAT(list, Contains(link + code + "\""));
  const std::string tree = between(html, "id=\"tree\"", "</section>");
  CHECK_THAT(tree, Contains(link + "root\"") && Contains(link + "c\""));
  CHECK_THAT(between(html, "id=\"definition\"", "</section>"), Contains(link + "root\""));
  CHECK(site.get("/codelist/test-org/diamonds/-/history/?code=c").status == 200);
}

TEST_CASE_METHOD(Finished, "a long list is on one page, for printing", "[pages][list]") {
  std::string csv = "code,term\n";
  for (int i = 1000; i < 1300; ++i) {
    csv += std::to_string(i) + ",Term " + std::to_string(i) + "\n";
  }
  const Reply made = site.send(
      "POST", "/api/v2/codelists",
      {{"owner", "user/alice"}, {"name", "Long"}, {"coding_system", "null"}, {"csv", csv}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  page =
      "/codelist/user/alice/long/" + made.json().at("version").at("hash").get<std::string>() + "/";
  const std::string first = body("?q=term");
  CHECK(codes("?q=term").size() == 120);
  CHECK_THAT(first, Contains("120 of 300 rows") &&
                        Contains("href=\"?rows=all&amp;show=all&amp;q=term#full-list\""));
  CHECK(codes("?rows=all&show=all&q=term").size() == 300);
  CHECK(codes("?rows=all&q=129").size() == 11);  // 1129 and 1290 to 1299
  const std::string whole = body("?rows=all");
  CHECK_THAT(whole, !Contains("data-island=\"full-list\"") && !Contains("class=\"pager\"") &&
                        !Contains("of 300 rows"));
}

TEST_CASE_METHOD(Finished, "a version has one way to its file, and one to comparing it",
                 "[pages][version]") {
  const std::string html = body();
  const auto count_of = [&](const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = html.find(text); at != std::string::npos; at = html.find(text, at + 1)) {
      ++count;
    }
    return count;
  };
  CHECK(count_of("Download CSV") == 1);
  CHECK_THAT(html, Contains("href=\"/compare/?of=" + hash + "\""));
}

TEST_CASE_METHOD(Finished, "buttons whose time has not come say why", "[pages][version]") {
  set_passwords(site, {"alice"});
  Browser alice(site);
  alice.log_in("alice");
  const std::string create = "create-new-version/\"";
  const std::string has_draft = "title=\"This codelist already has a draft version\"";
  const std::string is_published = "title=\"This version has already been published\"";
  const std::string overview = "/codelist/test-org/diamonds/-/";
  const std::string before = alice.get(page).body;
  CHECK_THAT(before, Contains(create) && Contains("publish-dialog") && !Contains(has_draft) &&
                         !Contains(is_published));
  CHECK_THAT(alice.get(overview).body, Contains(create) && Contains(">New version</button>"));
  REQUIRE(alice.post(page + "create-new-version/").status == 302);
  REQUIRE(site.send("POST", "/api/v2/versions/" + hash + "/publish").status == 200);
  REQUIRE(alice.post(page + "create-new-version/").status == 302);
  const std::string after = alice.get(page).body;
  CHECK_THAT(after, !Contains(create) && !Contains("publish-dialog"));
  CHECK_THAT(after, Contains("disabled " + has_draft) && Contains("disabled " + is_published) &&
                        Contains("already been published, so cannot be deleted") &&
                        Contains(">Continue the draft</a>"));
  CHECK_THAT(alice.get(overview).body, Contains("disabled " + has_draft));
  CHECK_THAT(site.get(page).body, !Contains(">Create new version<"));
}

TEST_CASE_METHOD(Finished, "the overview tells what each version changed, and who copied the list",
                 "[pages][overview]") {
  const std::string overview = "/codelist/test-org/diamonds/-/";
  REQUIRE(site.send("POST", "/api/v2/versions/" + hash + "/publish").status == 200);
  CHECK_THAT(site.get(overview).body, !Contains("Since the last\"") && !Contains("fork"));
  const Reply made = site.send(
      "POST", "/api/v2/codelists/organisation/test-org/diamonds/versions",
      {{"codes", {"a", "c", "d", "b"}}, {"release", "bnf_small_20230601"}, {"publish", true}});
  INFO(made.body);
  REQUIRE(made.status == 201);
  // root is no longer included, and b is.
  CHECK_THAT(site.get(overview).body, Contains("<span class=\"added\">+1</span> "
                                               "<span class=\"removed\">−1</span>"));
  REQUIRE(site.send("POST", "/api/v2/versions/" + hash + "/clone", json::object(), "bob").status ==
          201);
  const auto copy = site.views().find_codelist({events::OwnerKind::user, "bob"}, "diamonds");
  REQUIRE(copy);
  const auto copied = site.views().newest_version_of(copy->id);
  if (copied->status != events::VersionStatus::published) {
    REQUIRE(site.application().versions().publish({commands::Actor::system(), {}}, copied->id));
  }
  const std::string html = site.get(overview).body;
  CHECK_THAT(html, Contains("1 fork") && Contains("href=\"/codelist/user/bob/diamonds/\""));
}

TEST_CASE_METHOD(SmallDraft, "a draft says what it takes to decide", "[pages][version]") {
  const std::string html =
      site.get("/builder/" + version.substr(version.rfind('/') + 1) + "/").body;
  const bool is_built = pages::site_assets().find_entry("src/site.ts") != nullptr;
  CHECK((html.find("<noscript>") != std::string::npos) == is_built);
  CHECK((html.find("was built without its interactive parts") != std::string::npos) != is_built);
}

TEST_CASE_METHOD(Finished, "the list of a table has all its columns", "[pages][list]") {
  const Reply made = site.send(
      "POST", "/api/v2/codelists/organisation/test-org/diamonds/versions",
      {{"csv", "note,code,term\nx,c,Third\ny,a,First\n"}, {"release", "bnf_small_20230601"}});
  REQUIRE(made.status == 201);
  page = "/codelist/test-org/diamonds/" + made.json().at("hash").get<std::string>() + "/";
  CHECK(codes("") == Codes{"c", "a"});
  CHECK(codes("?sort=term") == Codes{"a", "c"});
  CHECK_THAT(body(), Contains("<td class=\"more\">x</td>") && Contains("note</th>") &&
                         !Contains("sort=status") && !Contains("show=included"));
}

TEST_CASE_METHOD(Finished, "a version is cited with its names as they are", "[pages][cite]") {
  const Reply renamed = site.send("PATCH", "/api/v2/codelists/organisation/test-org/diamonds",
                                  {{"name", "Cuts & burns_50% {\\x} </script>"}});
  INFO(renamed.body);
  REQUIRE(renamed.status == 200);
  page = "/codelist/test-org/" + renamed.json().at("slug").get<std::string>() + "/" + hash + "/";
  const std::string html = body();
  const std::string bibtex = between(html, "<code id=\"bibtex\">", "</code>");
  CHECK_THAT(bibtex, Contains("  title = {{Cuts \\&amp; burns\\_50\\% \\textbackslash x "
                              "&lt;/script&gt;}},\n"));
  CHECK_THAT(bibtex, Contains("note = {Codelist, version " + hash + "}"));
  const json data = dataset_in(html);
  CHECK(data.at("name") == "Cuts & burns_50% {\\x} </script>");
  CHECK(data.at("@type") == "Dataset");
  CHECK(data.at("identifier") == hash);
  CHECK(data.at("creator").at("@type") == "Organization");
  CHECK(data.at("description").get<std::string>().size() >= 50);
  CHECK_THAT(data.at("distribution").at(0).at("contentUrl").get<std::string>(),
             Contains(page + "download.csv"));
}

}  // namespace codelog::tests::version_page_test
